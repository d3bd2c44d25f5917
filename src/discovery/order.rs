//! Where is looked first: methods, each for addresses, for domains, or for the one before the other.
//!
//! The Applicability Statement demands the DNS and leaves the order to the agent: the Java and C# agents ask the DNS,
//! then directories, each for the address before its domain; the two test suites ask otherwise. So the order is a choice.

use std::fmt;
use std::str::FromStr;

use super::{Method, Resolution, Resolver, Subject, UnknownMethod};

/// What a method is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Certificates of the address, and of the address without its suffix.
    Address,
    /// Certificates of the domain.
    Domain,
    /// Both, the address first.
    Both,
}

impl Scope {
    /// Whether `subject` is asked for.
    #[must_use]
    pub const fn includes(self, subject: &Subject) -> bool {
        match self {
            Self::Both => true,
            Self::Address => matches!(subject, Subject::Address(_)),
            Self::Domain => matches!(subject, Subject::Domain(_)),
        }
    }
}

/// One place of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stage {
    /// The way.
    pub method: Method,
    /// What for.
    pub scope: Scope,
}

impl Stage {
    /// A method that is asked for the address and then for the domain.
    #[must_use]
    pub const fn of(method: Method) -> Self {
        Self { method, scope: Scope::Both }
    }
}

// `dns`, `dns-address`, `dns-domain`.
impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scope {
            Scope::Both => write!(f, "{}", self.method),
            Scope::Address => write!(f, "{}-address", self.method),
            Scope::Domain => write!(f, "{}-domain", self.method),
        }
    }
}

impl FromStr for Stage {
    type Err = UnknownMethod;

    fn from_str(name: &str) -> Result<Self, UnknownMethod> {
        let (method, scope) = match (name.strip_suffix("-address"), name.strip_suffix("-domain")) {
            (Some(method), _) => (method, Scope::Address),
            (None, Some(method)) => (method, Scope::Domain),
            (None, None) => (name, Scope::Both),
        };
        let method = method.parse().map_err(|_| UnknownMethod(name.to_owned()))?;
        Ok(Self { method, scope })
    }
}

/// The order of a workspace that names none: the DNS, then directories, the workspace last.
pub const DEFAULT: [Stage; 3] = [Stage::of(Method::Dns), Stage::of(Method::Ldap), Stage::of(Method::Local)];

/// Every place that an order can have, one kind of subject each.
pub const PLACES: [Stage; 7] = [
    Stage { method: Method::Dns, scope: Scope::Address },
    Stage { method: Method::Dns, scope: Scope::Domain },
    Stage { method: Method::Ldap, scope: Scope::Address },
    Stage { method: Method::Ldap, scope: Scope::Domain },
    Stage { method: Method::Local, scope: Scope::Address },
    Stage { method: Method::Local, scope: Scope::Domain },
    Stage { method: Method::Smimea, scope: Scope::Address },
];

/// The same order with one kind of subject in each place.
#[must_use]
pub fn apart(order: &[Stage]) -> Vec<Stage> {
    let each = order.iter().flat_map(|stage| {
        let scopes: &[Scope] = match stage.scope {
            Scope::Both => &[Scope::Address, Scope::Domain],
            Scope::Address => &[Scope::Address],
            Scope::Domain => &[Scope::Domain],
        };
        scopes.iter().map(|scope| Stage { method: stage.method, scope: *scope })
    });
    each.filter(|stage| PLACES.contains(stage)).collect()
}

/// The same order, as short as it can be written: an address followed by its domain is one place.
#[must_use]
pub fn together(order: &[Stage]) -> Vec<Stage> {
    let mut short: Vec<Stage> = Vec::new();
    for stage in order {
        match short.last_mut() {
            Some(last)
                if last.method == stage.method && (last.scope, stage.scope) == (Scope::Address, Scope::Domain) =>
            {
                last.scope = Scope::Both;
            }
            _ => short.push(*stage),
        }
    }
    short
}

/// A resolver that is asked for one kind of subject at its place of the order.
#[derive(Clone, Copy)]
pub struct Scoped<'a> {
    resolver: &'a dyn Resolver,
    scope: Scope,
}

impl fmt::Debug for Scoped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scoped({})", Stage { method: self.resolver.method(), scope: self.scope })
    }
}

impl Resolver for Scoped<'_> {
    fn method(&self) -> Method {
        self.resolver.method()
    }

    fn scope(&self) -> Scope {
        self.scope
    }

    fn resolve(&self, subject: &Subject) -> Resolution {
        self.resolver.resolve(subject)
    }
}

/// The resolvers of `available` in this order; a method that is not available is left out.
#[must_use]
pub fn arranged<'a>(order: &[Stage], available: &[&'a dyn Resolver]) -> Vec<Scoped<'a>> {
    let places = order.iter().filter_map(|stage| {
        let resolver = available.iter().find(|resolver| resolver.method() == stage.method)?;
        Some(Scoped { resolver: *resolver, scope: stage.scope })
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(names: &[&str]) -> Vec<Stage> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn an_order_taken_apart_is_put_together_again() {
        let apart = apart(&DEFAULT);
        assert_eq!(apart[..3], order(&["dns-address", "dns-domain", "ldap-address"]));
        assert_eq!(together(&apart), DEFAULT);
        let crossed = order(&["ldap-address", "dns-address", "ldap-domain", "dns-domain"]);
        assert_eq!(together(&crossed), crossed);
        assert_eq!(super::apart(&order(&["smimea"])), order(&["smimea-address"]));
    }

    #[test]
    fn a_stage_is_written_as_it_is_read() {
        for name in ["dns", "dns-address", "dns-domain", "ldap-address", "smimea-address", "local", "local-domain"] {
            assert_eq!(name.parse::<Stage>().unwrap().to_string(), name);
        }
        for name in ["", "address", "-domain", "dns-", "finger-address", "dns-address-domain"] {
            assert_eq!(name.parse::<Stage>(), Err(UnknownMethod(name.to_owned())), "{name}");
        }
    }
}
