//! Every value of a structure with its octets, its name and its meaning: RFC 5652 for the message, RFC 5280 for the
//! certificates and lists in it, ESS and time stamps for the attributes.
//!
//! What the structure is, its first values say; what an open field holds, the object identifier beside it says. Nothing
//! is guessed: what does not fit keeps its plain ASN.1 type. An encoding that breaks off gives the values that were there.

mod algorithms;
mod attributes;
mod cms;
mod grammar;
mod meaning;
mod meaning_pkix;
mod pkix;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use crate::asn1::{Asn1Error, Children, Element, Oid, OutlineLine, Place, Tree, tag};
use crate::limits::Limits;
use grammar::{Inside, Meaning, Member, Type};
pub(super) use meaning::sketch;

/// Encodings inside octet strings inside encodings: an extension in a certificate in a time stamp is the fourth.
const ENCAPSULATIONS: usize = 6;

/// The values of a structure, in the order of their octets.
#[derive(Clone, Debug)]
pub struct Dissection {
    /// Each before what is inside it.
    pub fields: Vec<Field>,
    /// Why the parse ended early, if it did.
    pub error: Option<Asn1Error>,
    /// What follows the structure.
    pub trailing: Range<usize>,
}

/// One value.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its ASN.1 type, value and places; the depth counts the octet strings that were looked into.
    pub line: OutlineLine,
    /// What it is in its structure.
    pub name: Option<Box<FieldName>>,
    /// What it says, decoded.
    pub meaning: Option<Box<str>>,
    parent: Option<Place>,
    /// The index after the last field inside it.
    end: Place,
}

/// The name of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldName {
    /// As the structure calls it: `rid`; empty for a value under a tag or in an octet string, which is its parent's.
    field: &'static str,
    /// Of a choice, which.
    alternative: Option<&'static str>,
    /// The name of its type, where it has one.
    type_name: &'static str,
    /// Its place among others of the same kind.
    place: Option<u32>,
}

impl FieldName {
    /// For people: `rid, issuerAndSerialNumber`.
    #[must_use]
    pub fn label(&self) -> Cow<'static, str> {
        match (self.field, self.alternative) {
            ("", Some(alternative)) if self.type_name.is_empty() => alternative.into(),
            ("", _) => self.type_name.into(),
            (field, None) => field.into(),
            (field, Some(alternative)) => format!("{field}, {alternative}").into(),
        }
    }
}

impl Dissection {
    /// Dissects what begins at the first octet: CMS, a certificate, a revocation list, a PKCS#12, or any BER.
    #[must_use]
    pub fn of(octets: &[u8], limits: &Limits) -> Self {
        let tree = Tree::parse(octets, limits);
        let mut walk = Walk { fields: Vec::with_capacity(tree.nodes.len()), limits };
        if let Some(root) = tree.root() {
            let type_ = cms::root(&root);
            let name = FieldName { field: "", alternative: None, type_name: type_.name, place: None };
            let seat = Seat { base: 0, depth: 0, parent: None, encapsulated: 0 };
            walk.visit(&root, seat, (!type_.name.is_empty()).then(|| resolve(type_, name, &root, None)));
        }
        Self { fields: walk.fields, error: tree.error, trailing: tree.trailing() }
    }

    /// The names from the outside to a field: `recipientInfos[0].ktri.rid.issuerAndSerialNumber`.
    #[must_use]
    pub fn path(&self, index: usize) -> String {
        let mut parts = Vec::new();
        let mut next = self.fields.get(index);
        while let Some((field, name)) = next.and_then(|field| Some((field, field.name.as_ref()?))) {
            // What is in a ContentInfo of the message itself is named from there on.
            if matches!(field.line.depth(), 0 | 2) && cms::is_outer(name.type_name) {
                break;
            }
            let place = name.place.map(|place| format!("[{place}]")).unwrap_or_default();
            let choice = name.alternative.map(|choice| format!(".{choice}")).unwrap_or_default();
            let part = format!("{}{place}{choice}", name.field);
            if !part.is_empty() {
                parts.push(part);
            }
            next = field.parent().and_then(|parent| self.fields.get(parent));
        }
        parts.reverse();
        parts.join(".").replace(".[", "[")
    }

    /// The index of the value that begins at that octet.
    #[must_use]
    pub fn at(&self, start: usize) -> Option<usize> {
        self.fields.binary_search_by_key(&start, |field| field.line.range().start).ok()
    }

    /// The indexes of what is inside a field, to any depth.
    #[must_use]
    pub fn inside(&self, index: usize) -> Range<usize> {
        let first = index.saturating_add(1);
        first..self.fields.get(index).map_or(first, |field| field.end.get())
    }

