//! A report as CommonMark with tables.
//!
//! Whatever comes from a run is escaped, so that no certificate and no message can put a heading, a link or a piece of
//! HTML into a ticket.

use super::document::{Block, Document, Part, Section, Table};
use super::mask::Redaction;
use super::octets::Excerpt;
use super::shown::Shown;

/// The report as text that ends in a line end.
#[must_use]
pub fn markdown(document: &Document) -> String {
    let mut text = String::new();
    let several = document.parts.len() > 1;
    if several {
        text.push_str(&format!("# Sealscope report on {} messages\n\n", document.parts.len()));
    }
    for (number, part) in document.parts.iter().enumerate() {
        let before = if several { format!("## Message {}: ", number.saturating_add(1)) } else { "# ".to_owned() };
        part_text(part, &before, if several { "###" } else { "##" }, &mut text);
    }
    closing(document, &mut text);
    text
}

fn part_text(part: &Part, before: &str, level: &str, text: &mut String) {
    text.push_str(&format!("{before}{}\n\n", part.word));
    let code = part.code.map(|code| format!(" (`{code}`)")).unwrap_or_default();
    text.push_str(&format!("{}{code}\n\n", leading(&part.sentence)));
    for section in &part.sections {
        section_text(section, level, text);
    }
}

fn section_text(section: &Section, level: &str, text: &mut String) {
    text.push_str(&format!("{level} {}\n\n", section.title));
    for block in &section.blocks {
        match block {
            Block::Sentence(sentence) => text.push_str(&format!("{}\n\n", leading(sentence))),
            Block::Command(command) => text.push_str(&format!("```sh\n{}\n```\n\n", command.as_str())),
            Block::List(list) => {
                list.iter().for_each(|item| text.push_str(&format!("- {}\n", leading(item))));
                text.push('\n');
            }
            Block::Facts(facts) => {
                facts.iter().for_each(|(name, value)| text.push_str(&format!("- **{name}**: {}\n", escaped(value))));
                text.push('\n');
            }
            Block::Table(table) => table_text(table, text),
            Block::Octets(excerpt) => excerpt_text(excerpt, text),
        }
    }
}

fn table_text(table: &Table, text: &mut String) {
    text.push_str(&format!("**{}**\n\n| {} |\n|", escaped(&table.caption), table.columns.join(" | ")));
    text.push_str(&" --- |".repeat(table.columns.len()));
    text.push('\n');
    for row in &table.rows {
        let cells: Vec<String> = row.cells.iter().map(escaped).collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text.push('\n');
}

fn excerpt_text(excerpt: &Excerpt, text: &mut String) {
    let span = excerpt.span();
    text.push_str(&format!(
        "**{}**, octets {} to {} of {}\n\n```text\n",
        excerpt.title(),
        span.start,
        span.end,
        span.buffer
    ));
    for (offset, hex, visible) in excerpt.lines() {
        text.push_str(&format!("{offset:08x}  {hex:<47}  {visible}\n"));
    }
    text.push_str("```\n\n");
}

fn closing(document: &Document, text: &mut String) {
    text.push_str(&format!("## About this report\n\n{}.\n\n", document.redaction.sentence()));
    for (kind, count) in &document.masked {
        text.push_str(&format!("- {}\n", kind.words(*count)));
    }
    if !document.masked.is_empty() {
        text.push('\n');
    }
    if document.redaction == Redaction::Full {
        text.push_str("**Do not send this report to anybody who may not read the message.**\n\n");
    }
    text.push_str(&format!("Made by {}\n", escaped(&document.program)));
}

/// Text at the start of a block, where a dash or a number would begin a list.
fn leading(shown: &Shown) -> String {
    let text = escaped(shown);
    let digits = text.len().saturating_sub(text.trim_start_matches(|one: char| one.is_ascii_digit()).len());
    match text.get(digits..).and_then(|rest| rest.chars().next()) {
        Some('.' | ')') if digits > 0 => {
            format!("{}\\{}", text.get(..digits).unwrap_or_default(), text.get(digits..).unwrap_or_default())
        }
        Some('-' | '+' | '=') if digits == 0 => format!("\\{text}"),
        _ => text,
    }
}

/// Text with everything escaped that CommonMark, its tables or the usual extensions give a meaning.
fn escaped(shown: &Shown) -> String {
    let text = shown.as_str();
    let mut told = String::with_capacity(text.len());
    for (place, character) in text.char_indices() {
        let rest = text.get(place..).unwrap_or_default();
        // A bare address of a page becomes a link in tickets, without any brackets.
        let begins_link =
            rest.starts_with("://") || rest.starts_with(".") && text.get(..place).unwrap_or_default().ends_with("www");
        if "\\`*_{}[]<>#|~&!@$^".contains(character) || begins_link {
            told.push('\\');
        }
        told.push(character);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_markdown_gives_a_meaning_comes_through() {
        let rows = [
            ("# a [b](http://c) | <img>", "\\# a \\[b\\](http\\://c) \\| \\<img\\>"),
            ("- a", "\\- a"),
            ("1. a", "1\\. a"),
            ("12) a", "12\\) a"),
            ("2026-01-02", "2026-01-02"),
            ("www.a.example", "www\\.a.example"),
            ("a@b.example", "a\\@b.example"),
            ("`a` **b** &amp; \\", "\\`a\\` \\*\\*b\\*\\* \\&amp; \\\\"),
        ];
        for (text, told) in rows {
            assert_eq!(leading(&Shown::pass(text)), told);
        }
    }
}
