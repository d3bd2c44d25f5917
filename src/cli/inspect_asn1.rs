//! Every value of a structure as a list, in the columns of `openssl asn1parse`.

use super::console::{Console, Tone};
use super::error::CliError;
use crate::finding::counted;
use crate::smime::{Dissection, Field};

/// Prints the list, then where it broke off and what follows it.
pub(super) fn print(dissection: &Dissection, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    for (index, field) in dissection.fields.iter().enumerate() {
        console.line(&line(dissection, index, field))?;
    }
    if let Some(error) = dissection.error {
        console.toned("", Tone::Bad, "Broken off", &format!(": {error}"))?;
    }
    if !dissection.trailing.is_empty() {
        let (count, at) = (counted(dissection.trailing.len(), "octet"), dissection.trailing.start);
        console.toned("", Tone::Warning, "After the end", &format!(": {count} from octet {at} on"))?;
    }
    Ok(())
}

fn line(dissection: &Dissection, index: usize, field: &Field) -> String {
    let line = &field.line;
    let length = match line.indefinite {
        true => "inf".to_owned(),
        false => line.range().len().saturating_sub(line.header_length()).to_string(),
    };
    let form = if line.constructed { "cons" } else { "prim" };
    let (start, depth, header) = (line.range().start, line.depth(), line.header_length());
    let indent = "  ".repeat(line.depth().min(40));
    let value = line.value.as_ref().filter(|value| !value.is_empty()).map(|value| format!(": {value}"));
    let mut text = format!(
        "{start:>7}:d={depth:<2} hl={header} l={length:>6} {form}: {indent}{}{}",
        line.kind(),
        value.unwrap_or_default()
    );
    let path = dissection.path(index);
    let name = field.name.as_ref().map(|name| name.label()).filter(|_| path.is_empty());
    let name = name.as_deref().unwrap_or(&path);
    let meaning = field.meaning.as_ref().filter(|meaning| Some(*meaning) != line.value.as_ref());
    match (name, meaning) {
        ("", None) => {}
        ("", Some(meaning)) => text.push_str(&format!("  -- {meaning}")),
        (name, None) => text.push_str(&format!("  -- {name}")),
        (name, Some(meaning)) => text.push_str(&format!("  -- {name}: {meaning}")),
    }
    text
}
