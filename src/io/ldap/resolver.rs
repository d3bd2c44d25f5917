//! The steps of a lookup in directories, each with its account.

use std::net::{IpAddr, SocketAddr};
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::connection::{Answer, Connection, Entry, Trouble, with_words};
use super::{LdapResolver, TlsMode};
use crate::discovery::dns_cert::domain_owner;
use crate::discovery::ldap::{base_of, certificates, in_order, is, mail_filter, result_code};
use crate::discovery::records::Srv;
use crate::discovery::{Lookup, LookupAnswer, Method, Resolution, Resolver, Subject};
use crate::finding::{counted, escape_controls};
use crate::io::dns::{Ending, Exchange};
use crate::limits::Limits;
use crate::pki::Certificate;

/// Servers of one domain that are asked at most.
const SERVERS: usize = 8;
/// Addresses of one server that are tried.
const ADDRESSES: usize = 2;
/// Bases of one directory that are searched.
const BASES: usize = 8;
/// Notes of one kind that a step has at most.
const NOTES: usize = 8;
/// How long one lookup may take in all, whatever the number of servers.
const PATIENCE: Duration = Duration::from_secs(30);
/// So many silences in a row, and a server is left alone for a while: a message to a thousand recipients must not wait
/// for a dead server a thousand times.
const SILENCES: usize = 2;
const LEFT_ALONE: Duration = Duration::from_secs(60);

/// What became of asking one server.
enum Asked {
    /// It answered: the others serve the same directory.
    Answered,
    /// It did not; the next one is asked.
    Next,
}

impl Resolver for LdapResolver {
    fn method(&self) -> Method {
        Method::Ldap
    }

    fn resolve(&self, subject: &Subject) -> Resolution {
        let started = Instant::now();
        let mut resolution = Resolution::default();
        for server in self.servers(subject, &mut resolution) {
            if started.elapsed() > PATIENCE {
                let why = format!("the directories of the domain have taken more than {} s", PATIENCE.as_secs());
                resolution.tried.push(not_asked(subject, named(&server), &server, why));
                break;
            }
            if matches!(self.ask(&server, subject, &mut resolution), Asked::Answered) {
                break;
            }
        }
        resolution
    }
}

impl LdapResolver {
    fn servers(&self, subject: &Subject, resolution: &mut Resolution) -> Vec<Srv> {
        let domain = match subject {
            Subject::Address(address) => address.domain(),
            Subject::Domain(domain) => domain,
        };
        let service = format!("_ldap._tcp.{}", domain.ascii());
        let owner = if domain.is_literal() { None } else { domain_owner(&service).ok() };
        let Some(owner) = owner else {
            let why = "the domain has no name in the DNS, under which its directories could be found".to_owned();
            let answer = LookupAnswer::Skipped(why);
            resolution.tried.push(Lookup { answer, ..Lookup::new(Method::Ldap, subject, format!("{service}. SRV")) });
            return Vec::new();
        };
        let query = format!("{owner} SRV");
        let Some(exchange) = self.over_dns(subject, &query, resolution, || self.dns.servers(&owner)) else {
            return Vec::new();
        };
        let mut lookup = self.dns.account(Method::Ldap, subject, query, &exchange);
        let records = exchange.ending.records();
        let mut servers = in_order(records, |most| (self.options.draw)(most));
        if servers.len() > SERVERS {
            lookup.notes.push(format!("{} servers; only the first {SERVERS} are asked", servers.len()));
            servers.truncate(SERVERS);
        }
        if !servers.is_empty() {
            let list: Vec<String> = servers.iter().map(|server| escape_controls(&server.to_string())).collect();
            lookup.answer =
                LookupAnswer::Told(format!("{}: {}", counted(servers.len(), "server"), list.join(", then ")));
        } else if !records.is_empty() {
            lookup.answer = LookupAnswer::Told("the domain says that it has no directory".to_owned());
        }
        resolution.tried.push(lookup);
        servers
    }

