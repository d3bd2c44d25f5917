//! What can be done about a verdict: a button for each thing to try that this window can do.

use egui::Ui;

use crate::agent::{Operation, ProfileName, Reason, ReasonCode, RecipientOutcome, Report};
use crate::mail::Address;
use crate::pki::Certificate;
use crate::trust::PartyName;
use crate::ui::Ctx;
use crate::ui::command::{Command, UiCommand};
use crate::ui::document::Document;
use crate::ui::panes::breaking;
use crate::ui::selection::{Direction, Item};
use crate::ui::settings::View;
use crate::ui::text::lab::submit;
use crate::ui::text::{self, messages as words, outcome as outcome_text, what_if};
use crate::ui::what_if::{WhatIf, days_on};
use crate::ui::widgets::fields;

/// What a button does.
enum Try {
    /// Shows whom somebody trusts.
    Anchors(Address, Direction),
    /// Asks for the passphrase.
    Unlock,
    /// Takes a file in; what is missing gives the button its words.
    Import(&'static str),
    /// Opens the envelope's form.
    Envelope,
    /// Judges under another circumstance.
    Suppose(String, WhatIf),
}

/// Shows the buttons.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, report: &Report) {
    let tries = tries(ctx, document, report);
    for (place, attempt) in tries.iter().enumerate() {
        try_ui(ui, ctx, document, attempt, place == 0);
    }
    if ui.button(UiCommand::CopyWhy.name()).on_hover_text(UiCommand::CopyWhy.entry().tooltip).clicked() {
        ctx.ask(UiCommand::CopyWhy);
    }
    if ui.button(UiCommand::SaveReport.name()).on_hover_text(UiCommand::SaveReport.entry().tooltip).clicked() {
        ctx.ask(UiCommand::SaveReport);
    }
    if let Some((place, _)) = document.decisive_check()
        && ui.button(words::SHOW_CHECK).on_hover_text(words::SHOW_CHECK_HINT).clicked()
    {
        ctx.queue.push(Command::Select(Item::Check(document.id, place)));
    }
    breaking::button_ui(ui, ctx);
    result_ui(ui, ctx, document, report);
}

fn try_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, attempt: &Try, first: bool) {
    let words = attempt.words();
    let response = if first { fields::primary_ui(ui, &words) } else { ui.button(&words) };
    if response.on_hover_text(attempt.hint()).clicked() {
        attempt.go(ctx, document);
    }
}

fn result_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, report: &Report) {
    if document.ran().is_none_or(|ran| ran.result.is_none()) {
        return;
    }
    let outgoing = report.operation == Operation::Outgoing;
    let save = if outgoing { words::SAVE_SECURED } else { words::SAVE_DELIVERED };
    if ui.button(save).on_hover_text(words::SAVE_HINT).clicked() {
        ctx.ask(UiCommand::Save);
    }
    if outgoing && ui.button(submit::BUTTON).on_hover_text(submit::HINT).clicked() {
        ctx.ask(UiCommand::Submit);
    }
    if outgoing && ui.button(words::RECEIVE).on_hover_text(words::RECEIVE_HINT).clicked() {
        ctx.queue.push(Command::ReceiveBack(document.id));
    }
}

impl Try {
    fn words(&self) -> String {
        match self {
            Self::Anchors(address, _) => words::show_anchors(&text::plain(address.local_part())),
            Self::Unlock => words::UNLOCK.to_owned(),
            Self::Import(what) => (*what).to_owned(),
            Self::Envelope => words::EDIT_ENVELOPE.to_owned(),
            Self::Suppose(words, _) => words.clone(),
        }
    }

    const fn hint(&self) -> &'static str {
        match self {
            Self::Anchors(..) => words::SHOW_ANCHORS_HINT,
            Self::Unlock => words::UNLOCK_HINT,
            Self::Import(_) => words::IMPORT_HINT,
            Self::Envelope => words::EDIT_ENVELOPE_HINT,
            Self::Suppose(..) => what_if::ABOUT_ONE,
        }
    }

    fn go(&self, ctx: &Ctx<'_>, document: &Document) {
        match self {
            Self::Anchors(address, direction) => show_anchors(ctx, address, *direction),
            Self::Unlock => ctx.ask(UiCommand::UnlockKeys),
            Self::Import(_) => ctx.queue.push(Command::ChooseImport),
            Self::Envelope => ctx.ask(UiCommand::EditEnvelope),
            Self::Suppose(_, what_if) => ctx.queue.push(Command::Suppose(document.id, Some(what_if.clone()))),
        }
    }
}

