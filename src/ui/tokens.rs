//! Colours, space and type: every number of the look has its name here, for both themes.
//!
//! Panes and widgets ask [`tokens`]; nothing else in the window names a colour or a font size. A test computes that
//! every text colour stands out from every surface that it is used on (WCAG 2.1 §1.4.3: 4.5:1).

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::style::{Selection, WidgetVisuals};
use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow, Stroke, Style,
    TextStyle, Theme, Ui, Vec2, Visuals, vec2,
};

use super::last_resort;

/// Half a step: between an icon and its word.
pub const SPACE_XS: f32 = 4.0;
/// One step: between neighbours.
pub const SPACE_S: f32 = 8.0;
/// Two steps: inside cards, between groups.
pub const SPACE_M: f32 = 16.0;
/// Three steps: around the answer.
pub const SPACE_L: f32 = 24.0;
/// Height of one row of a list, tree or table.
pub const ROW: f32 = 28.0;
/// Height of a list row that has a second line.
pub const ROW_TALL: f32 = 44.0;
/// Side of an icon beside body text.
pub const ICON: f32 = 16.0;
/// Rounding of cards and fields.
pub const RADIUS: u8 = 6;

const BODY: f32 = 13.0;
const SMALL: f32 = 11.5;
const MONO: f32 = 12.0;
const HEADING: f32 = 17.0;
const TITLE: f32 = 24.0;

/// The family for words that carry the answer.
#[must_use]
pub fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// The name of the largest text style.
#[must_use]
pub fn title_style() -> TextStyle {
    TextStyle::Name("title".into())
}

/// Body text, in the weight of headings.
#[must_use]
pub fn strong_style() -> TextStyle {
    TextStyle::Name("strong".into())
}

/// A colour with the tint that lies behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tone {
    /// Of the shape and the word.
    pub ink: Color32,
    /// Of the surface behind them.
    pub tint: Color32,
}

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tokens {
    /// Behind the answer.
    pub canvas: Color32,
    /// Behind lists, bars and the Inspector.
    pub panel: Color32,
    /// Cards, and the heads of tables.
    pub raised: Color32,
    /// A row under the pointer.
    pub hover: Color32,
    /// A selected row.
    pub selected: Color32,
    /// Lines between areas.
    pub line: Color32,
    /// Around fields and buttons.
    pub edge: Color32,
    /// Text that is read.
    pub text: Color32,
    /// Text that explains.
    pub dim: Color32,
    /// Links, focus, what is open.
    pub accent: Color32,
    /// Behind the words of the one primary button of a view.
    pub accent_fill: Color32,
    /// The words on it.
    pub on_accent: Color32,
    /// What held.
    pub passed: Tone,
    /// What did not.
    pub failed: Tone,
    /// What is out of the ordinary.
    pub warning: Tone,
    /// What was not reached or not looked at.
    pub neutral: Tone,
    /// The octets of the selection; of an ASN.1 field its value.
    pub octet_mark: Color32,
    /// Tag and length of a selected ASN.1 field.
    pub octet_head: Color32,
    /// Octets that were looked for.
    pub octet_found: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

/// Colours on a dark ground.
pub const DARK: Tokens = Tokens {
    canvas: rgb(0x0012_161c),
    panel: rgb(0x0018_1d25),
    raised: rgb(0x0020_2630),
    hover: rgb(0x0027_2e3a),
    selected: rgb(0x001f_3d63),
    line: rgb(0x002b_333f),
    edge: rgb(0x003d_4858),
    text: rgb(0x00e6_eaf0),
    dim: rgb(0x00a4_afbd),
    accent: rgb(0x006c_b2ff),
    accent_fill: rgb(0x0020_66c4),
    on_accent: rgb(0x00ff_ffff),
    passed: Tone { ink: rgb(0x0056_cf92), tint: rgb(0x0014_2c24) },
    failed: Tone { ink: rgb(0x00ff_857a), tint: rgb(0x0036_1d20) },
    warning: Tone { ink: rgb(0x00f2_bd55), tint: rgb(0x0033_2815) },
    neutral: Tone { ink: rgb(0x00a4_afbd), tint: rgb(0x0022_2934) },
    octet_mark: rgb(0x0024_4a78),
    octet_head: rgb(0x004a_3a7d),
    octet_found: rgb(0x004d_3d10),
};

/// Colours on a light ground.
pub const LIGHT: Tokens = Tokens {
    canvas: rgb(0x00ff_ffff),
    panel: rgb(0x00f4_f6f9),
    raised: rgb(0x00ec_eff4),
    hover: rgb(0x00e4_e9f0),
    selected: rgb(0x00cf_e2fb),
    line: rgb(0x00d9_dfe7),
    edge: rgb(0x00b4_bfcc),
    text: rgb(0x0018_1f28),
    dim: rgb(0x004a_5665),
    accent: rgb(0x000f_52ac),
    accent_fill: rgb(0x001a_5fc0),
    on_accent: rgb(0x00ff_ffff),
    passed: Tone { ink: rgb(0x0011_6238), tint: rgb(0x00e2_f4ea) },
    failed: Tone { ink: rgb(0x00ae_1c16), tint: rgb(0x00fd_e9e7) },
    warning: Tone { ink: rgb(0x007a_4a00), tint: rgb(0x00fd_f0d8) },
    neutral: Tone { ink: rgb(0x004a_5665), tint: rgb(0x00e9_edf2) },
    octet_mark: rgb(0x00b9_d6fb),
    octet_head: rgb(0x00db_caf8),
    octet_found: rgb(0x00fb_e3a4),
};

/// The colours of the theme that is shown.
#[must_use]
pub fn tokens(ui: &Ui) -> &'static Tokens {
    of_theme(ui.visuals().dark_mode)
}