    // Asks the DNS unless it has been silent too often.
    fn over_dns<R>(
        &self,
        subject: &Subject,
        query: &str,
        resolution: &mut Resolution,
        ask: impl FnOnce() -> Exchange<R>,
    ) -> Option<Exchange<R>> {
        let server = self.dns.server();
        if let Some(why) = self.left_alone(server) {
            let answer = LookupAnswer::Skipped(why);
            let server = Some(server.to_string());
            resolution.tried.push(Lookup { server, answer, ..Lookup::new(Method::Ldap, subject, query) });
            return None;
        }
        let exchange = ask();
        self.heard(server, matches!(exchange.ending, Ending::TimedOut | Ending::Unreachable(_)));
        Some(exchange)
    }

    fn ask(&self, server: &Srv, subject: &Subject, resolution: &mut Resolution) -> Asked {
        for ip in self.addresses(server, subject, resolution) {
            let address = SocketAddr::new(ip, server.port);
            if !self.options.reach.allows(ip) {
                let why = format!(
                    "{ip} is in a local network, where a DNS answer may not send this program; a lab allows it, with --allow-private or under “Network and lookups”"
                );
                resolution.tried.push(not_asked(subject, connecting(address), server, why));
            } else if let Some(why) = self.left_alone(address) {
                resolution.tried.push(not_asked(subject, connecting(address), server, why));
            } else if matches!(self.ask_at(server, address, subject, resolution), Asked::Answered) {
                return Asked::Answered;
            }
        }
        Asked::Next
    }

    fn addresses(&self, server: &Srv, subject: &Subject, resolution: &mut Resolution) -> Vec<IpAddr> {
        let Ok(host) = domain_owner(&server.target) else {
            resolution.tried.push(not_asked(subject, named(server), server, "it has no name in the DNS".to_owned()));
            return Vec::new();
        };
        let query = format!("{host} A");
        let Some(exchange) = self.over_dns(subject, &query, resolution, || self.dns.addresses(&host)) else {
            return Vec::new();
        };
        let mut lookup = self.dns.account(Method::Ldap, subject, query, &exchange);
        let found: Vec<IpAddr> = exchange.ending.records().iter().copied().take(ADDRESSES).collect();
        if !found.is_empty() {
            let list: Vec<String> = found.iter().map(ToString::to_string).collect();
            lookup.answer = LookupAnswer::Told(list.join(", "));
        } else if lookup.answer == LookupAnswer::Empty {
            lookup.answer = LookupAnswer::Failed("the server's name has no address".to_owned());
        }
        resolution.tried.push(lookup);
        found
    }

    fn ask_at(&self, server: &Srv, address: SocketAddr, subject: &Subject, resolution: &mut Resolution) -> Asked {
        let mut asking =
            Asking { resolver: self, server, subject, until: Instant::now() + self.options.server, resolution };
        self.runtime.block_on(asking.ask(address))
    }

    fn left_alone(&self, server: SocketAddr) -> Option<String> {
        let silent =
            self.silent().get(&server).is_some_and(|(times, last)| *times >= SILENCES && last.elapsed() < LEFT_ALONE);
        silent.then(|| format!("the server left the last {SILENCES} questions unanswered"))
    }

    fn heard(&self, server: SocketAddr, silent: bool) {
        let mut known = self.silent();
        if !silent {
            known.remove(&server);
            return;
        }
        let (times, last) = known.entry(server).or_insert((0, Instant::now()));
        *times = times.saturating_add(1);
        *last = Instant::now();
    }

    // A panic while the lock is held leaves at worst a silence too many or too few.
    fn silent(&self) -> MutexGuard<'_, std::collections::HashMap<SocketAddr, (usize, Instant)>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The work with one server at one address.
struct Asking<'a> {
    resolver: &'a LdapResolver,
    server: &'a Srv,
    subject: &'a Subject,
    until: Instant,
    resolution: &'a mut Resolution,
}