/// Shows the addresses with the anchors that judge mail for `address`, or from it, selected.
pub(super) fn show_anchors(ctx: &Ctx<'_>, address: &Address, direction: Direction) {
    let Some(loaded) = &ctx.state.workspace else { return };
    let parties = &loaded.contents.parties;
    let found = match direction {
        Direction::Incoming => parties.incoming_anchors(address).map(|(party, anchors)| (party, anchors.anchors())),
        Direction::Outgoing => parties.outgoing_anchors(address).map(|(party, anchors)| (party, anchors.anchors())),
    };
    let item = match found.map(|(party, anchors)| (party.name.clone(), anchors.first())) {
        Some((party, Some(anchor))) => Item::Anchor(party, direction, anchor.name.clone()),
        Some((party, None)) => Item::Party(party),
        None => Item::Party(PartyName::Address(address.clone())),
    };
    ctx.queue.push(Command::Show(View::Addresses));
    ctx.queue.push(Command::Select(item));
}

fn tries(ctx: &Ctx<'_>, document: &Document, report: &Report) -> Vec<Try> {
    let Some(reason) = outcome_text::main_reason(report) else { return Vec::new() };
    match reason.code {
        ReasonCode::NoPathToAnchor | ReasonCode::SenderUntrusted | ReasonCode::NoAnchors => {
            anchors(report, reason).into_iter().collect()
        }
        ReasonCode::NoPrivateKey if ctx.state.locked_keys() > 0 => vec![Try::Unlock],
        ReasonCode::NoPrivateKey | ReasonCode::NotDecryptable => vec![Try::Import(words::IMPORT_KEY)],
        ReasonCode::CertificateNotFound => vec![Try::Import(words::IMPORT_CERTIFICATE)],
        ReasonCode::RevocationUnknown => vec![Try::Import(words::IMPORT_CRL)],
        ReasonCode::NoSender
        | ReasonCode::NoRecipients
        | ReasonCode::NoLocalRecipients
        | ReasonCode::SignerNotBound
        | ReasonCode::CertificateNotBound => vec![Try::Envelope],
        ReasonCode::Expired | ReasonCode::NotYetValid => another_time(document, report).into_iter().collect(),
        ReasonCode::WeakKey | ReasonCode::WeakAlgorithm => profile(report, ProfileName::Legacy).into_iter().collect(),
        ReasonCode::NotWrapped | ReasonCode::RoutingMismatch => {
            profile(report, ProfileName::Direct12).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn anchors(report: &Report, reason: &Reason) -> Option<Try> {
    if report.operation == Operation::Outgoing {
        return report.sender.address().map(|sender| Try::Anchors(sender.clone(), Direction::Outgoing));
    }
    let removed = report.judged_recipients().find(|recipient| recipient.reason() == Some(reason));
    let recipient: Option<&RecipientOutcome> = removed.or_else(|| report.judged_recipients().next());
    recipient.map(|recipient| Try::Anchors(recipient.address.clone(), Direction::Incoming))
}

fn profile(report: &Report, profile: ProfileName) -> Option<Try> {
    let what_if = WhatIf { profile: Some(profile), ..WhatIf::default() };
    (report.profile != profile).then(|| Try::Suppose(what_if::judge_under(profile.as_str()), what_if))
}

// A time when the certificate at fault was within its dates: a day before its end, or a day after its beginning.
fn another_time(document: &Document, report: &Report) -> Option<Try> {
    let at = report.evaluated_at;
    let outside = |certificate: &&Certificate| certificate.not_after() < at || certificate.not_before() > at;
    let signers = report.signers.iter().filter_map(|signer| signer.certificate.as_ref());
    let chains = document.ran().into_iter().flat_map(|ran| &ran.chains);
    let links = chains.flat_map(|judged| judged.chain.links.iter().map(|link| &link.certificate));
    let certificate = signers.chain(links).find(outside)?;
    let then = if certificate.not_after() < at {
        days_on(certificate.not_after(), -1).max(certificate.not_before())
    } else {
        days_on(certificate.not_before(), 1).min(certificate.not_after())
    };
    let what_if = WhatIf { at: Some(then), ..WhatIf::default() };
    Some(Try::Suppose(what_if::evaluate_at(&text::date(then)), what_if))
}
