//! One search in a directory (RFC 4511) as an LDAP URL describes it (RFC 4516): anonymous, bounded, referrals ignored.
//!
//! Messages are read by this program's own walker, which neither recurses nor trusts a length: a directory that a
//! certificate names may be anybody's.

mod message;
mod stream;

use super::deadline::Deadline;
use super::{FetchOptions, names};
use crate::discovery::fetch::{Fetch, FetchKind, FetchOutcome, FetchRequest, Refusal, Target};
use crate::discovery::ldap::result_code;
use crate::pki::pem;
use message::{Answer, Search};
use stream::Connection;

/// Octets that a directory may send besides the value that is looked for.
const OVERHEAD: usize = 64 << 10;

/// Asks the directory, at each of its addresses in turn until one can be connected to.
pub(super) fn ask(
    options: &FetchOptions,
    request: &FetchRequest,
    target: &Target,
    deadline: Deadline,
    account: &mut Fetch,
) -> Result<Vec<u8>, FetchOutcome> {
    let search = Search::of_url(target.url(), request.kind()).map_err(FetchOutcome::Failed)?;
    let addresses = names::addresses(&options.names, options.reach, target, deadline)?;
    let count = addresses.len();
    let mut last = FetchOutcome::TimedOut;
    for (place, address) in addresses.into_iter().enumerate() {
        account.address = Some(address);
        let share = deadline.share(count.saturating_sub(place))?;
        match Connection::open(target, address, share, deadline) {
            Ok(connection) => return converse(options, request, &search, connection, account),
            Err(outcome) => last = outcome,
        }
    }
    Err(last)
}

fn converse(
    options: &FetchOptions,
    request: &FetchRequest,
    search: &Search,
    mut connection: Connection,
    account: &mut Fetch,
) -> Result<Vec<u8>, FetchOutcome> {
    let limit = request.kind().octets(&options.limits);
    let mut left = limit.saturating_add(OVERHEAD);
    connection.send(&search.message())?;
    let mut values: Vec<Vec<u8>> = Vec::new();
    loop {
        let octets = connection.receive(left, limit)?;
        left = left.saturating_sub(octets.len());
        account.octets = account.octets.saturating_add(octets.len());
        match message::read(&octets) {
            Some(Answer::Entry(found)) => values.extend(found),
            Some(Answer::Reference) => {
                account.notes.push("the directory refers to another one, which is not followed".to_owned());
            }
            Some(Answer::Done(0)) => break,
            Some(Answer::Done(code)) => {
                return Err(FetchOutcome::Failed(format!("the directory answered {}", result_code(code))));
            }
            Some(Answer::Other) => {}
            None => return Err(FetchOutcome::Failed("what the directory answered is not LDAP".to_owned())),
        }
    }
    connection.part();
    values.retain(|value| !value.is_empty());
    let content = one(request.kind(), values, account)?;
    if content.len() > limit {
        return Err(FetchOutcome::Refused(Refusal::Size { announced: None, limit }));
    }
    account.octets = content.len();
    Ok(content)
}

/// A list alone; of certificates all, as text, which holds several.
fn one(kind: FetchKind, values: Vec<Vec<u8>>, account: &mut Fetch) -> Result<Vec<u8>, FetchOutcome> {
    let count = values.len();
    let mut values = values.into_iter();
    let first = values.next();
    let Some(first) = first else {
        return Err(FetchOutcome::Failed("the directory has no such entry or attribute".to_owned()));
    };
    if count == 1 {
        return Ok(first);
    }
    if kind == FetchKind::Issuer {
        let text = std::iter::once(first).chain(values).map(|der| pem::encode("CERTIFICATE", &der));
        return Ok(text.collect::<String>().into_bytes());
    }
    account.notes.push(format!("the directory has {count} values; the first is taken"));
    Ok(first)
}
