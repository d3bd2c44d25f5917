//! Icons and status shapes, painted: the fonts lack most symbols, and a shape is told apart without colour.
//!
//! Every icon is drawn on a grid of 16 units, whatever its size on the screen.

use egui::epaint::{PathShape, PathStroke};
use egui::{Color32, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};

use super::tokens::{ICON, Tone, tokens};
use crate::finding::Severity;

/// A picture with a fixed meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Icon {
    /// Disc with a tick: held.
    Passed,
    /// Octagon with a cross: did not hold.
    Failed,
    /// Triangle: out of the ordinary.
    Warning,
    /// Dash: not reached.
    Skipped,
    /// Hollow ring: not looked at.
    NotChecked,
    /// Ring with a dot: a fact.
    Info,
    /// A message.
    Envelope,
    /// A message that leaves.
    Send,
    /// A person's address.
    Person,
    /// A whole domain.
    Domain,
    /// A private key.
    Key,
    /// Something locked.
    Lock,
    /// A certificate.
    Certificate,
    /// A trust anchor.
    Anchor,
    /// The layers of a message.
    Layers,
    /// Closed.
    ChevronRight,
    /// Open.
    ChevronDown,
    /// To what is above.
    ChevronUp,
    /// To the previous.
    ArrowLeft,
    /// To the next.
    ArrowRight,
    /// Look for.
    Search,
    /// Remove, clear or close.
    Cross,
    /// Add.
    Plus,
    /// Start.
    Play,
    /// A folder on disk.
    Folder,
    /// The list on the left.
    PanelLeft,
    /// The drawer below.
    PanelBottom,
    /// The Inspector on the right.
    PanelRight,
    /// Light or dark.
    Theme,
    /// The program's mark: a seal over an envelope.
    Mark,
}

/// How something came out, as far as a shape tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It held.
    Passed,
    /// It did not.
    Failed,
    /// It is out of the ordinary, or somebody was left out.
    Warning,
    /// It was not reached.
    Skipped,
    /// It was not looked at.
    NotChecked,
    /// It is a fact that changes nothing.
    Info,
}

impl Status {
    /// Its shape.
    #[must_use]
    pub const fn icon(self) -> Icon {
        match self {
            Self::Passed => Icon::Passed,
            Self::Failed => Icon::Failed,
            Self::Warning => Icon::Warning,
            Self::Skipped => Icon::Skipped,
            Self::NotChecked => Icon::NotChecked,
            Self::Info => Icon::Info,
        }
    }

    /// Its colours in the theme that is shown.
    #[must_use]
    pub fn tone(self, ui: &Ui) -> Tone {
        let tokens = tokens(ui);
        match self {
            Self::Passed => tokens.passed,
            Self::Failed => tokens.failed,
            Self::Warning => tokens.warning,
            Self::Skipped | Self::NotChecked | Self::Info => tokens.neutral,
        }
    }
}

impl From<Severity> for Status {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Pass => Self::Passed,
            Severity::Info => Self::Info,
            Severity::NotChecked => Self::NotChecked,
            Severity::Warning => Self::Warning,
            Severity::Fail => Self::Failed,
        }
    }
}

/// Adds `icon` at the size of body text; it has no name of its own, so a word must stand beside it.
pub fn icon_ui(ui: &mut Ui, icon: Icon, ink: Color32) -> Response {
    sized_icon_ui(ui, icon, ICON, ink)
}

/// Adds `icon` at any size.
pub fn sized_icon_ui(ui: &mut Ui, icon: Icon, side: f32, ink: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    paint(ui.painter(), icon, rect, ink, tokens(ui).canvas);
    response
}

/// Adds the shape of `status` in its colour.
pub fn status_ui(ui: &mut Ui, status: Status) -> Response {
    icon_ui(ui, status.icon(), status.tone(ui).ink)
}

/// Paints `icon` into the largest square within `rect`; `paper` is the colour of marks cut out of a filled shape.
pub fn paint(painter: &Painter, icon: Icon, rect: Rect, ink: Color32, paper: Color32) {
    let side = rect.width().min(rect.height());
    let square = Rect::from_center_size(rect.center(), Vec2::splat(side));
    Pen { painter, origin: square.min, unit: side / 16.0, ink, paper }.draw(icon);
}

struct Pen<'a> {
    painter: &'a Painter,
    origin: Pos2,
    unit: f32,
    ink: Color32,
    paper: Color32,
}

