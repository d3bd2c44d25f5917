//! The chains drawn link by link: certificate, issuer, and so on up to the anchor or the place where it stops.

use egui::{Label, RichText, Ui, pos2, vec2};

use super::actions::show_anchors;
use super::people::signer_name;
use crate::agent::{Operation, Report};
use crate::pki::Certificate;
use crate::ui::chain::{End, Link};
use crate::ui::command::Command;
use crate::ui::document::{Document, Ran};
use crate::ui::icons::{self, Icon, Status};
use crate::ui::outlook::{Judged, Subject};
use crate::ui::selection::{Direction, Item};
use crate::ui::text::{chains as words, messages};
use crate::ui::tokens::{ICON, SPACE_S, SPACE_XS, strong_style, tokens};
use crate::ui::widgets::{fields, verdict};
use crate::ui::{Ctx, text};

// More chains than this are read one signer at a time.
const MOST: usize = 6;

/// Shows them.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, ran: &Ran) {
    if ran.chains.is_empty() {
        return;
    }
    let about = if ran.report.operation == Operation::Outgoing { words::ABOUT_OUTGOING } else { words::ABOUT };
    verdict::section_ui(ui, words::HEADING, |ui| {
        ui.add(Label::new(RichText::new(about).small().color(tokens(ui).dim)).truncate());
    });
    let wanted = match ctx.state.selection.current() {
        Some(Item::Signer(id, signer) | Item::Trust(id, signer, _)) if *id == document.id => Some(*signer),
        _ => None,
    };
    let of_wanted = |judged: &&Judged| wanted.is_some_and(|signer| judged.subject == Subject::Signer(signer));
    let shown: Vec<&Judged> = if ran.chains.len() > MOST && wanted.is_some() {
        ran.chains.iter().filter(of_wanted).take(MOST).collect()
    } else {
        ran.chains.iter().take(MOST).collect()
    };
    let hidden = ran.chains.len() - shown.len();
    for judged in shown {
        judged_ui(ui, ctx, &ran.report, judged);
    }
    if hidden > 0 {
        ui.label(RichText::new(words::more(hidden)).color(tokens(ui).dim));
    }
}

/// One chain with its title and the anchors that were consulted.
pub(crate) fn judged_ui(ui: &mut Ui, ctx: &Ctx<'_>, report: &Report, judged: &Judged) {
    let whose = whose(report, judged);
    ui.add_space(SPACE_XS);
    ui.horizontal_wrapped(|ui| {
        icons::status_ui(ui, status_of(judged));
        let title = words::title(&subject(report, judged), &whose);
        ui.add(Label::new(RichText::new(title).text_style(strong_style())).wrap());
    });
    if !judged.asked {
        ui.label(RichText::new(words::NOT_ASKED).small().color(tokens(ui).dim));
    }
    for link in &judged.chain.links {
        link_ui(ui, ctx, link);
    }
    end_ui(ui, ctx, judged, &whose);
    consulted_ui(ui, ctx, report, judged);
    ui.add_space(SPACE_S);
}

fn status_of(judged: &Judged) -> Status {
    let stopped = judged.chain.stop().is_some();
    match (judged.chain.is_anchored(), stopped) {
        (true, false) => Status::Passed,
        _ => Status::Failed,
    }
}

fn subject(report: &Report, judged: &Judged) -> String {
    match judged.subject {
        Subject::Signer(place) => report.signers.get(place).map(signer_name).unwrap_or_default(),
        Subject::Candidate(place, number) => {
            let recipient = report.recipients.get(place);
            let candidate = recipient.and_then(|recipient| recipient.candidates.get(number));
            candidate.map(|candidate| text::plain(&candidate.certificate.common_name())).unwrap_or_default()
        }
    }
}

// Whose anchors count: each recipient's own of mail that arrives, the sender's of mail that leaves.
fn whose(report: &Report, judged: &Judged) -> String {
    if report.operation == Operation::Outgoing {
        return text::plain(&report.sender.to_string());
    }
    let names: Vec<String> =
        judged.recipients.iter().take(3).map(|address| text::plain(&address.to_string())).collect();
    match judged.recipients.len().saturating_sub(3) {
        0 => names.join(", "),
        more => messages::and_more(&names.join(", "), more),
    }
}

