//! The form that makes a key or a lab CA, in place above the address that is shown.

use std::collections::BTreeSet;

use egui::{ComboBox, Frame, Margin, RichText, ScrollArea, Stroke, Ui};
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, Time};

use crate::pki::{NewKey, Passphrase};
use crate::trust::PartyName;
use crate::ui::command::{Command, UiCommand};
use crate::ui::generating::Wanted;
use crate::ui::icons::{self, Icon};
use crate::ui::state::State;
use crate::ui::text::keys as words;
use crate::ui::tokens::{self, SPACE_M, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::fields;
use crate::ui::widgets::scroll::FollowsFocus as _;
use crate::ui::{Ctx, text};
use crate::workspace::{KeyUse, NewAuthority, NewCertificate};

/// Days for which a key's certificate is valid unless another date is typed.
const KEY_DAYS: i64 = 365;
/// Days for a CA: several generations of keys.
const AUTHORITY_DAYS: i64 = 3_650;
/// Width of the lists of choices.
const WIDTH: f32 = 220.0;

/// Height of the list of those who may trust: half a row is seen of what does not fit, which says that there is more.
const TRUSTING: f32 = 162.0;

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Key,
    Authority,
}

/// The field that an error belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Name,
    From,
    Until,
    Whole,
}

/// What is typed and chosen.
#[derive(Debug)]
pub(super) struct GenerateForm {
    kind: Kind,
    name: String,
    issuer: Option<String>,
    key: NewKey,
    usage: KeyUse,
    from: String,
    until: String,
    trusted_by: BTreeSet<PartyName>,
    passphrase: fields::PassphraseField,
    error: Option<(Field, String)>,
    focused: bool,
}

impl GenerateForm {
    fn new(kind: Kind, name: String, days: i64, state: &State) -> Self {
        let now = state.workspace.as_ref().map_or(state.now, |loaded| loaded.settings.clock.at(state.now));
        Self {
            kind,
            name,
            issuer: None,
            key: NewKey::Rsa2048,
            usage: KeyUse::SignAndEncrypt,
            from: text::date(now),
            until: text::date(now + Duration::days(days)),
            trusted_by: BTreeSet::new(),
            passphrase: fields::PassphraseField::default(),
            error: None,
            focused: false,
        }
    }

    /// For a key; `party` is suggested, and so is the first CA that can issue.
    pub(super) fn key(state: &State, party: Option<&PartyName>) -> Self {
        let name = party.map(ToString::to_string).unwrap_or_default();
        let issuers = state.workspace.as_ref().map(|loaded| &loaded.contents.authority_keys);
        let issuer = issuers.and_then(|keys| keys.first()).map(|key| key.name.clone());
        Self { issuer, ..Self::new(Kind::Key, name, KEY_DAYS, state) }
    }

    /// For a lab CA.
    pub(super) fn authority(state: &State) -> Self {
        Self::new(Kind::Authority, String::new(), AUTHORITY_DAYS, state)
    }

    /// Why nothing was made.
    pub(super) fn set_error(&mut self, why: String) {
        self.error = Some((Field::Whole, why));
    }

