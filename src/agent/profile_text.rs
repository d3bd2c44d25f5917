//! The table of profiles as documentation.

use super::profile::{COMMON, Profile, ProfileName, ROWS};

const HEAD: &str = "\
# Profiles

A profile is a column of one table: it says what is demanded and what is tolerated, and nothing else in the program
depends on a profile's name. This page is that table; `sealscope profiles --markdown` writes it, and a test holds the two
equal.

";

const READING: &str = "
*Reported* leaves a finding and changes nothing; *required* rejects the message. A blind copy is such a rejection where
`routing` is required: the rule compares the envelope with the header, and is no one recipient's failure.

";

/// The table of profiles in Markdown: the text of docs/profiles.md.
#[must_use]
pub fn profiles_markdown() -> String {
    let profiles = ProfileName::ALL.map(Profile::named);
    let mut text = HEAD.to_owned();
    let names: Vec<String> = profiles.iter().map(|profile| format!("`{}`", profile.name)).collect();
    text.push_str(&line(&[&["rule".to_owned(), "clause".to_owned()], names.as_slice()].concat()));
    text.push_str(&line(&vec!["---".to_owned(); names.len().saturating_add(2)]));
    for row in ROWS {
        let mut cells = vec![format!("{} (`{}`)", row.about, row.name), row.clause.to_owned()];
        cells.extend(profiles.iter().map(|profile| row.value(profile)));
        text.push_str(&line(&cells));
    }
    text.push_str(READING);
    text.push_str("## The same under every profile\n\n");
    for rule in COMMON {
        text.push_str(&format!("- {} ({}).\n", rule.about, rule.clause));
    }
    text
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}