    /// The indexes of the fields directly inside another.
    pub fn children(&self, index: usize) -> impl Iterator<Item = usize> {
        let inside = self.inside(index);
        let after = |child: &usize| self.fields.get(*child).map(|field| field.end.get());
        std::iter::successors(Some(inside.start), after).take_while(move |child| *child < inside.end)
    }

    /// The field of that name directly inside another.
    #[must_use]
    pub fn child(&self, index: usize, name: &str) -> Option<usize> {
        self.children(index).find(|child| {
            self.fields.get(*child).and_then(|field| field.name.as_ref()).is_some_and(|own| own.field == name)
        })
    }

    /// What the field of that name directly inside another says.
    #[must_use]
    pub fn text(&self, index: usize, name: &str) -> Option<&str> {
        self.fields.get(self.child(index, name)?)?.text()
    }
}

impl FieldName {
    /// Of a choice, which: `ktri`.
    #[must_use]
    pub const fn alternative(&self) -> Option<&'static str> {
        self.alternative
    }

    /// The name of its type; empty where it has none.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        self.type_name
    }
}

impl Field {
    /// The index of the field around it.
    #[must_use]
    pub fn parent(&self) -> Option<usize> {
        self.parent.map(Place::get)
    }

    /// What there is to say of it: the meaning, else the plain value.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.meaning.as_deref().or(self.line.value.as_deref())
    }
}

/// A value's name and what is inside it, open types and choices settled.
struct Known {
    name: FieldName,
    inside: Settled,
    meaning: Meaning,
}