// A shape, the certificate, and under both what held on the way to the next; a line leads down to that.
fn link_ui(ui: &mut Ui, ctx: &Ctx<'_>, link: &Link) {
    let drawn = ui.horizontal_top(|ui| {
        rail_ui(ui, link.status);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.horizontal_wrapped(|ui| {
                certificate_ui(ui, ctx, &link.certificate, Icon::Certificate, link.status);
                if link.stops {
                    verdict::badge_ui(ui, words::STOPS, Status::Failed);
                }
            });
            let ink = if link.status == Status::Failed { tokens(ui).text } else { tokens(ui).dim };
            let said = match link.clause {
                Some(clause) => format!("{} ({clause})", link.words),
                None => link.words.clone(),
            };
            ui.add(Label::new(RichText::new(text::plain(&said)).small().color(ink)).wrap());
        });
    });
    let rect = drawn.response.rect;
    let below = rect.bottom() + ui.spacing().item_spacing.y;
    let (x, top) = (rect.left() + ICON / 2.0, rect.top() + ICON + SPACE_S);
    ui.painter().line_segment([pos2(x, top), pos2(x, below)], egui::Stroke::new(1.5, tokens(ui).edge));
}

fn rail_ui(ui: &mut Ui, status: Status) {
    let (rect, _) = ui.allocate_exact_size(vec2(ICON, ICON + SPACE_S), egui::Sense::hover());
    let square = icons::centred(rect, ICON);
    icons::paint(ui.painter(), status.icon(), square, status.tone(ui).ink, tokens(ui).canvas);
}

fn certificate_ui(ui: &mut Ui, ctx: &Ctx<'_>, certificate: &Certificate, icon: Icon, status: Status) {
    let ink = status.tone(ui).ink;
    if fields::chip_ui(ui, icon, &text::plain(&certificate.common_name()), ink).clicked() {
        ctx.queue.push(Command::Select(Item::Certificate(certificate.clone())));
    }
}

fn end_ui(ui: &mut Ui, ctx: &Ctx<'_>, judged: &Judged, whose: &str) {
    let (status, said) = match &judged.chain.end {
        End::Anchor(_) => (Status::Passed, words::anchor_of(whose)),
        _ if judged.anchors.is_empty() => (Status::Failed, words::NO_ANCHORS.to_owned()),
        End::Untrusted(_) => (Status::Failed, words::not_an_anchor(whose, judged.anchors.len())),
        End::Gap(issuer) => (Status::Failed, words::gap(&text::elided(issuer, 160))),
    };
    ui.horizontal_top(|ui| {
        rail_ui(ui, status);
        match &judged.chain.end {
            End::Anchor(anchor) => {
                certificate_ui(ui, ctx, anchor, Icon::Anchor, status);
                ui.add(Label::new(RichText::new(said).color(tokens(ui).dim)).wrap());
            }
            _ => {
                ui.add(Label::new(RichText::new(said).color(tokens(ui).text)).wrap());
            }
        }
    });
}

// The anchors that were looked for, so that one sees which one is missing.
fn consulted_ui(ui: &mut Ui, ctx: &Ctx<'_>, report: &Report, judged: &Judged) {
    let (Some(party), false) = (&judged.party, judged.anchors.is_empty()) else {
        return;
    };
    let direction = match report.operation {
        Operation::Incoming => Direction::Incoming,
        Operation::Outgoing => Direction::Outgoing,
    };
    ui.horizontal_wrapped(|ui| {
        ui.add_space(ICON + SPACE_S);
        ui.label(RichText::new(words::CONSULTED).small().color(tokens(ui).dim));
        for anchor in judged.anchors.iter().take(8) {
            let ink = tokens(ui).accent;
            if fields::chip_ui(ui, Icon::Anchor, &text::plain(&anchor.certificate.common_name()), ink).clicked() {
                let item = Item::Anchor(party.clone(), direction, anchor.name.clone());
                ctx.queue.push(Command::Select(item));
            }
        }
        let owner = match report.operation {
            Operation::Incoming => judged.recipients.first(),
            Operation::Outgoing => report.sender.address(),
        };
        if let Some(owner) = owner
            && ui.small_button(messages::SHOW_IN_ADDRESSES).on_hover_text(messages::SHOW_ANCHORS_HINT).clicked()
        {
            show_anchors(ctx, owner, direction);
        }
    });
}
