//! The Inspector: what the selected thing is, how it stands, where it came from, and who uses it. The same sections for
//! every kind.

use egui::{RichText, ScrollArea, Ui};

use super::bytes;
use crate::agent::{Operation, RecipientOutcome, SignerOutcome, Step};
use crate::finding::Finding;
use crate::pki::{Certificate, Validity};
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::selection::{Direction, HeaderLayer, Item};
use crate::ui::settings::View;
use crate::ui::tokens::{self, SPACE_M, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::{fields, verdict};
use crate::ui::{Ctx, outcome_text, text};

/// Shows it.
pub(crate) fn ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    ui.label(RichText::new("Inspector").small().color(tokens(ui).dim));
    let Some(item) = ctx.state.selection.current() else {
        verdict::empty_ui(ui, Icon::Info, "Select anything to see what it is and where it came from", |_| {});
        return;
    };
    ScrollArea::vertical().id_salt("inspector").auto_shrink(false).show(ui, |ui| {
        ui.set_width(ui.available_width() - 6.0);
        item_ui(ui, ctx, item);
        ui.add_space(SPACE_M);
    });
}

fn item_ui(ui: &mut Ui, ctx: &Ctx<'_>, item: &Item) {
    match item {
        Item::Certificate(certificate) => certificate_ui(ui, ctx, certificate),
        Item::Party(name) => party_ui(ui, ctx, name),
        Item::Key(party, name) => key_ui(ui, ctx, party, name, item),
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
                signer_ui(ui, ctx, document, signer);
            }
        }
        Item::Header(_, layer, index) => {
            crumb_ui(ui, ctx, document);
            header_ui(ui, document, *layer, *index);
        }
        Item::Node(_, index) => {
            if let Some(node) = document.structure().nodes().get(*index) {
                crumb_ui(ui, ctx, document);
                title_ui(ui, node.icon, &node.title);
                fields::property_ui(ui, "Detail", &text::plain(&node.detail));
            }
        }
        Item::Octets(_, _) => {
            crumb_ui(ui, ctx, document);
            title_ui(ui, Icon::Layers, "Octets");
        }
        _ => message_ui(ui, ctx, document),
    }
    octets_ui(ui, ctx, document, item);
}

// ---- parts that every kind shares ----

fn title_ui(ui: &mut Ui, icon: Icon, title: &str) {
    ui.horizontal_top(|ui| {
        let ink = tokens(ui).accent;
        icons::sized_icon_ui(ui, icon, 20.0, ink);
        ui.add(egui::Label::new(RichText::new(title).heading().size(15.0)).wrap());
    });
    ui.add_space(SPACE_XS);
}

fn status_line_ui(ui: &mut Ui, status: Status, words: &str) {
    verdict::badge_ui(ui, words, status);
    ui.add_space(SPACE_XS);
}

fn heading_ui(ui: &mut Ui, words: &str) {
    ui.add_space(SPACE_S);
    ui.label(RichText::new(words).text_style(tokens::strong_style()));
}

fn crumb_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    let name = text::elided(&text::plain(&document.name), 40);
    if ui.link(RichText::new(name).small()).on_hover_text("The message this belongs to").clicked() {
        ctx.queue.push(Command::Select(Item::Message(document.id)));
    }
}

fn octets_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, item: &Item) {
    let Some(span) = bytes::span_of(document, item) else { return };
    heading_ui(ui, "Where it is");
    ui.label(format!("{}, {}", text::buffer(span.buffer), text::place(span.start, span.len())));
    if let Some(buffer) = document.buffer(span.buffer) {
        let octets = buffer.slice(span.range());
        bytes::preview_ui(ui, octets);
        ui.horizontal(|ui| {
            if !ctx.state.settings.drawer_open && ui.button("Show bytes").clicked() {
                ctx.ask(crate::ui::command::UiCommand::ToggleDrawer);
            }
            if ui.button("Copy as hex").clicked() {
                let hex: String = octets.iter().take(1 << 20).map(|octet| format!("{octet:02x}")).collect();
                ctx.queue.push(Command::Copy(hex));
            }
        });
    }
}

fn certificate_chip_ui(ui: &mut Ui, ctx: &Ctx<'_>, certificate: &Certificate, status: Status) {
    let ink = status.tone(ui).ink;
    let name = text::plain(&certificate.common_name());
    if fields::chip_ui(ui, status.icon(), &name, ink).clicked() {
        ctx.queue.push(Command::Select(Item::Certificate(certificate.clone())));
    }
}

// ---- messages ----

