//! Whether an address can send and receive, until when or why not, and the button that makes it ready. Where a key or
//! an anchor is missing altogether, the button stands in the empty list below.

use egui::{RichText, Ui};
use time::OffsetDateTime;

use crate::pki::{Certificate, Validity};
use crate::trust::{Parties, Party, PartyName};
use crate::ui::Ctx;
use crate::ui::command::{Command, UiCommand};
use crate::ui::icons::{self, Status};
use crate::ui::text::trust as words;
use crate::ui::tokens::tokens;

/// What would make it ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remedy {
    Unlock,
    ImportKey,
}

/// One fact, and what would change it.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    status: Status,
    sentence: String,
    remedy: Option<Remedy>,
}

/// Shows it for one party; an address has from its domain what it lacks.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, party: &Party) {
    let Some(loaded) = &ctx.state.workspace else { return };
    let at = ctx.state.evaluated_at();
    let served = Served::of(&loaded.contents.parties, party);
    let (send, receive) = (served.send(at), served.receive(at));
    // One button for one remedy, though both directions may want it.
    let twice = receive.remedy.is_some() && receive.remedy == send.remedy;
    line_ui(ui, ctx, &send, send.remedy);
    line_ui(ui, ctx, &receive, receive.remedy.filter(|_| !twice));
    let domain = match &party.name {
        PartyName::Address(address) => address.domain(),
        PartyName::Domain(domain) => domain,
    };
    let chosen = &loaded.settings.local_domains;
    let local = if chosen.is_empty() {
        loaded.contents.parties.key_domains().contains(domain)
    } else {
        chosen.contains(domain)
    };
    let sentence = if local { words::LOCAL } else { words::NOT_LOCAL }.to_owned();
    line_ui(ui, ctx, &Line { status: Status::Info, sentence, remedy: None }, None);
}

fn line_ui(ui: &mut Ui, ctx: &Ctx<'_>, line: &Line, remedy: Option<Remedy>) {
    ui.horizontal_wrapped(|ui| {
        icons::status_ui(ui, line.status);
        ui.label(RichText::new(&line.sentence).color(tokens(ui).dim));
        let Some(remedy) = remedy else { return };
        let name = match remedy {
            Remedy::Unlock => words::UNLOCK,
            Remedy::ImportKey => words::IMPORT_KEY,
        };
        if ui.small_button(name).clicked() {
            match remedy {
                Remedy::Unlock => ctx.ask(UiCommand::UnlockKeys),
                Remedy::ImportKey => ctx.queue.push(Command::ChooseImport),
            }
        }
    });
}

/// What serves a party: its own things, else its domain's.
struct Served<'a> {
    keys: Option<&'a Party>,
    trusts_senders: bool,
    trusts_recipients: bool,
}

impl<'a> Served<'a> {
    fn of(parties: &'a Parties, party: &'a Party) -> Self {
        match &party.name {
            PartyName::Address(address) => Self {
                keys: parties.key_holder(address),
                trusts_senders: parties.incoming_anchors(address).is_some_and(|(_, anchors)| !anchors.is_empty()),
                trusts_recipients: parties.outgoing_anchors(address).is_some_and(|(_, anchors)| !anchors.is_empty()),
            },
            PartyName::Domain(_) => Self {
                keys: Some(party),
                trusts_senders: !party.incoming.is_empty(),
                trusts_recipients: !party.outgoing.is_empty(),
            },
        }
    }

    // Why there is no open key, and what would help.
    fn key_missing(&self) -> Option<(Status, &'static str, Option<Remedy>)> {
        match self.keys {
            Some(holder) if !holder.keys.is_empty() => None,
            Some(holder) if !holder.locked.is_empty() => Some((Status::Warning, words::LOCKED, Some(Remedy::Unlock))),
            _ => Some((Status::Failed, words::NO_KEY, None)),
        }
    }

    fn certificates(&self) -> impl Iterator<Item = &'a Certificate> {
        self.keys.into_iter().flat_map(|holder| &holder.keys).map(|key| key.entry.certificate())
    }

    fn valid_until(&self, at: OffsetDateTime) -> Option<OffsetDateTime> {
        let valid = |certificate: &&Certificate| matches!(certificate.validity_at(at), Validity::Valid);
        self.certificates().filter(valid).map(Certificate::not_after).max()
    }

    fn send(&self, at: OffsetDateTime) -> Line {
        let not = |status, why, remedy| Line { status, sentence: words::cannot_send(why), remedy };
        if let Some((status, why, remedy)) = self.key_missing() {
            return not(status, why, remedy);
        }
        let Some(until) = self.valid_until(at) else {
            return not(Status::Failed, words::NOT_VALID, Some(Remedy::ImportKey));
        };
        if !self.trusts_recipients {
            return not(Status::Failed, words::NO_OUTGOING, None);
        }
        Line { status: Status::Passed, sentence: words::can_send(until), remedy: None }
    }

    fn receive(&self, at: OffsetDateTime) -> Line {
        let not = |status, why, remedy| Line { status, sentence: words::cannot_receive(why), remedy };
        if let Some((status, why, remedy)) = self.key_missing() {
            return not(status, why, remedy);
        }
        if !self.trusts_senders {
            return not(Status::Failed, words::NO_INCOMING, None);
        }
        match (self.valid_until(at), self.certificates().map(Certificate::not_after).max()) {
            (Some(until), _) => Line { status: Status::Passed, sentence: words::can_receive(until), remedy: None },
            (None, Some(last)) if last < at => {
                let sentence = words::can_receive_old(last);
                Line { status: Status::Warning, sentence, remedy: Some(Remedy::ImportKey) }
            }
            (None, _) => not(Status::Failed, words::NOT_VALID, Some(Remedy::ImportKey)),
        }
    }
}
