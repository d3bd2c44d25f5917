//! The language in which the structures are written down: what is inside a value, and what it means.

use crate::asn1::{Class, Element, tag};

/// What a value means, in words; `None` where it cannot be read so.
pub(super) type Meaning = fn(&Element<'_, '_>) -> Option<String>;

/// The type that an object identifier gives to an open field.
pub(super) type Table = fn(&str) -> Option<&'static Type>;

/// One type of a module.
pub(super) struct Type {
    /// Its name there.
    pub(super) name: &'static str,
    pub(super) inside: Inside,
    pub(super) meaning: Meaning,
}

/// What the values inside a value are.
pub(super) enum Inside {
    /// One of these, told apart by the tag.
    Choice(&'static [Member]),
    /// An OCTET STRING or BIT STRING that holds an encoding of its own.
    Encapsulates(&'static Type),
    /// As [`Inside::Encapsulates`], of the type for the identifier beside it.
    EncapsulatesOpen(Table),
    /// Any number of these.
    Each(&'static Type),
    /// Any number of values of the type for the identifier beside it.
    EachOpen(Table),
    /// One value under a tag of its own.
    Explicit(&'static Type),
    /// As [`Inside::Explicit`], of the type for the identifier beside it.
    ExplicitOpen(Table),
    /// These, in this order; each may be left out.
    Fields(&'static [Member]),
    /// Nothing that has a name.
    Nothing,
    /// The value itself is of the type for the identifier beside it.
    Open(Table),
}

/// One field or alternative.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) is: Is,
    pub(super) of: &'static Type,
}

/// How a field is recognised.
#[derive(Clone, Copy)]
pub(super) enum Is {
    Any,
    /// `[n]`
    C(u32),
    /// A UTCTime or GeneralizedTime.
    Time,
    /// A universal type.
    U(u32),
}

pub(super) const BOOLEAN: Is = Is::U(tag::BOOLEAN);
pub(super) const INTEGER: Is = Is::U(tag::INTEGER);
pub(super) const BIT_STRING: Is = Is::U(tag::BIT_STRING);
pub(super) const OCTET_STRING: Is = Is::U(tag::OCTET_STRING);
pub(super) const OID: Is = Is::U(tag::OBJECT_IDENTIFIER);
pub(super) const SEQUENCE: Is = Is::U(tag::SEQUENCE);
pub(super) const SET: Is = Is::U(tag::SET);

impl Is {
    pub(super) fn matches(self, element: &Element<'_, '_>) -> bool {
        match self {
            Self::Any => true,
            Self::C(number) => element.class() == Class::ContextSpecific && element.tag() == number,
            Self::Time => element.is(tag::UTC_TIME) || element.is(tag::GENERALIZED_TIME),
            Self::U(number) => element.is(number),
        }
    }
}

pub(super) const fn member(name: &'static str, is: Is, of: &'static Type) -> Member {
    Member { name, is, of }
}

impl Type {
    pub(super) const fn new(name: &'static str, inside: Inside) -> Self {
        Self { name, inside, meaning: nothing }
    }

    pub(super) const fn leaf(name: &'static str, meaning: Meaning) -> Self {
        Self { name, inside: Inside::Nothing, meaning }
    }

    pub(super) const fn meaning(mut self, meaning: Meaning) -> Self {
        self.meaning = meaning;
        self
    }
}

/// A value that speaks for itself.
pub(super) fn nothing(_: &Element<'_, '_>) -> Option<String> {
    None
}

/// A value of any type.
pub(super) static ANY: Type = Type::leaf("", nothing);