fn message_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    title_ui(ui, Icon::Envelope, &text::plain(&document.name));
    match document.report() {
        Some(report) => {
            let status = outcome_text::report_status(report);
            status_line_ui(ui, status, &outcome_text::headline(report));
        }
        None => status_line_ui(ui, Status::NotChecked, "Not processed yet"),
    }
    fields::property_ui(ui, "MAIL FROM", &text::plain(&document.envelope.reverse_path.to_string()));
    let to: Vec<String> =
        document.envelope.forward_paths.iter().take(50).map(|path| text::plain(&path.to_string())).collect();
    fields::property_ui(ui, "RCPT TO", &to.join("\n"));
    fields::property_ui(ui, "Size", &text::size(document.envelope.message.octets().len()));
    fields::property_ui(ui, "From where", &document.source.words());
    if let Some(report) = document.report() {
        fields::property_ui(ui, "Judged by profile", report.profile.as_str());
        fields::property_ui(ui, "Evaluated at", &text::minute(report.evaluated_at));
        if let Some(cipher) = &report.content_encryption {
            fields::property_ui(ui, "Content encryption", cipher);
        }
        for info in &report.recipient_infos {
            let held = if info.held_by.is_empty() { "nobody here".to_owned() } else { info.held_by.join(", ") };
            let words = format!("{}\n{}, key held by {held}", text::plain(&info.identifier), info.key_encryption);
            fields::property_ui(ui, "Encrypted for", &words);
        }
    }
    if ui.button("Show structure").clicked() {
        ctx.queue.push(Command::Show(View::Structure));
    }
}

fn step_ui(ui: &mut Ui, step: &Step) {
    title_ui(ui, Icon::Play, step.name.title());
    status_line_ui(ui, Status::from(step.outcome), outcome_text::step_outcome(step.outcome));
    ui.label(RichText::new(outcome_text::step_purpose(step.name)).color(tokens(ui).dim));
    ui.add_space(SPACE_XS);
    fields::property_ui(ui, "What came of it", &text::plain(&step.summary));
    fields::property_ui(ui, "Checks", &step.findings.len().to_string());
    fields::property_ui(ui, "Time", &text::took(step.duration));
}

fn check_ui(ui: &mut Ui, finding: &Finding) {
    title_ui(ui, Icon::Info, &outcome_text::rule(finding.rule));
    status_line_ui(ui, Status::from(finding.severity), text::severity(finding.severity));
    ui.label(text::plain(&finding.detail));
    ui.add_space(SPACE_S);
    if let Some(found) = &finding.found {
        fields::property_mono_ui(ui, "Found", &text::plain(found));
    }
    if let Some(expected) = &finding.expected {
        fields::property_mono_ui(ui, "Expected", &text::plain(expected));
    }
    fields::property_ui(ui, "Because", finding.rule.clause);
    fields::property_mono_ui(ui, "Rule", finding.rule.id);
}

fn recipient_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, recipient: &RecipientOutcome) {
    let operation = document.report().map_or(Operation::Incoming, |report| report.operation);
    title_ui(ui, Icon::Person, &text::plain(&recipient.address.to_string()));
    let status = outcome_text::recipient_status(&recipient.state);
    status_line_ui(ui, status, outcome_text::recipient_word(&recipient.state, operation));
    if let Some(reason) = recipient.reason() {
        ui.label(outcome_text::sentence(&reason.detail));
        ui.add_space(SPACE_XS);
        fields::property_ui(ui, "Try", reason.code.advice());
        fields::property_mono_ui(ui, "Reason code", reason.code.as_str());
    }
    if let Some(key) = &recipient.opened_with {
        fields::property_ui(ui, "Opened with key", &text::plain(key));
    }
    if operation == Operation::Incoming {
        signers_for_ui(ui, ctx, document, recipient);
        anchors_for_ui(ui, ctx, recipient);
    }
    candidates_ui(ui, ctx, recipient);
    lookups_ui(ui, recipient);
    findings_ui(ui, &recipient.findings);
}

fn signers_for_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, recipient: &RecipientOutcome) {
    let Some(report) = document.report() else { return };
    let mut headed = false;
    for (index, signer) in report.signers.iter().enumerate() {
        for trust in signer.trust.iter().filter(|trust| trust.recipient == recipient.address) {
            if !headed {
                heading_ui(ui, "Trust in the signers");
                headed = true;
            }
            let (status, words) = match &trust.path {
                Ok(path) => (Status::Passed, format!("through {}", text::plain(&path.anchor().common_name()))),
                Err(reason) => (Status::Failed, outcome_text::sentence(&reason.detail)),
            };
            let name = signer.certificate.as_ref().map_or_else(|| signer.identifier.clone(), Certificate::common_name);
            let ink = status.tone(ui).ink;
            if fields::chip_ui(ui, status.icon(), &text::plain(&name), ink).clicked() {
                ctx.queue.push(Command::Select(Item::Signer(document.id, index)));
            }
            ui.label(RichText::new(words).color(tokens(ui).dim));
        }
    }
}