impl Asking<'_> {
    async fn ask(&mut self, address: SocketAddr) -> Asked {
        let started = Instant::now();
        let options = &self.resolver.options;
        let host = self.server.target.trim_end_matches('.');
        let opened = timeout(options.server, Connection::open(host, address, options)).await;
        let opened = opened.unwrap_or(Err(Trouble::TimedOut));
        let query = connecting(address);
        self.resolver.heard(address, matches!(opened, Err(Trouble::TimedOut)));
        let mut connection = match opened {
            Ok(connection) => connection,
            Err(trouble) => return self.failed(query, started, 0, &trouble),
        };
        let how = match options.tls {
            TlsMode::Plain => "connected, bound as nobody",
            TlsMode::Ldaps | TlsMode::StartTls => "connected with TLS, bound as nobody",
        };
        self.step(query, started, connection.octets(), LookupAnswer::Told(how.to_owned()));
        let asked = match self.bases(&mut connection).await {
            Some(bases) => self.search(&mut connection, &bases).await,
            None => Asked::Next,
        };
        connection.close().await;
        asked
    }

    async fn bases(&mut self, connection: &mut Connection) -> Option<Vec<String>> {
        let (started, before) = (Instant::now(), connection.octets());
        let query = "namingContexts of the root entry".to_owned();
        let named = connection.bases(self.within()).await;
        let octets = connection.octets().saturating_sub(before);
        let mut bases = match named {
            Ok(bases) => bases,
            Err(trouble) => {
                self.failed(query, started, octets, &trouble);
                return None;
            }
        };
        let mut notes = Vec::new();
        if bases.is_empty() {
            bases.push(base_of(self.domain()));
            notes.push("the server names no base; the one that the domain has by convention is tried".to_owned());
        }
        if bases.len() > BASES {
            notes.push(format!("{} bases; only the first {BASES} are searched", bases.len()));
            bases.truncate(BASES);
        }
        let list: Vec<String> = bases.iter().map(|base| escape_controls(base)).collect();
        self.step(query, started, octets, LookupAnswer::Told(format!("base {}", list.join(" and ")))).notes = notes;
        Some(bases)
    }

    async fn search(&mut self, connection: &mut Connection, bases: &[String]) -> Asked {
        let filter = mail_filter(self.subject);
        let mut asked = Asked::Next;
        for base in bases {
            let (started, before) = (Instant::now(), connection.octets());
            let query = format!("{filter} below {}", escape_controls(base));
            let found = connection.find(base, &filter, self.within()).await;
            let octets = connection.octets().saturating_sub(before);
            match found {
                Ok(answer) => {
                    if let Asked::Answered = self.take(query, started, octets, &answer) {
                        asked = Asked::Answered;
                    }
                }
                // Whoever has gone or fallen silent does not answer for the other bases either.
                Err(trouble) => {
                    self.failed(query, started, octets, &trouble);
                    break;
                }
            }
        }
        asked
    }

    fn take(&mut self, query: String, started: Instant, octets: usize, answer: &Answer) -> Asked {
        let mut notes = Vec::new();
        let found = taken(answer, &mut notes);
        let mut lookup = Lookup::new(Method::Ldap, self.subject, query).brought(&found);
        // RFC 4511 §4.1.9: no such object is an answer about this base; limits cut an answer short.
        let asked = match answer.code {
            0 | 32 => Asked::Answered,
            3 | 4 | 11 if !found.is_empty() => Asked::Answered,
            _ => Asked::Next,
        };
        if answer.code != 0 {
            let result = with_words(result_code(answer.code), &answer.text);
            match (&asked, answer.code) {
                (Asked::Next, 10) => {
                    lookup.answer = LookupAnswer::Failed(format!("the server only names others: {result}"))
                }
                (Asked::Next, _) => lookup.answer = LookupAnswer::Failed(format!("the server answered {result}")),
                (Asked::Answered, _) => notes.push(format!("the server answered {result}")),
            }
        }
        for certificate in found {
            if !self.resolution.found.contains(&certificate) {
                self.resolution.found.push(certificate);
            }
        }
        lookup.notes = notes;
        self.push(lookup, started, octets);
        asked
    }

    fn failed(&mut self, query: String, started: Instant, octets: usize, trouble: &Trouble) -> Asked {
        let answer = match trouble {
            Trouble::TimedOut => LookupAnswer::TimedOut,
            other => LookupAnswer::Failed(other.to_string()),
        };
        self.step(query, started, octets, answer);
        Asked::Next
    }

    fn step(&mut self, query: String, started: Instant, octets: usize, answer: LookupAnswer) -> &mut Lookup {
        self.push(Lookup { answer, ..Lookup::new(Method::Ldap, self.subject, query) }, started, octets)
    }

    fn push(&mut self, lookup: Lookup, started: Instant, octets: usize) -> &mut Lookup {
        let server = Some(named(self.server));
        let transport = Some(self.resolver.options.tls.as_str());
        self.resolution.tried.push_mut(Lookup { server, transport, octets, duration: started.elapsed(), ..lookup })
    }

    fn within(&self) -> Duration {
        self.resolver.options.operation.min(self.until.saturating_duration_since(Instant::now()))
    }

    fn domain(&self) -> &str {
        match self.subject {
            Subject::Address(address) => address.domain().ascii(),
            Subject::Domain(domain) => domain.ascii(),
        }
    }
}

