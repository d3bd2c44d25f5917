//! The set-up of each case. What `discovery::dcdt` says of it in words is done here.

use super::Fault;
use super::cast::Validity::{Expired, Valid};
use super::scene::{Demand, Stage, Wanted};
use crate::agent::ReasonCode;
use crate::discovery::fetch::{Fetch, FetchKind, FetchOutcome};
use crate::discovery::{Judgement, Lookup, LookupAnswer};
use crate::pki::PrivateKeyEntry;

type SetUp = Result<(Wanted, Demand), Fault>;

/// The one server of a domain that has one.
const ONLY: (u16, u16) = (0, 0);
/// Where the web server has the revocation list, and its media type (RFC 5280 §4.2.1.13).
const LIST: &str = "/root.crl";
const LIST_TYPE: &str = "application/pkix-crl";
/// Where it has the certificate of the intermediate authority.
const ISSUER: &str = "/intermediate.cer";

pub(super) fn set_up(id: &str, stage: &mut Stage<'_>) -> SetUp {
    match id {
        "D1" => dns_address(stage),
        "D2" => dns_domain(stage),
        "D3" => ldap_address(stage),
        "D4" => ldap_domain(stage),
        "D5" => expired(stage, Place::DnsAddress),
        "D6" => expired(stage, Place::DnsDomain),
        "D7" => expired(stage, Place::LdapAddress),
        "D8" => expired(stage, Place::LdapDomain),
        "D9" => beside_expired(stage),
        "D10" => first_server_down(stage),
        "D11" => Ok(nothing(ReasonCode::CertificateNotFound)),
        "D12" => all_servers_down(stage),
        "D13" => empty_directory(stage),
        "D14" => large(stage),
        "D15" => two_servers(stage, (1, 0), (0, 0)),
        "D16" => two_servers(stage, (0, 0), (0, 100)),
        "D17" => beside_revoked(stage),
        "D18" => below_intermediate(stage),
        "H1" => hosted(stage, Place::DnsAddress),
        "H2" => hosted(stage, Place::DnsDomain),
        "H3" => hosted(stage, Place::LdapAddress),
        "H4" => hosted(stage, Place::LdapDomain),
        _ => Err(Fault::NoSetUp),
    }
}

#[derive(Clone, Copy)]
enum Place {
    DnsAddress,
    DnsDomain,
    LdapAddress,
    LdapDomain,
}

fn target(entry: PrivateKeyEntry) -> (Wanted, Demand) {
    (Wanted::Target(Box::new(entry)), |_, _| Ok(()))
}

fn nothing(code: ReasonCode) -> (Wanted, Demand) {
    (Wanted::Nothing(code), |_, _| Ok(()))
}

fn dns_address(stage: &mut Stage<'_>) -> SetUp {
    let cast = stage.cast;
    let wanted = cast.address(&stage.recipient, Valid)?;
    stage.dns_address(&wanted)?;
    let decoys = (cast.address(&stage.recipient, Expired)?, cast.domain(&stage.recipient, Expired)?);
    stage.dns_domain(&cast.domain(&stage.recipient, Expired)?)?;
    stage.directory(ONLY, Some(&decoys.0), Some(&decoys.1))?;
    Ok(target(wanted))
}

fn dns_domain(stage: &mut Stage<'_>) -> SetUp {
    let cast = stage.cast;
    let wanted = cast.domain(&stage.recipient, Valid)?;
    stage.dns_domain(&wanted)?;
    let decoys = (cast.address(&stage.recipient, Expired)?, cast.domain(&stage.recipient, Expired)?);
    stage.directory(ONLY, Some(&decoys.0), Some(&decoys.1))?;
    Ok(target(wanted))
}

fn ldap_address(stage: &mut Stage<'_>) -> SetUp {
    let wanted = stage.cast.address(&stage.recipient, Valid)?;
    let decoy = stage.cast.domain(&stage.recipient, Expired)?;
    stage.directory(ONLY, Some(&wanted), Some(&decoy))?;
    Ok(target(wanted))
}

fn ldap_domain(stage: &mut Stage<'_>) -> SetUp {
    let wanted = stage.cast.domain(&stage.recipient, Valid)?;
    stage.directory(ONLY, None, Some(&wanted))?;
    Ok(target(wanted))
}

fn expired(stage: &mut Stage<'_>, place: Place) -> SetUp {
    let entry = match place {
        Place::DnsAddress | Place::LdapAddress => stage.cast.address(&stage.recipient, Expired)?,
        Place::DnsDomain | Place::LdapDomain => stage.cast.domain(&stage.recipient, Expired)?,
    };
    publish(stage, place, &entry)?;
    Ok(nothing(ReasonCode::Expired))
}

fn hosted(stage: &mut Stage<'_>, place: Place) -> SetUp {
    let list = stage.url(LIST)?;
    let (cast, recipient) = (stage.cast, stage.recipient.clone());
    let entry = match place {
        Place::DnsAddress | Place::LdapAddress => cast.listed_address(&recipient, &list)?,
        Place::DnsDomain | Place::LdapDomain => cast.listed_domain(&recipient, &list)?,
    };
    stage.serve(LIST, LIST_TYPE, cast.list(&[])?.der())?;
    publish(stage, place, &entry)?;
    Ok(target(entry))
}