fn anchors_for_ui(ui: &mut Ui, ctx: &Ctx<'_>, recipient: &RecipientOutcome) {
    if !recipient.local {
        return;
    }
    let Some(loaded) = &ctx.state.workspace else { return };
    heading_ui(ui, "Anchors for mail that arrives");
    let Some((party, anchors)) = loaded.contents.parties.incoming_anchors(&recipient.address) else {
        ui.label(RichText::new("Trusts nobody yet, so every message is rejected").color(tokens(ui).dim));
        return;
    };
    for anchor in anchors.anchors() {
        let ink = tokens(ui).accent;
        if fields::chip_ui(ui, Icon::Anchor, &text::plain(&anchor.certificate.common_name()), ink).clicked() {
            ctx.queue.push(Command::Select(Item::Anchor(party.name.clone(), Direction::Incoming, anchor.name.clone())));
        }
    }
    ui.label(
        RichText::new(format!("Set up for {}", text::plain(&party.name.to_string()))).small().color(tokens(ui).dim),
    );
}

fn candidates_ui(ui: &mut Ui, ctx: &Ctx<'_>, recipient: &RecipientOutcome) {
    if recipient.candidates.is_empty() {
        return;
    }
    heading_ui(ui, "Certificates found");
    for candidate in &recipient.candidates {
        let (status, words) = match &candidate.trust {
            Ok(path) => (Status::Passed, format!("trusted through {}", text::plain(&path.anchor().common_name()))),
            Err(reason) => (Status::Failed, format!("{} ({})", outcome_text::sentence(&reason.detail), reason.code)),
        };
        certificate_chip_ui(ui, ctx, &candidate.certificate, status);
        ui.label(RichText::new(words).color(tokens(ui).dim));
    }
}

/// Every query made for a recipient.
pub(crate) fn lookups_ui(ui: &mut Ui, recipient: &RecipientOutcome) {
    if recipient.lookups.is_empty() {
        return;
    }
    heading_ui(ui, "Where certificates were looked for");
    for lookup in &recipient.lookups {
        let place = match &lookup.server {
            Some(server) => format!("{} at {server}", lookup.method),
            None => lookup.method.to_string(),
        };
        let words = format!("{place}: {}, {}", lookup.answer, text::took(lookup.duration));
        ui.label(words);
        ui.label(RichText::new(text::plain(&lookup.query)).monospace().color(tokens(ui).dim));
        for note in &lookup.notes {
            ui.label(RichText::new(text::plain(note)).small().color(tokens(ui).dim));
        }
    }
}

fn findings_ui(ui: &mut Ui, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    heading_ui(ui, "Checks");
    for finding in findings {
        ui.horizontal_top(|ui| {
            icons::status_ui(ui, Status::from(finding.severity));
            ui.add(egui::Label::new(text::plain(&finding.detail)).wrap()).on_hover_text(finding.rule.clause);
        });
    }
}

fn signer_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, signer: &SignerOutcome) {
    let name = signer.certificate.as_ref().map_or_else(|| signer.identifier.clone(), Certificate::common_name);
    title_ui(ui, Icon::Certificate, &text::plain(&name));
    let status = match signer.signature {
        crate::agent::SignatureState::Valid => Status::Passed,
        crate::agent::SignatureState::Invalid => Status::Failed,
        crate::agent::SignatureState::NotChecked => Status::NotChecked,
    };
    status_line_ui(ui, status, outcome_text::signature(signer.signature));
    for reason in &signer.reasons {
        status_line_ui(ui, Status::Failed, outcome_text::reason(reason.code));
        ui.label(outcome_text::sentence(&reason.detail));
        fields::property_ui(ui, "Try", reason.code.advice());
    }
    let bound = if signer.bound_to_sender { "yes, a name in the certificate is the sender's" } else { "no" };
    fields::property_ui(ui, "Bound to the sender", bound);
    fields::property_ui(ui, "Algorithms", &format!("{}, {}", signer.signature_algorithm, signer.digest));
    if let Some(time) = signer.claimed_time {
        fields::property_ui(ui, "Signed, as the signer says", &text::minute(time));
    }
    if document.report().is_some_and(|report| report.operation == Operation::Incoming) {
        trust_ui(ui, ctx, signer);
    }
    findings_ui(ui, &signer.findings);
    if let Some(certificate) = &signer.certificate {
        ui.separator();
        certificate_ui(ui, ctx, certificate);
    }
}

