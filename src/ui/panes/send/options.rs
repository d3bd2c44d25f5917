//! How it is sent: whether the network is asked, and with which algorithms and forms.
//!
//! What most people choose is in sight, the rest under “More options”. What is chosen here holds for this message; what
//! is not is as the workspace has it.

use egui::{CollapsingHeader, ComboBox, RichText, Ui};

use super::SendPane;
use crate::agent::{LineEndPolicy, MakingOptions};
use crate::smime::{Choice, KeyTransport, OptionalAttribute};
use crate::ui::Ctx;
use crate::ui::text::making as words;
use crate::ui::text::sending::network as network_words;
use crate::ui::text::shell::settings;
use crate::ui::tokens::{self, SPACE_XS, tokens};
use crate::workspace::Network;

const WIDTH: f32 = 240.0;

impl SendPane {
    pub(super) fn options_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let workspace = ctx.state.workspace.as_ref();
        let online = workspace.is_some_and(|loaded| loaded.is_online());
        let mut network = self.options.network.unwrap_or(if online { Network::Online } else { Network::Offline });
        ui.horizontal(|ui| {
            ui.label(RichText::new(network_words::HEADING).text_style(tokens::strong_style()));
            ui.add_space(SPACE_XS);
            let offline = ui.radio_value(&mut network, Network::Offline, settings::OFFLINE);
            offline.on_hover_text(network_words::OFFLINE_HINT);
            let online = ui.radio_value(&mut network, Network::Online, network_words::ONLINE);
            online.on_hover_text(network_words::ONLINE_HINT);
        });
        self.options.network = Some(network);
        let preferred = workspace.map(|loaded| loaded.settings.making).unwrap_or_default();
        let mut making = self.options.making.unwrap_or(preferred);
        ui.label(RichText::new(words::HEADING).text_style(tokens::strong_style()));
        choice_ui(ui, words::CIPHER, &mut making.content);
        transport_ui(ui, &mut making.key_transport);
        choice_ui(ui, words::DIGEST, &mut making.digest);
        CollapsingHeader::new(words::MORE).id_salt("send-more").show(ui, |ui| more_ui(ui, &mut making));
        if making != preferred && ui.button(words::RESET).on_hover_text(words::RESET_HINT).clicked() {
            making = preferred;
        }
        self.options.making = (making != preferred).then_some(making);
    }
}

fn more_ui(ui: &mut Ui, making: &mut MakingOptions) {
    choice_ui(ui, words::RSA_SIGNATURE, &mut making.rsa_signature);
    choice_ui(ui, words::LAYOUT, &mut making.layout);
    choice_ui(ui, words::ENCODING, &mut making.encoding);
    choice_ui(ui, words::CERTIFICATES, &mut making.certificates);
    choice_ui(ui, words::SIGNER_ID, &mut making.signer_id);
    choice_ui(ui, words::RECIPIENT_ID, &mut making.recipient_id);
    ui.label(RichText::new(words::ATTRIBUTES).small().color(tokens(ui).dim));
    for attribute in OptionalAttribute::CHOICES {
        let described = attribute.described();
        let mut signed = making.attributes.contains(*attribute);
        ui.checkbox(&mut signed, described.label).on_hover_text(described.readers);
        making.attributes =
            if signed { making.attributes.with(*attribute) } else { making.attributes.without(*attribute) };
    }
    let keep = LineEndPolicy::Keep.described();
    let mut kept = making.line_ends == LineEndPolicy::Keep;
    ui.checkbox(&mut kept, keep.label).on_hover_text(keep.readers);
    making.line_ends = if kept { LineEndPolicy::Keep } else { LineEndPolicy::Canonical };
}

/// One of several, each with who can read it.
fn choice_ui<T: Choice>(ui: &mut Ui, label: &str, chosen: &mut T) {
    let label_id = ui.label(RichText::new(label).small().color(tokens(ui).dim)).id;
    let shown = chosen.described();
    let combo = ComboBox::from_id_salt(label).selected_text(shown.label).width(WIDTH).show_ui(ui, |ui| {
        for choice in T::CHOICES {
            let described = choice.described();
            ui.selectable_value(chosen, *choice, described.label).on_hover_text(described.readers);
        }
    });
    combo.response.labelled_by(label_id).on_hover_text(shown.readers);
}

/// Key transport, which may be left to the profile.
fn transport_ui(ui: &mut Ui, chosen: &mut Option<KeyTransport>) {
    let label_id = ui.label(RichText::new(words::KEY_TRANSPORT).small().color(tokens(ui).dim)).id;
    let shown = chosen.map_or(words::AS_PROFILE, |transport| transport.described().label);
    let combo = ComboBox::from_id_salt(words::KEY_TRANSPORT).selected_text(shown).width(WIDTH).show_ui(ui, |ui| {
        ui.selectable_value(chosen, None, words::AS_PROFILE).on_hover_text(words::AS_PROFILE_HINT);
        for transport in KeyTransport::CHOICES {
            let described = transport.described();
            ui.selectable_value(chosen, Some(*transport), described.label).on_hover_text(described.readers);
        }
    });
    let hint = chosen.map_or(words::AS_PROFILE_HINT, |transport| transport.described().readers);
    combo.response.labelled_by(label_id).on_hover_text(hint);
}
