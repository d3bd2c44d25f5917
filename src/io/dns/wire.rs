//! One question on the wire, and what an answer says.

use std::io;

use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::tcp::TcpClientStream;
use hickory_resolver::net::udp::UdpClientStream;
use hickory_resolver::net::xfer::{DnsHandle, FirstAnswer};
use hickory_resolver::net::{NetError, xfer::DnsExchange};
use hickory_resolver::proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, RecordType};

use super::{DnsClient, Ending, Exchange, Transport};
use crate::discovery::Dnssec;

/// The largest UDP answer that is asked for: it passes everywhere unfragmented (RFC 9715).
const UDP_OCTETS: u16 = 1232;

/// Links of a chain of aliases that are followed: longer ones are loops or mistakes.
const MAX_ALIASES: usize = 8;

/// An answer as it came.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) transport: Transport,
    pub(super) response: DnsResponse,
    /// The name that had to be asked for because the one asked for is an alias of it.
    pub(super) alias: Option<Name>,
}

impl DnsClient {
    // A recursive server follows aliases itself; one that is only the authority does not, and is asked again, once.
    pub(super) async fn follow(&self, name: Name, kind: RecordType) -> (Transport, Result<Answer, NetError>) {
        let answered = self.exchange(&name, kind).await;
        match answered.1.as_ref().ok().and_then(|answer| open_alias(&answer.response)).cloned() {
            Some(target) => {
                let (transport, outcome) = self.exchange(&target, kind).await;
                (transport, outcome.map(|answer| Answer { alias: Some(target), ..answer }))
            }
            None => answered,
        }
    }

    async fn exchange(&self, name: &Name, kind: RecordType) -> (Transport, Result<Answer, NetError>) {
        let (transport, outcome) = match self.within(self.over_udp(name, kind)).await {
            Ok(response) if !response.metadata.truncation => (Transport::Udp, Ok(response)),
            // Silence may be a filter against UDP; and only TCP can tell that nobody listens.
            Ok(_) | Err(NetError::Timeout) => (Transport::Tcp, self.within(self.over_tcp(name, kind)).await),
            Err(error) => (Transport::Udp, Err(error)),
        };
        (transport, outcome.map(|response| Answer { transport, response, alias: None }))
    }

    // The bound that holds whatever the layers below do with theirs.
    async fn within<F>(&self, exchange: F) -> Result<DnsResponse, NetError>
    where
        F: Future<Output = Result<DnsResponse, NetError>>,
    {
        tokio::time::timeout(self.timeout, exchange).await.unwrap_or(Err(NetError::Timeout))
    }

    // The provider owns the tasks behind an exchange: it has to live until the answer is there.
    async fn over_udp(&self, name: &Name, kind: RecordType) -> Result<DnsResponse, NetError> {
        let provider = TokioRuntimeProvider::default();
        let stream = UdpClientStream::builder(self.server, provider.clone());
        ask(stream.with_timeout(Some(self.timeout)).exchange(), name, kind).await
    }

    async fn over_tcp(&self, name: &Name, kind: RecordType) -> Result<DnsResponse, NetError> {
        let provider = TokioRuntimeProvider::default();
        let exchange = TcpClientStream::exchange(self.server, None, self.timeout, None, provider.clone()).await?;
        ask(exchange, name, kind).await
    }
}

async fn ask(
    exchange: DnsExchange<TokioRuntimeProvider>,
    name: &Name,
    kind: RecordType,
) -> Result<DnsResponse, NetError> {
    let mut options = DnsRequestOptions::default();
    options.use_edns = true;
    options.edns_payload_len = UDP_OCTETS;
    options.edns_set_dnssec_ok = true;
    let question = Query::query(name.clone(), kind);
    exchange.send(DnsRequest::from_query(question, options)).first_answer().await
}

impl<R> Exchange<R> {
    pub(super) fn of(answer: &Answer, read: fn(&RData) -> Option<R>) -> Self {
        let response = &answer.response;
        let asked = response.queries.first().map(Query::name);
        let alias = canonical_name(response).filter(|name| asked != Some(*name)).or(answer.alias.as_ref());
        Self {
            transport: answer.transport,
            octets: response.as_buffer().len(),
            alias: alias.map(ToString::to_string),
            dnssec: Some(dnssec(response)),
            ..Self::without_answer(ending(response, read))
        }
    }
}

fn ending<R>(response: &DnsResponse, read: fn(&RData) -> Option<R>) -> Ending<R> {
    match response.metadata.response_code {
        ResponseCode::NoError if is_referral(response) => Ending::Referral(referred(response)),
        ResponseCode::NoError => Ending::Answered(records(response, read)),
        ResponseCode::NXDomain => Ending::NoSuchName,
        other => Ending::ServerSaid(other.to_string()),
    }
}

// RFC 1034 §4.3.2: an answer section without the name, and servers that know more in the authority section.
fn is_referral(response: &DnsResponse) -> bool {
    let names_servers = response.authorities.iter().any(|record| record.record_type() == RecordType::NS);
    let has_start = response.authorities.iter().any(|record| record.record_type() == RecordType::SOA);
    !response.metadata.authoritative && response.answers.is_empty() && names_servers && !has_start
}

fn referred(response: &DnsResponse) -> Vec<String> {
    const TOLD: usize = 4;
    let servers = response.authorities.iter().filter_map(|record| match &record.data {
        RData::NS(server) => Some(server.0.to_ascii()),
        _ => None,
    });
    servers.take(TOLD).collect()
}

fn dnssec(response: &DnsResponse) -> Dnssec {
    let sections = response.answers.iter().chain(&response.authorities);
    let signed = sections.into_iter().any(|record| record.record_type() == RecordType::RRSIG);
    match (response.metadata.authentic_data, signed) {
        (true, _) => Dnssec::Validated,
        (false, true) => Dnssec::Signed,
        (false, false) => Dnssec::Unsigned,
    }
}

// The records of the name that was asked for, or of the name that it is an alias of. Others do not belong.
fn records<R>(response: &DnsResponse, read: fn(&RData) -> Option<R>) -> Vec<R> {
    let Some(name) = canonical_name(response) else { return Vec::new() };
    let own = response.answers.iter().filter(|record| record.name == *name);
    own.filter_map(|record| read(&record.data)).collect()
}

// Where the answer's chain of aliases ends: a server puts the chain into its answer, in any order.
fn canonical_name(response: &DnsResponse) -> Option<&Name> {
    let mut name = response.queries.first()?.name();
    for _ in 0..MAX_ALIASES {
        let alias = response.answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name == *name => Some(&target.0),
            _ => None,
        });
        match alias {
            Some(target) => name = target,
            None => break,
        }
    }
    Some(name)
}

// The name that has to be asked for because the answer is an alias and no more.
fn open_alias(response: &DnsResponse) -> Option<&Name> {
    let asked = response.queries.first()?.name();
    let name = canonical_name(response)?;
    let bare = response.metadata.response_code == ResponseCode::NoError
        && !response.answers.iter().any(|record| record.name == *name);
    (bare && name != asked).then_some(name)
}

pub(super) fn failure<R>(error: &NetError) -> Ending<R> {
    match error {
        NetError::Timeout => Ending::TimedOut,
        NetError::Io(error) if error.kind() == io::ErrorKind::TimedOut => Ending::TimedOut,
        NetError::Io(error) => Ending::Unreachable(error.kind().to_string()),
        other => Ending::Malformed(other.to_string()),
    }
}