fn trust_ui(ui: &mut Ui, ctx: &Ctx<'_>, signer: &SignerOutcome) {
    if signer.trust.is_empty() {
        return;
    }
    heading_ui(ui, "Who accepts this signer");
    for trust in &signer.trust {
        let (status, words) = match &trust.path {
            Ok(_) => (Status::Passed, "accepts it".to_owned()),
            Err(reason) => (Status::Failed, outcome_text::sentence(&reason.detail)),
        };
        ui.horizontal_top(|ui| {
            icons::status_ui(ui, status);
            let line = format!("{}: {words}", text::plain(&trust.recipient.to_string()));
            ui.add(egui::Label::new(line).wrap());
        });
        if let Ok(path) = &trust.path {
            chain_ui(ui, ctx, path.certificates());
        }
    }
}

// From the leaf to the anchor, each link under the other.
fn chain_ui(ui: &mut Ui, ctx: &Ctx<'_>, certificates: &[Certificate]) {
    let last = certificates.len().saturating_sub(1);
    for (index, certificate) in certificates.iter().enumerate() {
        ui.horizontal(|ui| {
            ui.add_space(24.0);
            let icon = if index == last { Icon::Anchor } else { Icon::Certificate };
            let ink = Status::Passed.tone(ui).ink;
            if fields::chip_ui(ui, icon, &text::plain(&certificate.common_name()), ink).clicked() {
                ctx.queue.push(Command::Select(Item::Certificate(certificate.clone())));
            }
        });
    }
}

fn header_ui(ui: &mut Ui, document: &Document, layer: HeaderLayer, index: usize) {
    let Some(field) = document.ran().and_then(|ran| ran.headers.get(index)) else { return };
    title_ui(ui, Icon::Envelope, &text::plain(&field.name));
    let words = match field.mark {
        crate::agent::HeaderMark::Same => "The same outside and inside",
        crate::agent::HeaderMark::Differs => "Outside and inside differ: the wrapped one is what the sender signed",
        crate::agent::HeaderMark::OuterOnly => {
            "Only outside: nothing protects it, and anybody on the way may have added it"
        }
        crate::agent::HeaderMark::InnerOnly => "Only inside: kept from the eyes of those on the way",
    };
    ui.label(RichText::new(words).color(tokens(ui).dim));
    ui.add_space(SPACE_XS);
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| "absent".to_owned(), text::plain);
    fields::property_mono_ui(ui, "Outer", &value(&field.outer));
    fields::property_mono_ui(ui, "Wrapped", &value(&field.inner));
    let _ = layer;
}

// ---- certificates, keys, anchors ----

fn party_ui(ui: &mut Ui, ctx: &Ctx<'_>, name: &crate::trust::PartyName) {
    let Some(party) = ctx.state.party(name) else { return };
    let icon = match name {
        crate::trust::PartyName::Address(_) => Icon::Person,
        crate::trust::PartyName::Domain(_) => Icon::Domain,
    };
    title_ui(ui, icon, &text::plain(&name.to_string()));
    let keys = party.keys.len() + party.locked.len();
    fields::property_ui(ui, "Private keys", &keys.to_string());
    fields::property_ui(ui, "Certificates", &party.certificates.len().to_string());
    fields::property_ui(ui, "Trusts when receiving", &text::count(party.incoming.anchors().len(), "anchor", "anchors"));
    fields::property_ui(ui, "Trusts when sending", &text::count(party.outgoing.anchors().len(), "anchor", "anchors"));
}

fn key_ui(ui: &mut Ui, ctx: &Ctx<'_>, party: &crate::trust::PartyName, name: &str, item: &Item) {
    let Some(found) = ctx.state.party(party) else { return };
    title_ui(ui, Icon::Key, &text::plain(name));
    ui.label(RichText::new(format!("Private key of {}", text::plain(&party.to_string()))).color(tokens(ui).dim));
    ui.add_space(SPACE_XS);
    if let Some(locked) = found.locked.iter().find(|locked| locked.name == name) {
        status_line_ui(ui, Status::NotChecked, "Locked");
        ui.label(text::plain(&locked.reason));
    }
    remove_ui(ui, ctx, item, "Remove this key…", "The key is deleted; its certificate stays");
    if let Some(key) = found.keys.iter().find(|key| key.name == name) {
        status_line_ui(ui, Status::Passed, "Unlocked");
        ui.separator();
        certificate_ui(ui, ctx, key.entry.certificate());
    }
}

