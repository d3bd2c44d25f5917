//! What a file that waits to be taken in holds, and which of its certificates issued which.

use egui::{RichText, Ui};

use crate::pki::Certificate;
use crate::pki::container::Item as Content;
use crate::ui::changes::known_certificates;
use crate::ui::icons::{self, Icon};
use crate::ui::text::{importing, keys as words};
use crate::ui::tokens::tokens;
use crate::ui::{Ctx, text};

/// As many are listed.
const MOST: usize = 12;

/// Shows the list.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, items: &[Content]) {
    let certificates: Vec<&Certificate> = items.iter().filter_map(certificate_of).collect();
    for item in items.iter().take(MOST) {
        let (icon, name) = name_of(item);
        ui.horizontal(|ui| {
            icons::icon_ui(ui, icon, tokens(ui).dim);
            ui.add(egui::Label::new(name).truncate());
        });
        if let Some(certificate) = certificate_of(item) {
            link_ui(ui, &Link::of(ctx, certificate, &certificates));
        }
    }
    if items.len() > MOST {
        ui.label(text::common::and_more(items.len() - MOST));
    }
}

/// Where the issuer of a certificate is.
#[derive(Debug)]
enum Link {
    /// It is the certificate itself.
    Itself,
    /// In the same file.
    InFile(String),
    /// In the workspace.
    InWorkspace(String),
    /// Nowhere: the chain has a gap here.
    Missing(String),
}

impl Link {
    fn of(ctx: &Ctx<'_>, certificate: &Certificate, others: &[&Certificate]) -> Self {
        if certificate.is_self_issued() {
            return Self::Itself;
        }
        if let Some(issuer) = others.iter().find(|issuer| certificate.is_issued_by(issuer)) {
            return Self::InFile(issuer.common_name());
        }
        let known = ctx.state.workspace.as_deref().map(known_certificates);
        match known.and_then(|mut known| known.find(|issuer| certificate.is_issued_by(issuer))) {
            Some(issuer) => Self::InWorkspace(issuer.common_name()),
            None => Self::Missing(certificate.issuer().to_owned()),
        }
    }
}

fn link_ui(ui: &mut Ui, link: &Link) {
    let look = tokens(ui);
    let (icon, ink, says) = match link {
        Link::Itself => (None, look.dim, words::ISSUER_ITSELF.to_owned()),
        Link::InFile(name) => (None, look.dim, words::issuer_in_file(&text::plain(name))),
        Link::InWorkspace(name) => (None, look.dim, words::issuer_in_workspace(&text::plain(name))),
        Link::Missing(name) => (Some(Icon::Warning), look.warning.ink, words::issuer_missing(&text::plain(name))),
    };
    ui.horizontal(|ui| {
        ui.add_space(24.0);
        if let Some(icon) = icon {
            icons::icon_ui(ui, icon, ink);
        }
        ui.add(egui::Label::new(RichText::new(says).small().color(ink)).truncate());
    });
}

fn certificate_of(item: &Content) -> Option<&Certificate> {
    match item {
        Content::Key(entry) => Some(entry.certificate()),
        Content::Certificate(certificate) => Some(certificate),
        Content::Crl(_) => None,
    }
}

fn name_of(item: &Content) -> (Icon, String) {
    match item {
        Content::Key(entry) => {
            (Icon::Key, importing::key_with_certificate(&text::plain(entry.certificate().subject())))
        }
        Content::Certificate(certificate) if certificate.is_ca() => {
            (Icon::Certificate, importing::ca_certificate(&text::plain(certificate.subject())))
        }
        Content::Certificate(certificate) => {
            (Icon::Certificate, importing::certificate(&text::plain(certificate.subject())))
        }
        Content::Crl(crl) => (Icon::Certificate, format!("{} {}", words::LIST, text::plain(crl.issuer()))),
    }
}