fn publish(stage: &mut Stage<'_>, place: Place, entry: &PrivateKeyEntry) -> Result<(), Fault> {
    match place {
        Place::DnsAddress => stage.dns_address(entry),
        Place::DnsDomain => stage.dns_domain(entry),
        Place::LdapAddress => stage.directory(ONLY, Some(entry), None),
        Place::LdapDomain => stage.directory(ONLY, None, Some(entry)),
    }
}

fn beside_expired(stage: &mut Stage<'_>) -> SetUp {
    let old = stage.cast.address(&stage.recipient, Expired)?;
    let wanted = stage.cast.address(&stage.recipient, Valid)?;
    stage.dns_address(&old)?;
    stage.dns_address(&wanted)?;
    Ok(target(wanted))
}

fn first_server_down(stage: &mut Stage<'_>) -> SetUp {
    let wanted = stage.cast.address(&stage.recipient, Valid)?;
    stage.dead_directory(0)?;
    stage.directory((1, 0), Some(&wanted), None)?;
    let (wanted, _) = target(wanted);
    Ok((wanted, one_is_down))
}

fn all_servers_down(stage: &mut Stage<'_>) -> SetUp {
    stage.dead_directory(0)?;
    Ok((Wanted::Nothing(ReasonCode::CertificateNotFound), one_is_down))
}

fn empty_directory(stage: &mut Stage<'_>) -> SetUp {
    stage.directory(ONLY, None, None)?;
    Ok((Wanted::Nothing(ReasonCode::CertificateNotFound), searched))
}

fn large(stage: &mut Stage<'_>) -> SetUp {
    let wanted = stage.cast.large(&stage.recipient)?;
    stage.dns_address(&wanted)?;
    let (wanted, _) = target(wanted);
    Ok((wanted, over_tcp))
}

// Both directories have a certificate that would do: a choice of the wrong one shows.
fn two_servers(stage: &mut Stage<'_>, later: (u16, u16), first: (u16, u16)) -> SetUp {
    let other = stage.cast.address(&stage.recipient, Valid)?;
    let wanted = stage.cast.address(&stage.recipient, Valid)?;
    stage.directory(later, Some(&other), None)?;
    stage.directory(first, Some(&wanted), None)?;
    Ok(target(wanted))
}

// The revoked ones come first: whoever takes the first that is valid is found out.
fn beside_revoked(stage: &mut Stage<'_>) -> SetUp {
    let list = stage.url(LIST)?;
    let (cast, recipient) = (stage.cast, stage.recipient.clone());
    let revoked = [cast.listed_address(&recipient, &list)?, cast.listed_address(&recipient, &list)?];
    let wanted = cast.listed_address(&recipient, &list)?;
    stage.serve(LIST, LIST_TYPE, cast.list(&revoked.each_ref())?.der())?;
    for entry in revoked.iter().chain([&wanted]) {
        stage.dns_address(entry)?;
    }
    stage.dns_domain(&cast.domain(&recipient, Expired)?)?;
    let (wanted, _) = target(wanted);
    Ok((wanted, two_are_revoked))
}

fn below_intermediate(stage: &mut Stage<'_>) -> SetUp {
    let url = stage.url(ISSUER)?;
    let (issuer, wanted) = stage.cast.below_intermediate(&stage.recipient, &url)?;
    stage.serve(ISSUER, "application/pkix-cert", issuer.der())?;
    stage.dns_address(&wanted)?;
    let (wanted, _) = target(wanted);
    Ok((wanted, issuer_came))
}

fn one_is_down(lookups: &[Lookup], _: &[Fetch]) -> Result<(), String> {
    let down = |lookup: &Lookup| matches!(&lookup.answer, LookupAnswer::Failed(why) if why.contains("nobody listens"));
    if lookups.iter().any(down) { Ok(()) } else { Err("the server that is down was not tried".to_owned()) }
}

fn searched(lookups: &[Lookup], _: &[Fetch]) -> Result<(), String> {
    let empty = |lookup: &Lookup| lookup.answer == LookupAnswer::Empty && lookup.query.starts_with("(mail=");
    if lookups.iter().filter(|lookup| empty(lookup)).count() >= 2 {
        return Ok(());
    }
    Err("the directory was not searched for the address and for the domain".to_owned())
}

fn over_tcp(lookups: &[Lookup], _: &[Fetch]) -> Result<(), String> {
    let found = |lookup: &Lookup| lookup.transport == Some("tcp") && matches!(lookup.answer, LookupAnswer::Found(_));
    if lookups.iter().any(found) { Ok(()) } else { Err("the certificate did not come over TCP".to_owned()) }
}

fn two_are_revoked(lookups: &[Lookup], fetches: &[Fetch]) -> Result<(), String> {
    if !came(fetches, FetchKind::RevocationList) {
        return Err("the revocation list was not fetched".to_owned());
    }
    let revoked = |judgement: &Judgement| matches!(judgement, Judgement::PassedOver(why) if why.contains("revoked"));
    let brought = lookups.iter().flat_map(|lookup| &lookup.certificates);
    match brought.filter(|brought| revoked(&brought.judgement)).count() {
        2 => Ok(()),
        count => Err(format!("{count} certificates were passed over as revoked, and two are")),
    }
}

fn issuer_came(_: &[Lookup], fetches: &[Fetch]) -> Result<(), String> {
    if came(fetches, FetchKind::Issuer) { Ok(()) } else { Err("the issuer's certificate was not fetched".to_owned()) }
}

fn came(fetches: &[Fetch], kind: FetchKind) -> bool {
    fetches.iter().any(|fetch| fetch.kind == kind && fetch.outcome == FetchOutcome::Fetched)
}