impl Pen<'_> {
    fn draw(&self, icon: Icon) {
        match icon {
            Icon::Passed | Icon::Failed | Icon::Warning | Icon::Skipped | Icon::NotChecked | Icon::Info => {
                self.status(icon);
            }
            Icon::ChevronRight | Icon::ChevronDown | Icon::ChevronUp | Icon::ArrowLeft | Icon::ArrowRight => {
                self.pointer(icon);
            }
            Icon::Search | Icon::Cross | Icon::Plus | Icon::Play | Icon::Theme => self.action(icon),
            Icon::PanelLeft | Icon::PanelBottom | Icon::PanelRight | Icon::Folder | Icon::Layers => self.place(icon),
            _ => self.thing(icon),
        }
    }

    fn status(&self, icon: Icon) {
        match icon {
            Icon::Passed => {
                self.disc(8.0, 8.0, 7.0, self.ink);
                self.line_in(&[(4.6, 8.3), (7.0, 10.7), (11.4, 5.7)], 1.8, self.paper);
            }
            Icon::Failed => {
                let corner = 7.2 * (std::f32::consts::PI / 8.0).tan();
                let (near, far) = (0.8, 15.2);
                let (low, high) = (8.0 - corner, 8.0 + corner);
                self.area(&[
                    (low, near),
                    (high, near),
                    (far, low),
                    (far, high),
                    (high, far),
                    (low, far),
                    (near, high),
                    (near, low),
                ]);
                self.line_in(&[(5.3, 5.3), (10.7, 10.7)], 1.8, self.paper);
                self.line_in(&[(10.7, 5.3), (5.3, 10.7)], 1.8, self.paper);
            }
            Icon::Warning => {
                self.area(&[(8.0, 1.0), (15.6, 14.6), (0.4, 14.6)]);
                self.line_in(&[(8.0, 5.8), (8.0, 9.8)], 1.8, self.paper);
                self.disc(8.0, 12.2, 1.05, self.paper);
            }
            Icon::Skipped => self.line(&[(3.5, 8.0), (12.5, 8.0)], 2.2),
            Icon::NotChecked => self.ring(8.0, 8.0, 6.0, 1.6),
            _ => {
                self.ring(8.0, 8.0, 6.4, 1.4);
                self.line(&[(8.0, 7.4), (8.0, 11.4)], 1.6);
                self.disc(8.0, 4.9, 1.0, self.ink);
            }
        }
    }

    fn pointer(&self, icon: Icon) {
        match icon {
            Icon::ChevronRight => self.line(&[(6.0, 3.5), (10.5, 8.0), (6.0, 12.5)], 1.6),
            Icon::ChevronDown => self.line(&[(3.5, 6.0), (8.0, 10.5), (12.5, 6.0)], 1.6),
            Icon::ChevronUp => self.line(&[(3.5, 10.0), (8.0, 5.5), (12.5, 10.0)], 1.6),
            Icon::ArrowLeft => {
                self.line(&[(7.0, 3.5), (2.5, 8.0), (7.0, 12.5)], 1.6);
                self.line(&[(2.5, 8.0), (13.5, 8.0)], 1.6);
            }
            _ => {
                self.line(&[(9.0, 3.5), (13.5, 8.0), (9.0, 12.5)], 1.6);
                self.line(&[(2.5, 8.0), (13.5, 8.0)], 1.6);
            }
        }
    }

    fn action(&self, icon: Icon) {
        match icon {
            Icon::Search => {
                self.ring(6.8, 6.8, 4.6, 1.5);
                self.line(&[(10.3, 10.3), (14.0, 14.0)], 1.7);
            }
            Icon::Cross => {
                self.line(&[(4.0, 4.0), (12.0, 12.0)], 1.6);
                self.line(&[(12.0, 4.0), (4.0, 12.0)], 1.6);
            }
            Icon::Plus => {
                self.line(&[(8.0, 3.0), (8.0, 13.0)], 1.6);
                self.line(&[(3.0, 8.0), (13.0, 8.0)], 1.6);
            }
            Icon::Play => self.area(&[(4.5, 2.8), (13.2, 8.0), (4.5, 13.2)]),
            _ => {
                self.ring(8.0, 8.0, 6.0, 1.5);
                let half: Vec<(f32, f32)> = (0..=16u8)
                    .map(|step| {
                        let angle = std::f32::consts::PI * (f32::from(step) / 16.0 - 0.5);
                        (8.0 + 6.0 * angle.cos(), 8.0 + 6.0 * angle.sin())
                    })
                    .collect();
                self.area(&half);
            }
        }
    }

    fn place(&self, icon: Icon) {
        match icon {
            Icon::Folder => self.shape(&[(1.8, 3.4), (6.2, 3.4), (7.8, 5.2), (14.2, 5.2), (14.2, 13.0), (1.8, 13.0)]),
            Icon::Layers => {
                self.shape(&[(8.0, 1.8), (14.4, 5.2), (8.0, 8.6), (1.6, 5.2)]);
                self.line(&[(1.6, 8.4), (8.0, 11.8), (14.4, 8.4)], 1.4);
                self.line(&[(1.6, 11.2), (8.0, 14.6), (14.4, 11.2)], 1.4);
            }
            _ => {
                self.frame(1.8, 2.6, 14.2, 13.4);
                match icon {
                    Icon::PanelLeft => self.block(2.6, 3.4, 6.2, 12.6),
                    Icon::PanelRight => self.block(9.8, 3.4, 13.4, 12.6),
                    _ => self.block(2.6, 9.0, 13.4, 12.6),
                }
            }
        }
    }

    fn thing(&self, icon: Icon) {
        match icon {
            Icon::Send => {
                self.shape(&[(1.6, 7.0), (14.4, 1.8), (9.6, 14.2), (7.2, 9.0)]);
                self.line(&[(7.2, 9.0), (14.4, 1.8)], 1.4);
            }
            Icon::Person => {
                self.ring(8.0, 5.2, 2.9, 1.5);
                self.line(&[(2.4, 14.0), (3.6, 11.2), (6.2, 10.0), (9.8, 10.0), (12.4, 11.2), (13.6, 14.0)], 1.5);
            }
            Icon::Domain => {
                self.ring(8.0, 8.0, 6.2, 1.4);
                self.line(&[(1.8, 8.0), (14.2, 8.0)], 1.2);
                self.line(&[(8.0, 1.8), (5.6, 5.0), (5.6, 11.0), (8.0, 14.2)], 1.2);
                self.line(&[(8.0, 1.8), (10.4, 5.0), (10.4, 11.0), (8.0, 14.2)], 1.2);
            }
            Icon::Key => {
                self.ring(4.8, 11.2, 3.0, 1.6);
                self.line(&[(7.0, 9.0), (13.8, 2.2)], 1.6);
                self.line(&[(11.2, 4.8), (13.2, 6.8)], 1.6);
            }
            Icon::Lock => {
                self.block(3.2, 7.2, 12.8, 14.2);
                self.line(&[(5.2, 7.6), (5.2, 4.8), (6.4, 2.8), (9.6, 2.8), (10.8, 4.8), (10.8, 7.6)], 1.6);
            }
            Icon::Certificate => {
                self.line(&[(7.0, 11.4), (1.8, 11.4), (1.8, 2.6), (14.2, 2.6), (14.2, 6.0)], 1.4);
                self.line(&[(4.2, 5.6), (10.0, 5.6)], 1.3);
                self.line(&[(4.2, 8.4), (7.2, 8.4)], 1.3);
                self.ring(11.4, 9.6, 2.3, 1.5);
                self.line(&[(10.2, 11.8), (10.0, 15.0), (11.4, 14.0), (12.8, 15.0), (12.6, 11.8)], 1.3);
            }
            Icon::Anchor => {
                self.ring(8.0, 3.4, 1.9, 1.5);
                self.line(&[(8.0, 5.4), (8.0, 14.2)], 1.5);
                self.line(&[(5.0, 7.6), (11.0, 7.6)], 1.5);
                self.line(&[(2.0, 9.2), (3.4, 12.4), (8.0, 14.2), (12.6, 12.4), (14.0, 9.2)], 1.5);
            }
            Icon::Mark => {
                self.shape(&[(1.4, 3.4), (14.6, 3.4), (14.6, 12.6), (1.4, 12.6)]);
                self.line(&[(1.8, 3.8), (8.0, 8.8), (14.2, 3.8)], 1.4);
                self.disc(8.0, 10.2, 3.6, self.paper);
                self.disc(8.0, 10.2, 2.9, self.ink);
            }
            _ => {
                self.shape(&[(1.6, 3.4), (14.4, 3.4), (14.4, 12.6), (1.6, 12.6)]);
                self.line(&[(2.0, 3.8), (8.0, 8.8), (14.0, 3.8)], 1.4);
            }
        }
    }

    fn at(&self, x: f32, y: f32) -> Pos2 {
        self.origin + vec2(x, y) * self.unit
    }

    fn points(&self, points: &[(f32, f32)]) -> Vec<Pos2> {
        points.iter().map(|(x, y)| self.at(*x, *y)).collect()
    }

    fn line(&self, points: &[(f32, f32)], width: f32) {
        self.line_in(points, width, self.ink);
    }

    fn line_in(&self, points: &[(f32, f32)], width: f32, ink: Color32) {
        self.painter.add(Shape::line(self.points(points), Stroke::new(width * self.unit, ink)));
    }

    fn shape(&self, points: &[(f32, f32)]) {
        self.painter.add(Shape::closed_line(self.points(points), Stroke::new(1.4 * self.unit, self.ink)));
    }

    fn area(&self, points: &[(f32, f32)]) {
        self.painter.add(PathShape {
            points: self.points(points),
            closed: true,
            fill: self.ink,
            stroke: PathStroke::NONE,
        });
    }

    fn disc(&self, x: f32, y: f32, radius: f32, ink: Color32) {
        self.painter.circle_filled(self.at(x, y), radius * self.unit, ink);
    }

    fn ring(&self, x: f32, y: f32, radius: f32, width: f32) {
        self.painter.circle_stroke(self.at(x, y), radius * self.unit, Stroke::new(width * self.unit, self.ink));
    }

    fn frame(&self, left: f32, top: f32, right: f32, bottom: f32) {
        self.shape(&[(left, top), (right, top), (right, bottom), (left, bottom)]);
    }

    fn block(&self, left: f32, top: f32, right: f32, bottom: f32) {
        let rect = Rect::from_min_max(self.at(left, top), self.at(right, bottom));
        self.painter.rect_filled(rect, 1.5 * self.unit, self.ink);
    }
}

/// A square of one row's height with `icon` in its middle.
#[must_use]
pub fn centred(rect: Rect, side: f32) -> Rect {
    Rect::from_center_size(pos2(rect.center().x, rect.center().y), Vec2::splat(side))
}
