//! Draws egui's meshes on the CPU, so that a picture of the window needs no display, no driver, and is the same on
//! every machine: positions are snapped to 1/256 of a pixel, edges follow the top-left rule, and each pixel's colour
//! is computed by the same operations in the same order.

#![allow(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "pixels are counted and placed; a fault here fails a test or spoils a picture"
)]

use std::collections::HashMap;

use egui::epaint::{ImageData, Mesh, Primitive, Vertex};
use egui::{Color32, ColorImage, Rect, TextureId, TexturesDelta};
use image::RgbaImage;

/// Pixels per unit of the snapped positions.
const SUB: f32 = 256.0;

#[derive(Default)]
pub(crate) struct Rasteriser {
    textures: HashMap<TextureId, ColorImage>,
}

impl egui_kittest::TestRenderer for Rasteriser {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, deltas) in delta.set.drain() {
            for delta in deltas {
                let ImageData::Color(image) = &delta.image;
                match delta.pos {
                    None => {
                        self.textures.insert(id, (**image).clone());
                    }
                    Some([left, top]) => {
                        let texture = self.textures.get_mut(&id).expect("a patch follows its texture");
                        for row in 0..image.size[1] {
                            let from = row * image.size[0];
                            let to = (top + row) * texture.size[0] + left;
                            texture.pixels[to..to + image.size[0]]
                                .copy_from_slice(&image.pixels[from..from + image.size[0]]);
                        }
                    }
                }
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    fn render(&mut self, ctx: &egui::Context, output: &egui::FullOutput) -> Result<RgbaImage, String> {
        let scale = ctx.pixels_per_point();
        let size = ctx.viewport_rect().size() * scale;
        let mut canvas = Canvas::new(size.x.round() as usize, size.y.round() as usize);
        for clipped in ctx.tessellate(output.shapes.clone(), scale) {
            if let Primitive::Mesh(mesh) = &clipped.primitive {
                let texture = self.textures.get(&mesh.texture_id).ok_or("a mesh names a texture that is not there")?;
                canvas.mesh(mesh, texture, clipped.clip_rect, scale);
            }
        }
        Ok(canvas.into_image())
    }
}

struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[f32; 4]>,
}

struct Bounds {
    left: i64,
    top: i64,
    right: i64,
    bottom: i64,
}

impl Canvas {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![[0.0, 0.0, 0.0, 255.0]; width * height] }
    }

    fn mesh(&mut self, mesh: &Mesh, texture: &ColorImage, clip: Rect, scale: f32) {
        let edge = |value: f32, most: usize| ((value * scale).round() as i64).clamp(0, most as i64);
        let bounds = Bounds {
            left: edge(clip.min.x, self.width),
            top: edge(clip.min.y, self.height),
            right: edge(clip.max.x, self.width),
            bottom: edge(clip.max.y, self.height),
        };
        for corners in mesh.indices.chunks_exact(3) {
            let corners = [corners[0], corners[1], corners[2]].map(|index| mesh.vertices[index as usize]);
            self.triangle(corners, texture, &bounds, scale);
        }
    }

    fn triangle(&mut self, mut corners: [Vertex; 3], texture: &ColorImage, bounds: &Bounds, scale: f32) {
        let snap = |vertex: &Vertex| {
            ((vertex.pos.x * scale * SUB).round() as i64, (vertex.pos.y * scale * SUB).round() as i64)
        };
        let mut points = [snap(&corners[0]), snap(&corners[1]), snap(&corners[2])];
        let mut area = cross(points[0], points[1], points[2]);
        if area == 0 {
            return;
        }
        if area < 0 {
            corners.swap(1, 2);
            points.swap(1, 2);
            area = -area;
        }
        let sub = SUB as i64;
        let low = |of: fn(&(i64, i64)) -> i64| points.iter().map(of).min().unwrap_or(0).div_euclid(sub);
        let high = |of: fn(&(i64, i64)) -> i64| points.iter().map(of).max().unwrap_or(0).div_euclid(sub) + 1;
        let (left, right) = (low(|p| p.0).max(bounds.left), high(|p| p.0).min(bounds.right));
        let (top, bottom) = (low(|p| p.1).max(bounds.top), high(|p| p.1).min(bounds.bottom));
        // A pixel on an edge belongs to the triangle whose top or left edge it is.
        let bias = [(1, 2), (2, 0), (0, 1)].map(|(from, to)| i64::from(!is_top_left(points[from], points[to])));
        for y in top..bottom {
            for x in left..right {
                let centre = (x * sub + sub / 2, y * sub + sub / 2);
                let weights = [
                    cross(points[1], points[2], centre),
                    cross(points[2], points[0], centre),
                    cross(points[0], points[1], centre),
                ];
                if weights.iter().zip(bias).all(|(weight, bias)| weight - bias >= 0) {
                    let weights = weights.map(|weight| weight as f32 / area as f32);
                    self.blend(x as usize, y as usize, shade(&corners, weights, texture));
                }
            }
        }
    }

    // Premultiplied colours, mixed as egui's own renderers do: in gamma space.
    fn blend(&mut self, x: usize, y: usize, source: [f32; 4]) {
        let pixel = &mut self.pixels[y * self.width + x];
        let rest = 1.0 - source[3] / 255.0;
        for (channel, value) in pixel.iter_mut().zip(source) {
            *channel = value + *channel * rest;
        }
    }

    fn into_image(self) -> RgbaImage {
        let octets = self.pixels.iter().flat_map(|pixel| {
            let [r, g, b, _] = pixel.map(|channel| channel.round().clamp(0.0, 255.0) as u8);
            [r, g, b, 255]
        });
        RgbaImage::from_raw(self.width as u32, self.height as u32, octets.collect()).expect("four octets to a pixel")
    }
}

fn cross(a: (i64, i64), b: (i64, i64), c: (i64, i64)) -> i64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

fn is_top_left(from: (i64, i64), to: (i64, i64)) -> bool {
    (from.1 == to.1 && to.0 > from.0) || to.1 < from.1
}

fn shade(corners: &[Vertex; 3], weights: [f32; 3], texture: &ColorImage) -> [f32; 4] {
    let mut colour = [0.0; 4];
    let (mut u, mut v) = (0.0, 0.0);
    for (corner, weight) in corners.iter().zip(weights) {
        for (channel, value) in colour.iter_mut().zip(corner.color.to_array()) {
            *channel += f32::from(value) * weight;
        }
        u += corner.uv.x * weight;
        v += corner.uv.y * weight;
    }
    let sample = bilinear(texture, u, v);
    [0, 1, 2, 3].map(|channel| colour[channel] * sample[channel] / 255.0)
}

fn bilinear(texture: &ColorImage, u: f32, v: f32) -> [f32; 4] {
    let [width, height] = texture.size;
    let (x, y) = (u * width as f32 - 0.5, v * height as f32 - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (part_x, part_y) = (x - left, y - top);
    let at = |x: f32, y: f32| {
        let column = (x.max(0.0) as usize).min(width - 1);
        let row = (y.max(0.0) as usize).min(height - 1);
        let pixel: Color32 = texture.pixels[row * width + column];
        pixel.to_array().map(f32::from)
    };
    let mix = |a: [f32; 4], b: [f32; 4], part: f32| [0, 1, 2, 3].map(|i| a[i] + (b[i] - a[i]) * part);
    let upper = mix(at(left, top), at(left + 1.0, top), part_x);
    let lower = mix(at(left, top + 1.0), at(left + 1.0, top + 1.0), part_x);
    mix(upper, lower, part_y)
}
