//! The workspace's folders, and file names that any address or certificate name can become and come back from.
//!
//! A name that is safe on every file system stands as it is. Everything else is percent-encoded octet by octet: path
//! separators, a leading dot, upper case (`Bob@d` and `bob@d` are two parties, but one file where case is ignored),
//! Windows' reserved names, and octets outside ASCII (which some file systems normalise).

use std::path::{Path, PathBuf};

use openssl::sha::sha256;

/// Octets of an encoded name. File systems allow 255; the extension and a temporary's prefix need the rest.
const NAME_OCTETS: usize = 200;
/// Octets of an over-long name that stay readable before its digest.
const PREFIX_OCTETS: usize = 120;
/// Marks a name cut to length; `%~` is no percent-encoding, so no short name looks like it.
const CUT_MARK: &str = "%~";
/// File names that Windows keeps for devices, whatever the extension.
const RESERVED: [&str; 22] = [
    "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con", "lpt1", "lpt2", "lpt3",
    "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn",
];

/// Settings, in the workspace folder.
pub const SETTINGS_FILE: &str = "workspace.toml";
/// Folder of the parties.
pub const PARTIES: &str = "parties";
/// Folder of CA certificates that are known and not trusted.
pub const AUTHORITIES: &str = "authorities";
/// Folder of revocation lists.
pub const CRLS: &str = "crls";
/// Folder of envelopes.
pub const MESSAGES: &str = "messages";
/// Folder of kept results.
pub const OUTCOMES: &str = "outcomes";
/// Folder of what was changed when the format was brought up to date, as it was.
pub const BACKUP: &str = "backup";
/// In a party's folder: encrypted PKCS#12 files.
pub const KEYS: &str = "keys";
/// In a party's folder: certificates.
pub const CERTIFICATES: &str = "certificates";
/// In a party's folder: anchors for mail that comes in.
pub const ANCHORS_INCOMING: &str = "anchors/incoming";
/// In a party's folder: anchors for mail that goes out.
pub const ANCHORS_OUTGOING: &str = "anchors/outgoing";
/// In the folder of a party whose name was cut to length: the whole name.
pub const FULL_NAME_FILE: &str = "name.txt";

/// A name as a file name. Short names come back from [`decode_name`]; over-long ones are cut and carry a digest.
#[must_use]
pub fn encode_name(name: &str) -> String {
    let encoded = encode_whole(name);
    if encoded.len() <= NAME_OCTETS {
        return encoded;
    }
    let digest = sha256(name.as_bytes());
    let mut cut = String::with_capacity(NAME_OCTETS);
    cut.extend(encoded.chars().take(PREFIX_OCTETS));
    cut.push_str(CUT_MARK);
    cut.extend(digest.iter().map(|octet| format!("{octet:02x}")));
    cut
}

fn encode_whole(name: &str) -> String {
    let device = is_device(name);
    let last = name.len().saturating_sub(1);
    let mut encoded = String::with_capacity(name.len());
    for (at, octet) in name.bytes().enumerate() {
        let awkward_place =
            (at == 0 && (device || matches!(octet, b'.' | b'-' | b'~'))) || (at == last && octet == b'.');
        if is_plain(octet) && !awkward_place {
            encoded.push(char::from(octet));
        } else {
            encoded.push_str(&format!("%{octet:02X}"));
        }
    }
    if encoded.is_empty() { "%".to_owned() } else { encoded }
}

const fn is_plain(octet: u8) -> bool {
    matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'@' | b'+' | b'=' | b'~')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    RESERVED.iter().any(|reserved| stem.eq_ignore_ascii_case(reserved))
}

/// Whether a file name stands for a longer name that lies in [`FULL_NAME_FILE`] beside the content.
#[must_use]
pub fn is_cut(file_name: &str) -> bool {
    file_name.contains(CUT_MARK)
}

/// The name that a file name stands for. A name put there by hand stands for itself; `None` where a percent sign is
/// not followed by two hexadecimal digits or the octets are no UTF-8.
#[must_use]
pub fn decode_name(file_name: &str) -> Option<String> {
    if file_name == "%" {
        return Some(String::new());
    }
    let mut octets = Vec::with_capacity(file_name.len());
    let mut rest = file_name.as_bytes();
    while let Some((&octet, after)) = rest.split_first() {
        if octet != b'%' {
            octets.push(octet);
            rest = after;
            continue;
        }
        let (digits, after) = after.split_at_checked(2)?;
        let value = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
        octets.push(u8::from_str_radix(value, 16).ok()?);
        rest = after;
    }
    String::from_utf8(octets).ok()
}

/// A short readable name for a file, from a certificate's common name or a file's name: `Demo Root CA` → `demo-root-ca`.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars().take(64) {
        match character.to_ascii_lowercase() {
            plain @ ('a'..='z' | '0'..='9' | '.' | '_' | '@' | '+') => slug.push(plain),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let trimmed = slug.trim_matches(['-', '.']);
    if trimmed.is_empty() { "unnamed".to_owned() } else { trimmed.to_owned() }
}

/// The file of a named thing in a folder.
#[must_use]
pub fn file_in(folder: &Path, name: &str, extension: &str) -> PathBuf {
    folder.join(format!("{}.{extension}", encode_name(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_address_stands_as_it_is() {
        assert_eq!(encode_name("bob+billing@direct.b.example"), "bob+billing@direct.b.example");
    }

    #[test]
    fn hostile_and_reserved_names_stay_inside_the_folder_and_come_back() {
        let names = [
            "\"../../etc/passwd\"@d.example",
            "..",
            ".",
            ".hidden@d.example",
            "Bob@d.example",
            "\"a b\\\"c\"@d.example",
            "con",
            "aux.example",
            "LPT1.example",
            "C:\\x@d",
            "100%@d.example",
            "用户@例え.example",
            "ends.with.dot.",
            "-rf@d.example",
            "nul\0@d",
            "",
        ];
        for name in names {
            let encoded = encode_name(name);
            assert!(!encoded.contains(['/', '\\', '\0', ' ', ':', '"']), "{name:?} became {encoded:?}");
            assert!(!encoded.starts_with('.') && !encoded.is_empty(), "{name:?} became {encoded:?}");
            assert!(encoded.bytes().all(|octet| !octet.is_ascii_uppercase() || encoded.contains('%')));
            assert_eq!(decode_name(&encoded).as_deref(), Some(name), "{encoded}");
        }
    }

    #[test]
    fn addresses_that_differ_in_case_do_not_share_a_file_where_case_is_ignored() {
        assert_ne!(encode_name("Bob@d").to_lowercase(), encode_name("bob@d").to_lowercase());
    }

    #[test]
    fn a_long_name_is_cut_and_still_tells_two_apart() {
        let long = format!("{}@d.example", "Ä".repeat(200));
        let other = format!("{}@e.example", "Ä".repeat(200));
        assert!(encode_name(&long).len() <= NAME_OCTETS);
        assert_ne!(encode_name(&long), encode_name(&other));
        assert!(is_cut(&encode_name(&long)));
        assert_eq!(decode_name(&encode_name(&long)), None);
    }

    #[test]
    fn a_broken_percent_sign_is_not_a_name() {
        for broken in ["a%", "a%2", "a%zz", "a%+1", "%ff"] {
            assert_eq!(decode_name(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_slug_is_readable_and_never_empty() {
        assert_eq!(slug("DEMO Root CA (2026)"), "demo-root-ca-2026");
        assert_eq!(slug("../../"), "unnamed");
        assert_eq!(slug("用户"), "unnamed");
        assert_eq!(encode_name(&slug("alice@a.example")), "alice@a.example");
    }
}
