//! What stands for a character that no font here has: its code point in small hexadecimal digits within a frame, as
//! browsers show it. A row of empty boxes would hide which characters a sender used.

#![expect(clippy::as_conversions, reason = "pixels are counted in integers and placed in fractions")]
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a font's size is small and positive")]
#![expect(clippy::cast_precision_loss, reason = "a glyph has few pixels")]

use egui::{Color32, ColorImage, GlyphBitmap, GlyphRasterizer, GlyphRasterizerRequest, RasterizedGlyph, vec2};

// Three columns and five rows each, the topmost row in the highest bits.
const DIGITS: [u16; 16] = [
    0b111_101_101_101_111,
    0b010_110_010_010_111,
    0b111_001_111_100_111,
    0b111_001_111_001_111,
    0b101_101_111_001_001,
    0b111_100_111_001_111,
    0b111_100_111_101_111,
    0b111_001_010_010_010,
    0b111_101_111_101_111,
    0b111_101_111_001_111,
    0b111_101_111_101_101,
    0b110_101_110_101_110,
    0b111_100_100_100_111,
    0b110_101_101_101_110,
    0b111_100_111_100_111,
    0b111_100_111_100_100,
];
const COLUMNS: usize = 3;
const ROWS: usize = 5;

/// Draws any character, so it has to come after every font.
#[must_use]
pub fn rasterizer() -> GlyphRasterizer {
    GlyphRasterizer::new("sealscope last resort", draw)
}

fn draw(request: &GlyphRasterizerRequest<'_>) -> Option<RasterizedGlyph> {
    let character = request.cluster.chars().next()?;
    // What shows nothing by itself, such as a joiner or a variation selector, needs no picture.
    if character.is_control() {
        return None;
    }
    let lines = lines(character);
    // As many pixels to a dot as the height of the text has room for.
    let dot = ((request.font_size_px / 14.0).floor() as usize).max(1);
    let per_line = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = per_line * (COLUMNS + 1) + 3;
    let height = lines.len() * (ROWS + 1) + 3;
    let mut image = ColorImage::filled([width * dot, height * dot], Color32::TRANSPARENT);
    let mut paint = |x: usize, y: usize| {
        for row in y * dot..(y + 1) * dot {
            for column in x * dot..(x + 1) * dot {
                if let Some(pixel) = image.pixels.get_mut(row * width * dot + column) {
                    *pixel = Color32::WHITE;
                }
            }
        }
    };
    for x in 0..width {
        paint(x, 0);
        paint(x, height - 1);
    }
    for y in 0..height {
        paint(0, y);
        paint(width - 1, y);
    }
    for (line, digits) in lines.iter().enumerate() {
        for (place, digit) in digits.iter().enumerate() {
            for (x, y) in dots(*digit) {
                paint(2 + place * (COLUMNS + 1) + x, 2 + line * (ROWS + 1) + y);
            }
        }
    }
    let offset_px = vec2(1.0, 2.0 - (height * dot) as f32);
    let advance_px = (width * dot) as f32 + 2.0;
    Some(RasterizedGlyph { bitmap: GlyphBitmap { image, offset_px, is_color: false }, advance_px })
}

// Four digits in two lines of two, five or six in two lines of three.
fn lines(character: char) -> [Vec<u32>; 2] {
    let code = u32::from(character);
    let per_line: u32 = if code > 0xffff { 3 } else { 2 };
    let digit = |place: u32| (code >> (4 * place)) & 0xf;
    let line = |from: u32| (from..from + per_line).rev().map(digit).collect();
    [line(per_line), line(0)]
}

fn dots(digit: u32) -> impl Iterator<Item = (usize, usize)> {
    let bits = usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit)).copied().unwrap_or_default();
    let total = COLUMNS * ROWS;
    (0..total).filter(move |place| bits >> (total - 1 - place) & 1 == 1).map(|place| (place % COLUMNS, place / COLUMNS))
}

#[cfg(test)]
mod tests {
    use egui::FontFamily;

    use super::*;

    fn drawn(cluster: &str, font_size_px: f32) -> Option<RasterizedGlyph> {
        let family = FontFamily::Proportional;
        draw(&GlyphRasterizerRequest { cluster, family: &family, font_size_px, subpixel_offset_px: 0.0 })
    }

    #[test]
    fn a_code_point_is_told_in_two_lines_of_digits() {
        assert_eq!(lines('医'), [vec![0x5, 0x3], vec![0x3, 0xb]]);
        assert_eq!(lines('🦀'), [vec![0x0, 0x1, 0xf], vec![0x9, 0x8, 0x0]]);
    }

    #[test]
    fn characters_without_a_glyph_look_different_from_each_other() {
        let pixels = |cluster| drawn(cluster, 13.0).unwrap().bitmap.image.pixels;
        assert_ne!(pixels("医"), pixels("生"));
    }

    #[test]
    fn twice_the_size_is_twice_the_picture() {
        let [small, large] = [14.0, 28.0].map(|size| drawn("医", size).unwrap().bitmap.image.size);
        assert_eq!(large, small.map(|side| side * 2));
    }
}