fn anchor_ui(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    party: &crate::trust::PartyName,
    direction: Direction,
    name: &str,
    item: &Item,
) {
    let Some(found) = ctx.state.party(party) else { return };
    let anchors = match direction {
        Direction::Incoming => found.incoming.anchors(),
        Direction::Outgoing => found.outgoing.anchors(),
    };
    let Some(anchor) = anchors.iter().find(|anchor| anchor.name == name) else { return };
    let way = match direction {
        Direction::Incoming => "mail that arrives",
        Direction::Outgoing => "mail that leaves",
    };
    ui.label(RichText::new(format!("{} trusts this for {way}", text::plain(&party.to_string()))).color(tokens(ui).dim));
    remove_ui(ui, ctx, item, "Stop trusting it…", "Chains that end here no longer count for this party");
    certificate_ui(ui, ctx, &anchor.certificate);
}

fn remove_ui(ui: &mut Ui, ctx: &Ctx<'_>, item: &Item, words: &str, hint: &str) {
    ui.menu_button(words, |ui| {
        ui.label(hint);
        if ui.button("Yes, remove it").clicked() {
            ctx.queue.push(Command::Remove(item.clone()));
            ui.close();
        }
    });
    ui.add_space(SPACE_XS);
}

fn certificate_ui(ui: &mut Ui, ctx: &Ctx<'_>, certificate: &Certificate) {
    title_ui(ui, Icon::Certificate, &text::plain(&certificate.common_name()));
    if ctx.state.is_demo() {
        verdict::badge_ui(ui, "DEMO", Status::Info);
    }
    let (status, words) = match certificate.validity_at(ctx.state.now) {
        Validity::Valid => (Status::Passed, "Valid now".to_owned()),
        Validity::Expired => (Status::Failed, format!("Expired on {}", text::date(certificate.not_after()))),
        Validity::NotYetValid => (Status::Failed, format!("Not valid before {}", text::date(certificate.not_before()))),
    };
    status_line_ui(ui, status, &words);
    let range = format!("{} to {}", text::date(certificate.not_before()), text::date(certificate.not_after()));
    fields::property_ui(ui, "Validity", &range);
    fields::property_ui(ui, "Names", &names_of(certificate));
    fields::property_ui(ui, "Subject", &text::plain(certificate.subject()));
    fields::property_ui(ui, "Issuer", &text::plain(certificate.issuer()));
    let kind =
        if certificate.is_ca() { "certificate authority" } else { "end entity: a person, a domain or a service" };
    fields::property_ui(ui, "Kind", kind);
    fields::property_ui(ui, "Key", &certificate.key_algorithm().to_string());
    fields::property_ui(ui, "Signed with", certificate.signature_algorithm());
    fields::property_mono_ui(ui, "Serial number", certificate.serial());
    fields::property_mono_ui(ui, "SHA-256", &certificate.fingerprint_colons());
    heading_ui(ui, "Who trusts this?");
    let trusting = ctx.state.trusted_by(certificate);
    if trusting.is_empty() {
        ui.label(RichText::new("Nobody here has it as an anchor").color(tokens(ui).dim));
    }
    for party in trusting {
        let ink = tokens(ui).accent;
        if fields::chip_ui(ui, Icon::Person, &text::plain(&party.name.to_string()), ink).clicked() {
            ctx.queue.push(Command::Show(View::Addresses));
            ctx.queue.push(Command::Select(Item::Party(party.name.clone())));
        }
    }
    ui.add_space(SPACE_S);
    ui.horizontal_wrapped(|ui| {
        if ui.button("Copy PEM").clicked() {
            ctx.queue.push(Command::Copy(certificate.pem()));
        }
        if ui.button("Copy fingerprint").clicked() {
            ctx.queue.push(Command::Copy(certificate.fingerprint_colons()));
        }
    });
}

fn names_of(certificate: &Certificate) -> String {
    let addresses = certificate.email_addresses().iter().map(|name| format!("{} (address)", text::plain(name)));
    let domains = certificate.dns_names().iter().map(|name| format!("{} (domain)", text::plain(name)));
    let names: Vec<String> = addresses.chain(domains).collect();
    if names.is_empty() { "none: it is bound to no address and no domain".to_owned() } else { names.join("\n") }
}
