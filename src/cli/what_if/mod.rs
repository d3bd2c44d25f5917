//! `sealscope what-if`: the answer under other circumstances, and when it changes.

mod print;
mod supposing;
mod when;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::common::{Common, domain, moment};
use super::console::Console;
use super::error::{CliError, Exit};
use super::input::MessageArgs;
use super::resolvers;
use super::session::{Keys, Session};
use super::store::{party, passphrase};
use crate::agent::{Operation, ProfileName, Report, outcome_json};
use crate::mail::{Domain, Envelope};
use crate::pki::Passphrase;
use crate::trust::PartyName;
use crate::what_if::{WhatIf, difference, difference_json};

const AFTER: &str = "\
Runs the agent twice, with the workspace as it is and with what is supposed, and shows what differs: the verdict, each \
recipient, each signer, each step, each check. Nothing is saved, and nobody is trusted for real.

With --when it runs the agent on either side of every date of the certificates and revocation lists in play, and shows \
when the result changes and what begins or ends then. These runs fetch nothing. What is supposed is supposed of all of \
them, but for --suppose-at, which moves the mark.

Examples:
  sealscope what-if refused.eml --suppose-at 2025-11-30T12:00:00Z
  sealscope what-if refused.eml --suppose-anchor partner-root.pem --for bob@b.example
  sealscope what-if refused.eml --suppose-profile legacy --suppose-domain b.example
  sealscope what-if refused.eml --suppose-keys bob-old.p12 --file-passphrase secret
  sealscope what-if letter.eml --outgoing --without-keys-of a.example --json | jq .difference.sentences
  sealscope what-if secured.eml --when

Exit status: 0 accepted under what is supposed, or the dates are shown; 3 rejected under what is supposed; 1 could not \
run, 2 wrong use.";

/// Show what the answer would be under other circumstances, step by step, and when it changes
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct WhatIfArgs {
    #[command(flatten)]
    message: MessageArgs,
    /// Take the message for one that is to be sent, not for one that arrives
    #[arg(long)]
    outgoing: bool,
    /// Show when the result changes
    #[arg(long)]
    when: bool,
    #[command(flatten)]
    supposed: SupposedArgs,
}

/// What is supposed.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is supposed")]
struct SupposedArgs {
    /// Certificates are judged as of this time
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    suppose_at: Option<OffsetDateTime>,
    /// These rules apply
    #[arg(long, value_name = "NAME")]
    suppose_profile: Option<ProfileName>,
    /// Mail is received for this domain; repeat for several. Only for those that are named
    #[arg(long, value_name = "D", value_parser = domain)]
    suppose_domain: Vec<Domain>,
    /// The certificates of this file are trusted; repeat for several files
    #[arg(long, value_name = "FILE")]
    suppose_anchor: Vec<PathBuf>,
    /// The private keys of this file are held, by whom their certificates name; repeat for several files
    #[arg(long, value_name = "FILE")]
    suppose_keys: Vec<PathBuf>,
    /// Who trusts --suppose-anchor and holds --suppose-keys: an address or a domain. Default of an anchor: everybody
    #[arg(long = "for", value_name = "PARTY", value_parser = party)]
    party: Option<PartyName>,
    /// Which mail --suppose-anchor judges
    #[arg(long, value_enum, default_value_t = Direction::Both)]
    direction: Direction,
    /// The passphrase of the files; asked for where it is needed and not given
    #[arg(long, value_name = "P", value_parser = passphrase)]
    file_passphrase: Option<Passphrase>,
    /// The private keys of this address or domain are not held; repeat for several
    #[arg(long, value_name = "PARTY", value_parser = party)]
    without_keys_of: Vec<PartyName>,
    /// This certificate is not known here, as anchor, authority or otherwise: a file, or a SHA-256; repeat for several
    #[arg(long, value_name = "FILE|SHA-256")]
    without: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Direction {
    Incoming,
    Outgoing,
    Both,
}

/// Both answers.
struct Answers {
    before: Report,
    after: Report,
}

pub(super) fn run(args: &WhatIfArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let envelopes = args.message.envelopes(console)?;
    let mut session = Session::load(Keys::Opened, common, console)?;
    let operation = if args.outgoing { Operation::Outgoing } else { Operation::Incoming };
    let what_if = supposing::read(&args.supposed, &session, console)?;
    if args.when {
        supposing::lay_over(&what_if, &mut session);
        return when::run(&session, operation, &envelopes, &what_if, common, console);
    }
    if what_if.is_nothing() {
        return Err(CliError::usage(
            "name something to suppose, such as --suppose-at 2025-11-30T12:00:00Z, or ask for the dates with --when"
                .to_owned(),
        ));
    }
    let before = reports(&session, operation, &envelopes, common)?;
    supposing::lay_over(&what_if, &mut session);
    let after = reports(&session, operation, &envelopes, common)?;
    let all: Vec<Answers> = before.into_iter().zip(after).map(|(before, after)| Answers { before, after }).collect();
    if console.wants_json() {
        console.object(&object(&what_if, &all))?;
    }
    for (number, answers) in all.iter().enumerate() {
        if all.len() > 1 {
            console.line(&format!("Message {} of {}", number.saturating_add(1), all.len()))?;
        }
        print::print(&what_if, answers, console)?;
    }
    let accepted = all.iter().all(|answers| answers.after.is_accepted());
    Ok(if accepted { Exit::Success } else { Exit::Rejected })
}

fn reports(
    session: &Session,
    operation: Operation,
    envelopes: &[Envelope],
    common: &Common,
) -> Result<Vec<Report>, CliError> {
    resolvers::with_agent(session, common, session.settings.making, |agent| {
        envelopes.iter().map(|envelope| agent.account(envelope, operation).map_err(CliError::failed)).collect()
    })
}

// One message gives its object, several a list of them, as outcomes do.
fn object(what_if: &WhatIf, all: &[Answers]) -> Value {
    match all {
        [answers] => one(what_if, answers),
        several => json!({
            "schema": "sealscope.what-ifs/1",
            "what_ifs": several.iter().map(|answers| one(what_if, answers)).collect::<Vec<_>>(),
        }),
    }
}

fn one(what_if: &WhatIf, Answers { before, after }: &Answers) -> Value {
    json!({
        "schema": "sealscope.what-if/1",
        "supposed": what_if.words(),
        "before": outcome_json(before),
        "after": outcome_json(after),
        "difference": difference_json(&difference(before, after)),
    })
}