const fn of_theme(dark: bool) -> &'static Tokens {
    if dark { &DARK } else { &LIGHT }
}

/// Fonts and styles of both themes; called once.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    ctx.add_glyph_rasterizer(last_resort::rasterizer());
    for theme in [Theme::Dark, Theme::Light] {
        ctx.set_style_of(theme, style(theme));
    }
}

// Inter for words, Hack for octets. Hack also stands behind Inter, which lacks box drawing.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let faces: [(&str, &'static [u8]); 2] = [
        ("Inter", include_bytes!("../../assets/fonts/Inter-Regular.otf")),
        ("Inter SemiBold", include_bytes!("../../assets/fonts/Inter-SemiBold.otf")),
    ];
    for (name, data) in faces {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(data)));
    }
    let fallbacks = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &str| -> Vec<String> {
        [first.to_owned(), "Hack".to_owned()].into_iter().chain(fallbacks.iter().cloned()).collect()
    };
    let (regular, strong) = (family("Inter"), family("Inter SemiBold"));
    fonts.families.insert(FontFamily::Proportional, regular);
    fonts.families.insert(strong_family(), strong);
    fonts
}

fn text_styles() -> BTreeMap<TextStyle, FontId> {
    [
        (TextStyle::Small, FontId::proportional(SMALL)),
        (TextStyle::Body, FontId::proportional(BODY)),
        (TextStyle::Button, FontId::proportional(BODY)),
        (TextStyle::Monospace, FontId::monospace(MONO)),
        (TextStyle::Heading, FontId::new(HEADING, strong_family())),
        (strong_style(), FontId::new(BODY, strong_family())),
        (title_style(), FontId::new(TITLE, strong_family())),
    ]
    .into()
}

fn style(theme: Theme) -> Style {
    let tokens = of_theme(theme == Theme::Dark);
    let mut style = Style { text_styles: text_styles(), visuals: visuals(theme, tokens), ..Style::default() };
    style.spacing.item_spacing = vec2(SPACE_S, SPACE_S);
    style.spacing.button_padding = vec2(10.0, 4.0);
    style.spacing.interact_size = vec2(ROW, ROW);
    style.spacing.icon_width = ICON;
    style.spacing.icon_spacing = 6.0;
    style.spacing.indent = 20.0;
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.tooltip_width = 420.0;
    style.spacing.combo_width = 96.0;
    style.spacing.scroll = egui::style::ScrollStyle { bar_width: 8.0, ..egui::style::ScrollStyle::floating() };
    style.interaction.tooltip_delay = 0.35;
    style.animation_time = 0.1;
    style.url_in_tooltip = true;
    style
}