fn named(server: &Srv) -> String {
    format!("{}:{}", escape_controls(server.target.trim_end_matches('.')), server.port)
}

fn connecting(address: SocketAddr) -> String {
    format!("connection to {address}")
}

fn not_asked(subject: &Subject, query: String, server: &Srv, why: String) -> Lookup {
    Lookup {
        server: Some(named(server)),
        answer: LookupAnswer::Skipped(why),
        ..Lookup::new(Method::Ldap, subject, query)
    }
}

// Values that are no certificate, references, and what lies past the caps, are passed over and said to be.
fn taken(answer: &Answer, notes: &mut Vec<String>) -> Vec<Certificate> {
    let limit = Limits::DEFAULT.ldap_certificates;
    let mut found: Vec<Certificate> = Vec::new();
    let (mut unreadable, mut too_many) = (Vec::new(), false);
    for entry in &answer.entries {
        for (attribute, value) in in_turn(entry) {
            match certificates(attribute, value) {
                Ok(brought) => {
                    let new: Vec<Certificate> = brought.into_iter().filter(|one| !found.contains(one)).collect();
                    too_many |= new.len() > limit.saturating_sub(found.len());
                    found.extend(new.into_iter().take(limit.saturating_sub(found.len())));
                }
                Err(why) => unreadable.push(format!("a value of {attribute} of {} passed over: {why}", entry.name)),
            }
        }
    }
    told(notes, unreadable);
    if too_many {
        notes.push(format!("more certificates came than the {limit} that are taken"));
    }
    if answer.cut {
        notes.push(format!("more entries came than the {} that are looked at", Limits::DEFAULT.ldap_entries));
    }
    told(
        notes,
        answer.references.iter().map(|uri| format!("the server refers to {uri}, which is not followed")).collect(),
    );
    found
}

// The values of an entry, those of `userCertificate` first.
fn in_turn(entry: &Entry) -> impl Iterator<Item = (&str, &[u8])> {
    let mut attributes: Vec<_> = entry.attributes.iter().collect();
    attributes.sort_by_key(|(name, _)| !is(name, "userCertificate"));
    attributes.into_iter().flat_map(|(name, values)| values.iter().map(|value| (name.as_str(), value.as_slice())))
}

// A server cannot flood the account.
fn told(notes: &mut Vec<String>, lines: Vec<String>) {
    let more = lines.len().saturating_sub(NOTES);
    notes.extend(lines.into_iter().take(NOTES).map(|line| escape_controls(&line)));
    if more > 0 {
        notes.push(format!("and {more} more like it"));
    }
}
