//! A report as one HTML file: its style within, no script, nothing that is fetched.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::document::{Block, Document, Part, Row, Section, Table, Tone};
use super::mask::Redaction;
use super::octets::Excerpt;

const STYLE: &str = include_str!("../../assets/report.css");

/// Nothing may be loaded and nothing run, whatever stands in the file, and no style counts but the one above (W3C Content
/// Security Policy 3 §2.3.1).
fn policy() -> String {
    let digest = STANDARD.encode(openssl::sha::sha256(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
}

/// The report as one file.
#[must_use]
pub fn html(document: &Document) -> String {
    let several = document.parts.len() > 1;
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta http-equiv="Content-Security-Policy" content=(policy());
                title { (title(document)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                p.program { (document.program.as_str()) " · report · " (document.redaction.as_str()) }
                main {
                    @if several {
                        h1 { "Report on " (document.parts.len()) " messages" }
                        (overview(document))
                    }
                    @for (number, part) in document.parts.iter().enumerate() {
                        (part_markup(part, number.saturating_add(1), several))
                    }
                }
                (closing(document))
            }
        }
    };
    page.into_string()
}

fn title(document: &Document) -> String {
    match document.parts.as_slice() {
        [part] => format!("{}: Sealscope report", verdict(part)),
        parts => format!("Sealscope report on {} messages", parts.len()),
    }
}

fn verdict(part: &Part) -> String {
    part.code.map_or_else(|| part.word.to_owned(), |code| format!("{} ({code})", part.word))
}

fn overview(document: &Document) -> Markup {
    markup! {
        nav aria-label="Messages" {
            ol {
                @for (number, part) in document.parts.iter().enumerate() {
                    li {
                        a href=(format!("#message-{}", number.saturating_add(1))) { (verdict(part)) }
                        " " (part.sentence.as_str())
                    }
                }
            }
        }
    }
}

fn part_markup(part: &Part, number: usize, several: bool) -> Markup {
    let heading = markup! {
        span class=(format!("badge {}", part.tone.as_str())) { (mark(part.tone)) (part.word) }
        @if let Some(code) = part.code { " " code { (code) } }
    };
    markup! {
        article id=(format!("message-{number}")) {
            header class=(part.tone.as_str()) {
                @if several { h2 { "Message " (number) " " (heading) } } @else { h1 { (heading) } }
                p.verdict { (part.sentence.as_str()) }
            }
            nav aria-label="Sections" {
                ul { @for section in &part.sections {
                    li { a href=(format!("#{}", anchor(section, number))) { (section.title) } }
                } }
            }
            @for section in &part.sections { (section_markup(section, number, several)) }
        }
    }
}

fn anchor(section: &Section, number: usize) -> String {
    format!("message-{number}-{}", section.id)
}

fn section_markup(section: &Section, number: usize, several: bool) -> Markup {
    markup! {
        section id=(anchor(section, number)) {
            @if several { h3 { (section.title) } } @else { h2 { (section.title) } }
            @for block in &section.blocks { (block_markup(block)) }
        }
    }
}

fn block_markup(block: &Block) -> Markup {
    match block {
        Block::Sentence(sentence) => markup! { p { (sentence.as_str()) } },
        Block::Command(command) => markup! { pre.command { code { (command.as_str()) } } },
        Block::List(list) => markup! { ul.sentences { @for item in list { li { (item.as_str()) } } } },
        Block::Facts(facts) => markup! {
            dl { @for (name, value) in facts { div { dt { (name) } dd { (text(value.as_str())) } } } }
        },
        Block::Table(table) => table_markup(table),
        Block::Octets(excerpt) => excerpt_markup(excerpt),
    }
}

// Wide tables scroll on their own, also by keyboard.
fn table_markup(table: &Table) -> Markup {
    markup! {
        div.wide tabindex="0" role="region" aria-label=(table.caption.as_str()) {
            table {
                caption { (table.caption.as_str()) }
                thead { tr { @for column in table.columns { th scope="col" { (column) } } } }
                tbody { @for row in &table.rows { (row_markup(row)) } }
            }
        }
    }
}

fn row_markup(row: &Row) -> Markup {
    let (first, rest) = row.cells.split_first().map_or(("", [].as_slice()), |(first, rest)| (first.as_str(), rest));
    markup! {
        tr {
            th scope="row" {
                @if row.tone == Tone::Plain { (text(first)) }
                @else { span class=(format!("badge {}", row.tone.as_str())) { (mark(row.tone)) (first) } }
            }
            @for cell in rest { td { (text(cell.as_str())) } }
        }
    }
}

/// A sign beside the word, so that no fact is told by colour alone (WCAG 2.2, 1.4.1).
fn mark(tone: Tone) -> Markup {
    let sign = match tone {
        Tone::Plain => return markup! {},
        Tone::Good => "✓",
        Tone::Warning => "!",
        Tone::Bad => "✗",
    };
    markup! { span aria-hidden="true" { (sign) } " " }
}

/// Text in which what was masked can be told from the rest.
fn text(text: &str) -> Markup {
    const OPENING: &str = "[masked, ";
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, from)) = rest.find(OPENING).and_then(|start| rest.split_at_checked(start)) {
        let Some((marker, after)) = from.find(']').and_then(|end| from.split_at_checked(end.saturating_add(1))) else {
            break;
        };
        pieces.push((before, marker));
        rest = after;
    }
    markup! {
        @for (before, marker) in &pieces { (before) span.masked { (marker) } }
        (rest)
    }
}

fn excerpt_markup(excerpt: &Excerpt) -> Markup {
    let span = excerpt.span();
    let lines: Vec<String> =
        excerpt.lines().map(|(offset, hex, visible)| format!("{offset:08x}  {hex:<47}  {visible}\n")).collect();
    markup! {
        figure {
            figcaption { (excerpt.title()) ", octets " (span.start) " to " (span.end) " of " (span.buffer.as_str()) }
            pre tabindex="0" { (lines.concat()) }
        }
    }
}

fn closing(document: &Document) -> Markup {
    markup! {
        footer {
            h2 { "About this report" }
            p { (document.redaction.sentence()) "." }
            @if !document.masked.is_empty() {
                ul { @for (kind, count) in &document.masked { li { (kind.words(*count)) } } }
            }
            @if document.redaction == Redaction::Full {
                p.warning { strong { "Do not send this report to anybody who may not read the message." } }
            }
        }
    }
}