enum Settled {
    Each(&'static Type),
    Encapsulates(&'static Type),
    Explicit(&'static Type),
    Fields(&'static [Member]),
    Nothing,
}

/// Settles what a value is: which alternative, and the type that the identifier beside it gives.
fn resolve(type_: &'static Type, name: FieldName, element: &Element<'_, '_>, beside: Option<&str>) -> Known {
    let mut known = Known { name, inside: Settled::Nothing, meaning: type_.meaning };
    let mut next = type_;
    // A choice of a choice of an open type is the deepest there is.
    for _ in 0..4 {
        known.name.type_name = next.name;
        known.meaning = next.meaning;
        let open = |table: grammar::Table| beside.and_then(table);
        known.inside = match &next.inside {
            Inside::Choice(members) => match members.iter().find(|member| member.is.matches(element)) {
                Some(member) => {
                    if !member.name.is_empty() {
                        known.name.alternative = Some(member.name);
                    }
                    next = member.of;
                    continue;
                }
                None => Settled::Nothing,
            },
            Inside::Open(table) => match open(*table) {
                Some(of) => {
                    next = of;
                    continue;
                }
                None => Settled::Nothing,
            },
            Inside::Encapsulates(of) => Settled::Encapsulates(of),
            Inside::EncapsulatesOpen(table) => open(*table).map_or(Settled::Nothing, Settled::Encapsulates),
            Inside::Each(of) => Settled::Each(of),
            Inside::EachOpen(table) => Settled::Each(open(*table).unwrap_or(&grammar::ANY)),
            Inside::Explicit(of) => Settled::Explicit(of),
            Inside::ExplicitOpen(table) => open(*table).map_or(Settled::Nothing, Settled::Explicit),
            Inside::Fields(members) => Settled::Fields(members),
            Inside::Nothing => Settled::Nothing,
        };
        break;
    }
    known
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Seat {
    /// Where the encoding that holds it begins.
    base: usize,
    depth: usize,
    parent: Option<usize>,
    encapsulated: usize,
}

struct Walk<'l> {
    fields: Vec<Field>,
    limits: &'l Limits,
}

/// A value whose inside is being walked.
struct Open<'t, 'o> {
    rest: Children<'t, 'o>,
    place: usize,
    index: usize,
    inside: Settled,
    /// The members that may still come, where the inside is fields.
    members: &'static [Member],
    /// Members of a SET come in the order of their tags, not of the module.
    ordered: bool,
    beside: Option<Oid>,
    seat: Seat,
}

impl Walk<'_> {
    /// Walks one encoding. Calls itself for an encoding inside another only, at most [`ENCAPSULATIONS`] times.
    fn visit(&mut self, root: &Element<'_, '_>, seat: Seat, known: Option<Known>) {
        let mut open: Vec<Open<'_, '_>> = self.enter(root, seat, known).into_iter().collect();
        while let Some(around) = open.last_mut() {
            match around.rest.next() {
                Some(child) => {
                    let (seat, known) = (around.seat, around.next(&child));
                    open.extend(self.enter(&child, seat, known));
                }
                None => {
                    let (end, index) = (self.fields.len(), around.index);
                    if let Some(field) = self.fields.get_mut(index) {
                        field.end = Place::of(end);
                    }
                    open.pop();
                }
            }
        }
    }

    /// Notes a value; gives it back open where there may be values inside.
    fn enter<'t, 'o>(&mut self, element: &Element<'t, 'o>, seat: Seat, known: Option<Known>) -> Option<Open<'t, 'o>> {
        let line = OutlineLine::of(element).within(seat.base, seat.depth);
        let index = self.fields.len();
        let meaning = known.as_ref().and_then(|known| (known.meaning)(element)).map(String::into_boxed_str);
        let (name, inside) = match known {
            Some(known) => (Some(Box::new(known.name)), known.inside),
            None => (None, Settled::Nothing),
        };
        // By a quarter, not to twice its size: hostile structures have a value in every six octets.
        if self.fields.len() == self.fields.capacity() {
            self.fields.reserve_exact((self.fields.len() / 4).max(16));
        }
        let (parent, end) = (seat.parent.map(Place::of), Place::of(index.saturating_add(1)));
        self.fields.push(Field { line, name, meaning, parent, end });
        let seat = Seat { depth: seat.depth.saturating_add(1), parent: Some(index), ..seat };
        if let Settled::Encapsulates(of) = inside
            && !element.node().constructed
        {
            self.encapsulated(element, seat, of);
            let end = self.fields.len();
            if let Some(field) = self.fields.get_mut(index) {
                field.end = Place::of(end);
            }
            return None;
        }
        element.node().constructed.then(|| Open {
            rest: element.children(),
            place: 0,
            index,
            members: if let Settled::Fields(members) = inside { members } else { &[] },
            ordered: !element.is(tag::SET),
            beside: match inside {
                Settled::Nothing => None,
                _ => element.children().find(|child| child.is(tag::OBJECT_IDENTIFIER)).and_then(|child| child.oid()),
            },
            inside,
            seat,
        })
    }

    /// Looks into a string that holds an encoding; one that does not parse to its end is left as it is.
    fn encapsulated(&mut self, element: &Element<'_, '_>, seat: Seat, of: &'static Type) {
        // The first octet of a BIT STRING counts the bits that are not used.
        let skipped = usize::from(element.is(tag::BIT_STRING));
        let octets = element.content().get(skipped..).unwrap_or_default();
        let room = self.limits.asn1_nodes.saturating_sub(self.fields.len());
        let tree = Tree::parse(octets, &Limits { asn1_nodes: room, ..*self.limits });
        let whole = tree.error.is_none() && tree.trailing().is_empty();
        // What is no structure where one is expected is the octets of something else, such as a point of a curve.
        let fits = |root: &Element<'_, '_>| {
            root.node().constructed || !matches!(of.inside, Inside::Fields(_) | Inside::Each(_))
        };
        let may = whole && seat.encapsulated < ENCAPSULATIONS;
        let Some(root) = tree.root().filter(|root| may && fits(root)) else { return };
        let base = seat.base.saturating_add(element.content_range().start).saturating_add(skipped);
        let name = FieldName { field: "", alternative: None, type_name: of.name, place: None };
        let inner = Seat { base, encapsulated: seat.encapsulated.saturating_add(1), ..seat };
        self.visit(&root, inner, Some(resolve(of, name, &root, None)));
    }
}

impl Open<'_, '_> {
    /// What the next value inside is.
    fn next(&mut self, child: &Element<'_, '_>) -> Option<Known> {
        let place = self.place;
        self.place = place.saturating_add(1);
        let name = |field, place| FieldName { field, alternative: None, type_name: "", place };
        let (of, name) = match self.inside {
            Settled::Fields(all) => {
                let mut members = if self.ordered { self.members } else { all };
                let member = next_member(&mut members, child)?;
                self.members = members;
                (member.of, name(member.name, None))
            }
            Settled::Each(of) => (of, name("", u32::try_from(place).ok())),
            Settled::Explicit(of) if place == 0 => (of, name("", None)),
            Settled::Explicit(_) | Settled::Encapsulates(_) | Settled::Nothing => return None,
        };
        Some(resolve(of, name, child, self.beside.as_ref().map(Oid::as_str)))
    }
}

/// The member that a value is; those before it were left out.
fn next_member(members: &mut &'static [Member], child: &Element<'_, '_>) -> Option<&'static Member> {
    let found = members.iter().position(|member| member.is.matches(child))?;
    let member = members.get(found);
    *members = members.get(found.saturating_add(1)..).unwrap_or_default();
    member
}