    /// Shows it; gives back whether it is given up.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) -> bool {
        let look = tokens(ui);
        let mut given_up = false;
        let frame = Frame::new().fill(look.panel).stroke(Stroke::new(1.0, look.accent)).corner_radius(10);
        frame.inner_margin(Margin::same(16)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            let (icon, title) = match self.kind {
                Kind::Key => (Icon::Key, words::NEW_KEY),
                Kind::Authority => (Icon::Certificate, words::NEW_AUTHORITY),
            };
            ui.horizontal(|ui| {
                icons::icon_ui(ui, icon, look.accent);
                ui.label(RichText::new(title).text_style(tokens::strong_style()));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    given_up = fields::icon_button_ui(ui, Icon::Cross, words::DO_NOT_CREATE, false).clicked();
                });
            });
            match self.kind {
                Kind::Key => self.key_ui(ui, ctx),
                Kind::Authority => self.authority_ui(ui, ctx),
            }
            self.error_ui(ui, Field::Whole);
            ui.add_space(SPACE_S);
            self.confirm_ui(ui, ctx);
        });
        ui.add_space(SPACE_M);
        given_up
    }

    fn key_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                self.name_ui(left, words::FOR, text::common::ADDRESS_EXAMPLE);
                self.issuer_ui(right, ctx);
            }
        });
        if self.issuer.is_none() {
            ui.add(egui::Label::new(RichText::new(words::ITSELF_HINT).small().color(tokens(ui).dim)).wrap());
        }
        ui.add_space(SPACE_XS);
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                self.algorithm_ui(left);
                self.use_ui(right);
            }
        });
        self.dates_ui(ui);
    }

    fn authority_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.add(egui::Label::new(RichText::new(words::AUTHORITY_HINT).small().color(tokens(ui).dim)).wrap());
        ui.add_space(SPACE_XS);
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                self.name_ui(left, words::AUTHORITY_NAME, words::AUTHORITY_EXAMPLE);
                self.algorithm_ui(right);
            }
        });
        self.dates_ui(ui);
        ui.add_space(SPACE_XS);
        let dim = tokens(ui).dim;
        ui.label(RichText::new(words::TRUSTED_BY).small().color(dim));
        if ctx.state.parties().is_empty() {
            ui.label(RichText::new(words::NOBODY_TO_TRUST).color(dim));
        }
        ScrollArea::vertical().id_salt("trusting").max_height(TRUSTING).show_following(ui, |ui| {
            for party in ctx.state.parties() {
                let mut on = self.trusted_by.contains(&party.name);
                if ui.checkbox(&mut on, text::plain(&party.name.to_string())).changed() {
                    if on {
                        self.trusted_by.insert(party.name.clone());
                    } else {
                        self.trusted_by.remove(&party.name);
                    }
                }
            }
        });
    }

    fn name_ui(&mut self, ui: &mut Ui, name: &str, hint: &str) {
        let id = ui.make_persistent_id("generate-name");
        let response = fields::text_field_ui(ui, id, name, &mut self.name, hint);
        if !self.focused {
            response.request_focus();
            self.focused = true;
        }
        self.error_ui(ui, Field::Name);
    }

    fn issuer_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let keys = ctx.state.workspace.as_ref().map(|loaded| loaded.contents.authority_keys.as_slice());
        let keys = keys.unwrap_or_default();
        let name_of = |name: &String| {
            let key = keys.iter().find(|key| key.name == *name);
            text::plain(&key.map_or_else(|| name.clone(), |key| key.entry.certificate().common_name()))
        };
        let shown = self.issuer.as_ref().map_or_else(|| words::ITSELF.to_owned(), name_of);
        let label = ui.label(RichText::new(words::ISSUED_BY).small().color(tokens(ui).dim));
        let combo = ComboBox::from_id_salt("issuer").selected_text(shown).width(WIDTH).show_ui(ui, |ui| {
            for key in keys {
                ui.selectable_value(&mut self.issuer, Some(key.name.clone()), name_of(&key.name));
            }
            ui.selectable_value(&mut self.issuer, None, words::ITSELF);
        });
        combo.response.labelled_by(label.id);
    }

    fn algorithm_ui(&mut self, ui: &mut Ui) {
        // An X25519 key cannot sign, and so not its own certificate.
        let signs = self.kind == Kind::Authority || self.issuer.is_none();
        let offered = words::KEYS.into_iter().filter(|key| !(signs && *key == NewKey::X25519));
        if signs && self.key == NewKey::X25519 {
            self.key = NewKey::Rsa2048;
        }
        let label = ui.label(RichText::new(words::ALGORITHM).small().color(tokens(ui).dim));
        let shown = words::key(self.key);
        let combo = ComboBox::from_id_salt("algorithm").selected_text(shown).width(WIDTH).show_ui(ui, |ui| {
            for key in offered {
                ui.selectable_value(&mut self.key, key, words::key(key));
            }
        });
        combo.response.labelled_by(label.id);
    }

    fn use_ui(&mut self, ui: &mut Ui) {
        let offered = KeyUse::of(self.key);
        if !offered.contains(&self.usage) {
            self.usage = offered.first().copied().unwrap_or_default();
        }
        let label = ui.label(RichText::new(words::USE).small().color(tokens(ui).dim));
        let shown = words::key_use(self.usage);
        let combo = ComboBox::from_id_salt("use").selected_text(shown).width(WIDTH).show_ui(ui, |ui| {
            for usage in offered {
                ui.selectable_value(&mut self.usage, *usage, words::key_use(*usage));
            }
        });
        combo.response.labelled_by(label.id);
    }

    fn dates_ui(&mut self, ui: &mut Ui) {
        ui.add_space(SPACE_XS);
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                let id = left.make_persistent_id("generate-from");
                fields::text_field_ui(left, id, words::FROM, &mut self.from, "2026-03-01");
                self.error_ui(left, Field::From);
                let id = right.make_persistent_id("generate-until");
                fields::text_field_ui(right, id, words::UNTIL, &mut self.until, "2027-03-01");
                self.error_ui(right, Field::Until);
            }
        });
    }

    fn error_ui(&self, ui: &mut Ui, field: Field) {
        if let Some((_, why)) = self.error.as_ref().filter(|(at, _)| *at == field) {
            fields::field_error_ui(ui, why);
        }
    }

    fn confirm_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(loaded) = &ctx.state.workspace else { return };
        if loaded.passphrase.is_some() {
            if fields::primary_ui(ui, words::CREATE).clicked() {
                self.submit(ctx, None);
            }
        } else if ctx.state.locked_keys() + ctx.state.open_keys() > 0 {
            ui.label(words::LOCKED);
            if fields::primary_ui(ui, words::UNLOCK).clicked() {
                ctx.ask(UiCommand::UnlockKeys);
            }
        } else {
            ui.add(egui::Label::new(words::FIRST_KEY).wrap());
            let chosen = self.passphrase.ui(ui, "first-passphrase", words::NEW_PASSPHRASE, words::CREATE);
            match chosen {
                Some(chosen) if chosen.is_empty() => self.set_error(words::EMPTY_PASSPHRASE.to_owned()),
                Some(chosen) => self.submit(ctx, Some(chosen)),
                None => {}
            }
        }
    }

    fn submit(&mut self, ctx: &Ctx<'_>, first: Option<Passphrase>) {
        self.error = None;
        match self.wanted() {
            Ok(wanted) => ctx.queue.push(Command::Generate(Box::new(wanted), first)),
            Err(error) => self.error = Some(error),
        }
    }

    fn wanted(&self) -> Result<Wanted, (Field, String)> {
        let name = self.name.trim();
        let party = match self.kind {
            Kind::Key => Some(crate::workspace::party_name(name).map_err(|error| (Field::Name, error.to_string()))?),
            Kind::Authority if name.is_empty() => return Err((Field::Name, words::NO_NAME.to_owned())),
            Kind::Authority => None,
        };
        let (from, until) = self.validity()?;
        let key = self.key;
        Ok(match party {
            Some(party) => Wanted::Key {
                certificate: NewCertificate { party, key, usage: self.usage, from, until },
                issuer: self.issuer.clone(),
            },
            None => {
                let trusted_by = self.trusted_by.iter().cloned().collect();
                Wanted::Authority(NewAuthority { name: name.to_owned(), key, from, until, trusted_by })
            }
        })
    }

    // Both days count whole.
    fn validity(&self) -> Result<(OffsetDateTime, OffsetDateTime), (Field, String)> {
        let day = |typed: &str, field| {
            let format = format_description!("[year]-[month]-[day]");
            Date::parse(typed.trim(), format).map_err(|_| (field, words::NO_DATE.to_owned()))
        };
        let from = day(&self.from, Field::From)?.with_time(Time::MIDNIGHT).assume_utc();
        let until = day(&self.until, Field::Until)?.with_time(Time::MIDNIGHT).assume_utc();
        if until < from {
            return Err((Field::Until, words::ENDS_EARLY.to_owned()));
        }
        Ok((from, until + Duration::seconds(86_399)))
    }
}
