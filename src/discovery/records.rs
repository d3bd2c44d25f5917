//! Records of the DNS that lead to servers: SRV (RFC 2782) and MX (RFC 5321 §5.1).

use std::fmt;

use super::{Lookup, Subject};

/// One server of a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Srv {
    /// Lower is tried first.
    pub priority: u16,
    /// Among equals in priority, the share of the load.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host's name with its closing dot; `.` alone says that there is no such service.
    pub target: String,
}

impl Srv {
    /// Whether the record says that the service is decidedly not there.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.target == "."
    }
}

impl fmt::Display for Srv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { priority, weight, port, target } = self;
        write!(f, "{}:{port} (priority {priority}, weight {weight})", target.trim_end_matches('.'))
    }
}

/// One host that takes a domain's mail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mx {
    /// Lower is tried first.
    pub preference: u16,
    /// The host's name with its closing dot; `.` alone says that the domain takes no mail (RFC 7505).
    pub exchange: String,
}

/// Finds out where mail goes. What uses a network lives in `io`.
pub trait MailRoutes: Send + Sync {
    /// Asks where mail for an address or domain goes; none where the domain has no place in the DNS.
    fn mail_route(&self, subject: &Subject) -> Option<Lookup>;
}

/// Where mail for a domain goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailRoute {
    /// To these hosts, in this order.
    Exchangers(Vec<Mx>),
    /// To the domain itself as a host, because it has no MX record (RFC 5321 §5.1).
    ImplicitHost,
    /// Nowhere: the domain says that it takes no mail (RFC 7505).
    NoMail,
    /// Nowhere: there is no such domain.
    NoSuchDomain,
}

impl MailRoute {
    /// The route that a domain's MX records give.
    #[must_use]
    pub fn of(mut records: Vec<Mx>) -> Self {
        records.sort();
        match records.as_slice() {
            [] => Self::ImplicitHost,
            [only] if only.exchange == "." => Self::NoMail,
            _ => Self::Exchangers(records),
        }
    }
}

impl fmt::Display for MailRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchangers(hosts) => {
                for (index, host) in hosts.iter().enumerate() {
                    let between = if index == 0 { "" } else { ", then " };
                    write!(f, "{between}{} (preference {})", host.exchange.trim_end_matches('.'), host.preference)?;
                }
                Ok(())
            }
            Self::ImplicitHost => f.write_str("the domain's own host, as there is no MX record"),
            Self::NoMail => f.write_str("nowhere: the domain says that it takes no mail"),
            Self::NoSuchDomain => f.write_str("nowhere: there is no such domain"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mx(preference: u16, exchange: &str) -> Mx {
        Mx { preference, exchange: exchange.to_owned() }
    }

    #[test]
    fn mail_goes_to_the_lowest_preference_first() {
        let route = MailRoute::of(vec![mx(20, "b.example."), mx(10, "a.example.")]);
        assert_eq!(route.to_string(), "a.example (preference 10), then b.example (preference 20)");
    }

    #[test]
    fn a_null_mx_takes_no_mail_and_none_at_all_means_the_host_itself() {
        assert_eq!(MailRoute::of(vec![mx(0, ".")]), MailRoute::NoMail);
        assert_eq!(MailRoute::of(Vec::new()), MailRoute::ImplicitHost);
    }
}
