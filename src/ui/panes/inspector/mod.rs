//! The Inspector: what the selected thing is, how it stands, where it came from, and who uses it. The same sections for
//! every kind.

mod authorities;
mod candidates;
mod certificates;
mod parts;
mod people;
mod trust;

use egui::{RichText, ScrollArea, Ui};

use crate::agent::Step;
use crate::finding::{Finding, Severity};
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{Icon, Status};
use crate::ui::selection::Item;
use crate::ui::settings::View;
use crate::ui::text::{headers, inspector as words, outcome as outcome_text};
use crate::ui::tokens::{SPACE_M, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::scroll::FollowsFocus as _;
use crate::ui::widgets::{fields, verdict};
use crate::ui::{Ctx, text};

use authorities::{authorities_ui, authority_ui, revocation_list_ui};
use certificates::{anchor_ui, certificate_ui, key_ui, party_ui};
use parts::{crumb_ui, octets_ui, status_line_ui, title_ui};
use people::{recipient_ui, signer_ui};

/// Shows it.
pub(crate) fn ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    ui.label(RichText::new(words::TITLE).small().color(tokens(ui).dim));
    let Some(item) = ctx.state.selection.current() else {
        verdict::empty_ui(ui, Icon::Info, words::NOTHING, |_| {});
        return;
    };
    ScrollArea::vertical().id_salt("inspector").auto_shrink(false).show_following(ui, |ui| {
        ui.set_width(ui.available_width() - 6.0);
        item_ui(ui, ctx, item);
        ui.add_space(SPACE_M);
    });
}

fn item_ui(ui: &mut Ui, ctx: &Ctx<'_>, item: &Item) {
    match item {
        Item::Certificate(certificate) | Item::PartyCertificate(_, certificate) => certificate_ui(ui, ctx, certificate),
        Item::Party(name) => party_ui(ui, ctx, name),
        Item::Key(party, name) => key_ui(ui, ctx, party, name, item),
        Item::Authorities => authorities_ui(ui, ctx),
        Item::Authority(name) => authority_ui(ui, ctx, name),
        Item::RevocationList(name) => revocation_list_ui(ui, ctx, name),
        Item::Anchor(party, direction, name) => anchor_ui(ui, ctx, party, *direction, name, item),
        _ => {
            let Some(document) = item.document().and_then(|id| ctx.state.document(id)) else { return };
            document_item_ui(ui, ctx, document, item);
        }
    }
}

fn document_item_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, item: &Item) {
    match item {
        Item::Step(_, name) => {
            if let Some(step) = document.step(*name) {
                crumb_ui(ui, ctx, document);
                step_ui(ui, step);
            }
        }
        Item::Check(_, place) => {
            if let Some(finding) = document.check(*place) {
                crumb_ui(ui, ctx, document);
                check_ui(ui, finding);
            }
        }
        Item::Recipient(_, index) => {
            if let Some(recipient) = document.recipient(*index) {
                crumb_ui(ui, ctx, document);
                recipient_ui(ui, ctx, document, recipient);
            }
        }
        Item::Signer(_, index) => {
            if let Some(signer) = document.signer(*index) {
                crumb_ui(ui, ctx, document);
                signer_ui(ui, ctx, document, *index, signer);
            }
        }
        Item::Trust(_, signer, recipient) => {
            crumb_ui(ui, ctx, document);
            trust::trust_ui(ui, ctx, document, *signer, *recipient);
        }
        Item::Header(_, _, index) => {
            crumb_ui(ui, ctx, document);
            header_ui(ui, document, *index);
        }
        Item::Node(_, index) => {
            if let Some(node) = document.structure().nodes().get(*index) {
                crumb_ui(ui, ctx, document);
                title_ui(ui, node.icon, &node.title);
                fields::property_ui(ui, words::DETAIL, &text::plain(&node.detail));
                if let Some(kind) = &node.kind {
                    fields::property_ui(ui, words::ASN1_TYPE, kind);
                }
            }
        }
        Item::Octets(_, _) => {
            crumb_ui(ui, ctx, document);
            title_ui(ui, Icon::Layers, words::OCTETS);
        }
        _ => message_ui(ui, ctx, document),
    }
    octets_ui(ui, ctx, document, item);
}

