//! A report as `sealscope.report/1`.

use serde_json::{Value, json};

use super::document::{Block, Document, Part, Section, Table};
use super::octets::Excerpt;
use super::shown::Shown;
use crate::agent::span_json;

/// The report as one JSON object. Members may be added, never renamed.
#[must_use]
pub fn report_json(document: &Document) -> Value {
    let masked = document.masked.iter().map(|(kind, count)| json!({ "kind": kind.as_str(), "count": count }));
    json!({
        "schema": "sealscope.report/1",
        "program": document.program.as_str(),
        "redaction": document.redaction.as_str(),
        "masked": masked.collect::<Vec<_>>(),
        "parts": document.parts.iter().map(part_json).collect::<Vec<_>>(),
    })
}

fn part_json(part: &Part) -> Value {
    json!({
        "verdict": if part.code.is_none() { "accepted" } else { "rejected" },
        "code": part.code,
        "sentence": format!("{}: {}", part.word, part.sentence.as_str()),
        "sections": part.sections.iter().map(section_json).collect::<Vec<_>>(),
    })
}

fn section_json(section: &Section) -> Value {
    json!({
        "section": section.id,
        "title": section.title,
        "blocks": section.blocks.iter().map(block_json).collect::<Vec<_>>(),
    })
}

fn block_json(block: &Block) -> Value {
    match block {
        Block::Sentence(sentence) => json!({ "kind": "sentence", "text": sentence.as_str() }),
        Block::Command(command) => json!({ "kind": "command", "text": command.as_str() }),
        Block::List(list) => json!({ "kind": "list", "items": texts(list) }),
        Block::Facts(facts) => {
            let facts = facts.iter().map(|(name, value)| json!({ "name": name, "value": value.as_str() }));
            json!({ "kind": "facts", "facts": facts.collect::<Vec<_>>() })
        }
        Block::Table(table) => table_json(table),
        Block::Octets(excerpt) => excerpt_json(excerpt),
    }
}

fn table_json(table: &Table) -> Value {
    let rows = table.rows.iter().map(|row| json!({ "tone": row.tone.as_str(), "cells": texts(&row.cells) }));
    json!({
        "kind": "table",
        "caption": table.caption.as_str(),
        "columns": table.columns,
        "rows": rows.collect::<Vec<_>>(),
    })
}

fn excerpt_json(excerpt: &Excerpt) -> Value {
    let hex: Vec<String> = excerpt.lines().map(|(_, hex, _)| hex).collect();
    json!({
        "kind": "octets",
        "title": excerpt.title(),
        "span": span_json(excerpt.span()),
        "hex": hex.join(" "),
    })
}

fn texts(list: &[Shown]) -> Vec<&str> {
    list.iter().map(Shown::as_str).collect()
}