fn visuals(theme: Theme, tokens: &Tokens) -> Visuals {
    let mut visuals = match theme {
        Theme::Dark => Visuals::dark(),
        Theme::Light => Visuals::light(),
    };
    let radius = CornerRadius::same(RADIUS);
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(tokens.dim);
    visuals.panel_fill = tokens.panel;
    visuals.window_fill = tokens.panel;
    visuals.window_stroke = Stroke::new(1.0, tokens.edge);
    visuals.window_corner_radius = CornerRadius::same(10);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.extreme_bg_color = tokens.canvas;
    visuals.faint_bg_color = tokens.raised;
    visuals.code_bg_color = tokens.raised;
    visuals.hyperlink_color = tokens.accent;
    visuals.warn_fg_color = tokens.warning.ink;
    visuals.error_fg_color = tokens.failed.ink;
    visuals.selection = Selection { bg_fill: tokens.selected, stroke: Stroke::new(1.5, tokens.accent) };
    visuals.popup_shadow = Shadow { offset: [0, 6], blur: 20, spread: 0, color: Color32::from_black_alpha(70) };
    visuals.window_shadow = visuals.popup_shadow;
    // A blinking caret repaints the window for ever; measured at 8 % of a core without a GPU.
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(1.5, tokens.accent);
    visuals.disabled_alpha = 0.55;
    let widget = |fill: Color32, edge: Color32, ink: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, edge),
        fg_stroke: Stroke::new(1.0, ink),
        corner_radius: radius,
        expansion: 0.0,
    };
    visuals.widgets.noninteractive = widget(tokens.panel, tokens.line, tokens.text);
    visuals.widgets.inactive = widget(tokens.raised, tokens.edge, tokens.text);
    visuals.widgets.hovered = widget(tokens.hover, tokens.accent, tokens.text);
    visuals.widgets.active = widget(tokens.selected, tokens.accent, tokens.text);
    visuals.widgets.open = widget(tokens.hover, tokens.edge, tokens.text);
    visuals
}

/// Padding of the side panels.
pub const PANEL_MARGIN: Margin = Margin::symmetric(12, 10);

/// The smallest target that is comfortable to hit.
pub const TARGET: Vec2 = Vec2::splat(ROW);

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: Color32) -> f64 {
        let channel = |value: u8| {
            let share = f64::from(value) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.0722f64.mul_add(channel(colour.b()), 0.2126f64.mul_add(channel(colour.r()), 0.7152 * channel(colour.g())))
    }

    fn contrast(one: Color32, other: Color32) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        one.max(other) / one.min(other)
    }

    #[test]
    fn every_text_colour_stands_out_from_every_surface_behind_it() {
        for (theme, tokens) in [("dark", DARK), ("light", LIGHT)] {
            let surfaces = [tokens.canvas, tokens.panel, tokens.raised, tokens.hover, tokens.selected];
            for surface in surfaces {
                for ink in [tokens.text, tokens.dim, tokens.accent] {
                    assert!(
                        contrast(ink, surface) >= 4.5,
                        "{theme}: {ink:?} on {surface:?}: {}",
                        contrast(ink, surface)
                    );
                }
            }
            for tone in [tokens.passed, tokens.failed, tokens.warning, tokens.neutral] {
                for surface in [tone.tint, tokens.canvas, tokens.panel, tokens.raised, tokens.hover, tokens.selected] {
                    let ratio = contrast(tone.ink, surface);
                    assert!(ratio >= 4.5, "{theme}: {:?} on {surface:?}: {ratio}", tone.ink);
                }
                assert!(contrast(tokens.text, tone.tint) >= 4.5 && contrast(tokens.dim, tone.tint) >= 4.5, "{theme}");
            }
            assert!(contrast(tokens.on_accent, tokens.accent_fill) >= 4.5, "{theme}: primary button");
            for mark in [tokens.octet_mark, tokens.octet_head, tokens.octet_found] {
                assert!(contrast(tokens.text, mark) >= 4.5, "{theme}: {mark:?} behind octets");
                assert!(contrast(tokens.dim, mark) >= 3.0, "{theme}: {mark:?} behind octets as text");
            }
        }
    }
}
