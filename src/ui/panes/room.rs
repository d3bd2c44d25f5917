//! How much of a small window the panes around the centre may take.

use crate::ui::settings::Settings;

/// Below this the list, the centre and the inspector are too narrow beside one another.
const THREE_ABREAST: f32 = 820.0;

/// What a side pane leaves of a narrow window: a heading with its buttons.
const CENTRE_WIDTH: f32 = 312.0;

/// What the drawer leaves of the height: a heading and some lines under it.
const CENTRE_HEIGHT: f32 = 160.0;

/// A pane beside the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Inspector,
    List,
}

impl Side {
    const fn open(self, settings: &mut Settings) -> &mut bool {
        match self {
            Self::Inspector => &mut settings.inspector_open,
            Self::List => &mut settings.list_open,
        }
    }
}

/// Which side pane gave way to the other.
#[derive(Debug, Default)]
pub(super) struct Room {
    gave_way: Option<Side>,
    list_alone: bool,
}

impl Room {
    /// The most that the drawer may take of `height` points.
    pub(super) fn drawer(height: f32) -> f32 {
        (height - CENTRE_HEIGHT).max(120.0)
    }

    /// Where there is no room for both, the one that was there before the other was opened is closed. It comes back with
    /// the room. Gives the most that the list, and the inspector, may take of `width` points.
    pub(super) fn make(&mut self, settings: &mut Settings, width: f32) -> (f32, f32) {
        if width >= THREE_ABREAST {
            self.list_alone = false;
            if let Some(side) = self.gave_way.take() {
                *side.open(settings) = true;
            }
            // In a small window the answer keeps its half.
            let side = if width < 1_240.0 { (width * 0.26).max(200.0) } else { 640.0 };
            return (side * 1.25, side);
        }
        if settings.list_open && settings.inspector_open {
            let side = if self.list_alone { Side::List } else { Side::Inspector };
            *side.open(settings) = false;
            self.gave_way = Some(side);
        }
        self.list_alone = settings.list_open;
        let most = (width - CENTRE_WIDTH).max(200.0);
        (most, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(settings: &Settings) -> (bool, bool) {
        (settings.list_open, settings.inspector_open)
    }

    #[test]
    fn in_a_narrow_window_what_was_opened_last_stays_and_the_other_comes_back_with_the_room() {
        let (mut room, mut settings) = (Room::default(), Settings::default());
        for (width, asked, expected) in [
            (1280.0, None, (true, true)),
            (640.0, None, (true, false)),
            (640.0, Some(Side::Inspector), (false, true)),
            (640.0, None, (false, true)),
            (640.0, Some(Side::List), (true, false)),
            (640.0, Some(Side::Inspector), (false, true)),
            (820.0, None, (true, true)),
        ] {
            if let Some(side) = asked {
                *side.open(&mut settings) = true;
            }
            room.make(&mut settings, width);
            assert_eq!(open(&settings), expected, "{width} {asked:?}");
        }
    }

    #[test]
    fn what_was_closed_by_hand_stays_closed() {
        let (mut room, mut settings) = (Room::default(), Settings { inspector_open: false, ..Settings::default() });
        room.make(&mut settings, 640.0);
        settings.list_open = false;
        room.make(&mut settings, 640.0);
        room.make(&mut settings, 1280.0);
        assert_eq!(open(&settings), (false, false));
        settings.inspector_open = true;
        room.make(&mut settings, 640.0);
        settings.list_open = true;
        room.make(&mut settings, 640.0);
        assert_eq!(open(&settings), (true, false), "the list was opened last");
        settings.inspector_open = true;
        room.make(&mut settings, 640.0);
        assert_eq!(open(&settings), (false, true), "the inspector was opened last");
    }
}
