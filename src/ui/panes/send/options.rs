//! How it is sent: whether the network is asked, and with which algorithms.

use egui::{CollapsingHeader, ComboBox, RichText, Ui};

use super::SendPane;
use crate::agent::LineEndPolicy;
use crate::smime::{KeyTransport, MakingCipher};
use crate::ui::Ctx;
use crate::ui::tokens::{self, SPACE_XS, tokens};
use crate::workspace::Network;

impl SendPane {
    pub(super) fn options_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let online = ctx.state.workspace.as_ref().is_some_and(|loaded| loaded.is_online());
        let mut network = self.options.network.unwrap_or(if online { Network::Online } else { Network::Offline });
        ui.horizontal(|ui| {
            ui.label(RichText::new("Network").text_style(tokens::strong_style()));
            ui.add_space(SPACE_XS);
            let offline = ui.radio_value(&mut network, Network::Offline, "Offline");
            offline.on_hover_text("Certificates come from the workspace alone");
            let online = ui.radio_value(&mut network, Network::Online, "Use DNS");
            online.on_hover_text("Certificates are also looked for as CERT records; every query is shown");
        });
        self.options.network = Some(network);
        CollapsingHeader::new("Algorithms and line ends").id_salt("send-algorithms").show(ui, |ui| {
            self.algorithms_ui(ui);
        });
    }

    fn algorithms_ui(&mut self, ui: &mut Ui) {
        let making = &mut self.options.making;
        let label = ui.label(RichText::new("Content cipher").small().color(tokens(ui).dim));
        let shown = making.content.as_str().to_uppercase();
        let combo = ComboBox::from_id_salt("send-cipher").selected_text(shown).width(220.0).show_ui(ui, |ui| {
            for cipher in MakingCipher::ALL {
                ui.selectable_value(&mut making.content, cipher, cipher.as_str().to_uppercase());
            }
        });
        combo.response.labelled_by(label.id);
        let label = ui.label(RichText::new("Key transport").small().color(tokens(ui).dim));
        let shown = transport_words(making.key_transport);
        let combo = ComboBox::from_id_salt("send-transport").selected_text(shown).width(220.0).show_ui(ui, |ui| {
            for choice in [None, Some(KeyTransport::Pkcs1V15), Some(KeyTransport::OAEP_SHA256)] {
                ui.selectable_value(&mut making.key_transport, choice, transport_words(choice));
            }
        });
        combo.response.labelled_by(label.id);
        let mut keep = making.line_ends == LineEndPolicy::Keep;
        ui.checkbox(&mut keep, "Keep line ends as they are")
            .on_hover_text("A file with bare LF throughout is otherwise sent in its CRLF form");
        making.line_ends = if keep { LineEndPolicy::Keep } else { LineEndPolicy::Canonical };
    }
}

const fn transport_words(choice: Option<KeyTransport>) -> &'static str {
    match choice {
        None => "As the profile has it",
        Some(KeyTransport::Pkcs1V15) => "RSA PKCS #1 v1.5",
        Some(KeyTransport::Oaep(_)) => "RSA-OAEP, SHA-256",
    }
}