fn message_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    title_ui(ui, Icon::Envelope, &text::plain(&document.name));
    match document.report() {
        Some(report) => {
            let status = outcome_text::report_status(report);
            status_line_ui(ui, status, &outcome_text::headline(report));
        }
        None => status_line_ui(ui, Status::NotChecked, text::messages::NOT_PROCESSED),
    }
    fields::property_ui(ui, text::document::MAIL_FROM, &text::plain(&document.envelope.reverse_path.to_string()));
    let to: Vec<String> =
        document.envelope.forward_paths.iter().take(50).map(|path| text::plain(&path.to_string())).collect();
    fields::property_ui(ui, text::document::RCPT_TO, &to.join("\n"));
    fields::property_ui(ui, words::SIZE, &text::size(document.octets()));
    fields::property_ui(ui, words::SOURCE, &document.source.words());
    if let Some(report) = document.report() {
        fields::property_ui(ui, words::PROFILE, report.profile.as_str());
        fields::property_ui(ui, words::EVALUATED_AT, &text::minute(report.evaluated_at));
        if let Some(cipher) = &report.content_encryption {
            fields::property_ui(ui, words::CONTENT_ENCRYPTION, cipher);
        }
        for info in &report.recipient_infos {
            let said = words::encrypted_for(&info.identifier, &info.key_encryption.to_string(), &info.held_by);
            fields::property_ui(ui, words::ENCRYPTED_FOR, &said);
        }
    }
    if ui.button(words::SHOW_STRUCTURE).clicked() {
        ctx.queue.push(Command::Show(View::Structure));
    }
}

fn step_ui(ui: &mut Ui, step: &Step) {
    title_ui(ui, Icon::Play, step.name.title());
    status_line_ui(ui, Status::from(step.outcome), outcome_text::step_outcome(step.outcome));
    ui.label(RichText::new(outcome_text::step_purpose(step.name)).color(tokens(ui).dim));
    ui.add_space(SPACE_XS);
    fields::property_ui(ui, words::CAME_OF_IT, &text::plain(&step.summary));
    fields::property_ui(ui, words::CHECKS, &step.findings.len().to_string());
    fields::property_ui(ui, words::TIME, &text::took(step.duration));
}

fn check_ui(ui: &mut Ui, finding: &Finding) {
    title_ui(ui, Icon::Info, &outcome_text::rule(finding.rule));
    status_line_ui(ui, Status::from(finding.severity), text::severity(finding.severity));
    ui.label(text::plain(&finding.detail));
    ui.add_space(SPACE_S);
    if finding.severity == Severity::Fail || finding.found.is_some() {
        fields::property_mono_ui(ui, outcome_text::FOUND, &outcome_text::found(finding));
        fields::property_mono_ui(ui, outcome_text::EXPECTED, &outcome_text::expected(finding));
    }
    fields::property_ui(ui, outcome_text::BECAUSE, &outcome_text::because(finding));
    fields::property_mono_ui(ui, words::RULE, finding.rule.id);
}

fn header_ui(ui: &mut Ui, document: &Document, index: usize) {
    let Some(field) = document.ran().and_then(|ran| ran.headers.get(index)) else { return };
    title_ui(ui, Icon::Envelope, &text::plain(&field.name));
    ui.label(RichText::new(headers::meaning(field.mark)).color(tokens(ui).dim));
    ui.add_space(SPACE_XS);
    fields::property_mono_ui(ui, headers::OUTER, &headers::value(field.outer.as_deref()));
    fields::property_mono_ui(ui, headers::WRAPPED, &headers::value(field.inner.as_deref()));
}
