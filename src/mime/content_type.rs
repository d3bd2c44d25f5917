//! The Content-Type field (RFC 2045 §5), and what holds without one (§5.2, RFC 2046 §5.1.5).

use std::fmt;

use super::parameters::{ParameterList, ParameterProblem};

/// The parameters by which structure and protocol are decided: doubt about one is doubt about the message.
const STRUCTURAL: [&str; 4] = ["boundary", "protocol", "smime-type", "type"];

/// A media type with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    /// The type, lower case.
    pub media_type: String,
    /// The subtype, lower case.
    pub subtype: String,
    /// The parameters, names in lower case.
    pub params: Vec<(String, String)>,
    /// Whether two programs could read this differently: a structural parameter, or the field itself, is there twice or
    /// broken. What is signed cannot be said then.
    pub ambiguous: bool,
    /// What is doubtful about the parameters.
    pub problems: Vec<ParameterProblem>,
    /// Whether the field was there and had a type and a subtype.
    pub stated: bool,
}

impl ContentType {
    /// Reads a field value as it arrived; one without type and subtype is `text/plain` (RFC 2045 §5.2).
    #[must_use]
    pub fn parse(value: &[u8]) -> Self {
        let list = ParameterList::parse(value);
        let split = list.value.split_once('/');
        let (media_type, subtype) = match split {
            Some((media_type, subtype)) if is_token(media_type) && is_token(subtype) => {
                (media_type.to_owned(), subtype.to_owned())
            }
            _ => return Self { problems: list.problems, ..Self::text_plain() },
        };
        let doubtful = |problem: &ParameterProblem| {
            STRUCTURAL.contains(&problem.name()) && !matches!(problem, ParameterProblem::Unquoted(_))
        };
        let ambiguous = list.problems.iter().any(doubtful);
        Self { media_type, subtype, params: list.params, ambiguous, problems: list.problems, stated: true }
    }

    /// What holds where the field is missing.
    #[must_use]
    pub fn text_plain() -> Self {
        Self::unstated("text", "plain")
    }

    /// What holds where the field is missing inside `multipart/digest`.
    #[must_use]
    pub fn message_rfc822() -> Self {
        Self::unstated("message", "rfc822")
    }

    fn unstated(media_type: &str, subtype: &str) -> Self {
        Self {
            media_type: media_type.to_owned(),
            subtype: subtype.to_owned(),
            params: Vec::new(),
            ambiguous: false,
            problems: Vec::new(),
            stated: false,
        }
    }

    /// Whether this is that type; both in lower case.
    #[must_use]
    pub fn is(&self, media_type: &str, subtype: &str) -> bool {
        self.media_type == media_type && self.subtype == subtype
    }

    /// The value of a parameter; `name` in lower case.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether entities are inside: `multipart/*`, `message/rfc822` or `message/global`.
    #[must_use]
    pub fn is_composite(&self) -> bool {
        self.media_type == "multipart" || self.is_message()
    }

    /// Whether a whole message is inside.
    #[must_use]
    pub fn is_message(&self) -> bool {
        self.media_type == "message" && matches!(self.subtype.as_str(), "rfc822" | "global")
    }

    /// `type/subtype`, without parameters.
    #[must_use]
    pub fn essence(&self) -> String {
        format!("{}/{}", self.media_type, self.subtype)
    }
}

impl fmt::Display for ContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.media_type, self.subtype)
    }
}

/// RFC 2045 §5.1.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&octet))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boundary(value: &str) -> (Option<String>, bool) {
        let content_type = ContentType::parse(value.as_bytes());
        (content_type.param("boundary").map(str::to_owned), content_type.ambiguous)
    }

    #[test]
    fn types_and_parameters_are_read() {
        let read =
            ContentType::parse(b" Multipart/Signed; micalg=sha-256;\r\n\tProtocol=\"application/pkcs7-signature\";;");
        assert!(read.is("multipart", "signed"));
        assert_eq!(read.param("protocol"), Some("application/pkcs7-signature"));
        assert_eq!(read.param("micalg"), Some("sha-256"));
        assert!(!read.ambiguous && read.problems.is_empty() && read.stated);
        assert_eq!(read.to_string(), "multipart/signed");
    }

    #[test]
    fn boundaries_are_read_in_every_legal_form() {
        for (value, expected) in [
            ("multipart/mixed; boundary=b", "b"),
            ("multipart/mixed; boundary=\"b\"", "b"),
            ("multipart/mixed;\r\n boundary=\r\n \"b c\"", "b c"),
            ("multipart/mixed; boundary =\t b ; x=y", "b"),
            ("multipart/mixed (a;b) ; (c) boundary (d) = (e) \"b\" (f)", "b"),
            ("multipart/mixed; boundary=\"a\\\"b\\\\\"", "a\"b\\"),
            ("multipart/mixed; boundary=\"a;b\"; x=\"c\"", "a;b"),
            ("multipart/mixed; boundary=----=_Part_1", "----=_Part_1"),
            ("multipart/mixed; BOUNDARY=B", "B"),
            ("multipart/mixed; boundary*=us-ascii'en'a%3Bb", "a;b"),
            ("multipart/mixed; boundary*1=\"b\"; boundary*0=\"a\"", "ab"),
            ("multipart/mixed; boundary*0*=''a%3b; boundary*1=b; boundary*2*=%63", "a;bc"),
            ("multipart / mixed ; boundary=b", "b"),
            ("multipart/mixed; boundary=b; boundary*=''b", "b"),
        ] {
            assert_eq!(boundary(value), (Some(expected.to_owned()), false), "{value}");
        }
    }

    #[test]
    fn a_boundary_that_programs_read_differently_is_ambiguous() {
        for value in [
            "multipart/mixed; boundary=a; boundary=b",
            "multipart/mixed; boundary=a; boundary=a",
            "multipart/mixed; boundary=a; boundary*0=b",
            "multipart/mixed; boundary*0=a; boundary*0=b",
            "multipart/mixed; boundary*0=a; boundary*2=b",
            "multipart/mixed; boundary=\"a",
            "multipart/mixed; boundary=a b",
            "multipart/mixed; boundary=a(b)",
            "multipart/mixed; boundary=\"a\" b",
            "multipart/mixed; boundary=",
            "multipart/mixed; boundary=a\"b\"",
        ] {
            assert!(boundary(value).1, "{value}");
        }
    }

    #[test]
    fn doubt_about_other_parameters_is_noted_only() {
        let read = ContentType::parse("text/plain; name=a b.txt; name=c; x; charset=\"é".as_bytes());
        assert!(!read.ambiguous);
        assert_eq!(read.param("name"), Some("a b.txt"));
        let problems: Vec<String> = read.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 5, "{problems:?}");
    }

    #[test]
    fn what_is_no_type_is_text_plain() {
        for value in ["", "text", "/plain", "text/", "text/plain/x", "(text/plain)", "a b/c d;", "\u{e9}/x", ";;;"] {
            let read = ContentType::parse(value.as_bytes());
            assert_eq!(read.stated, value == "a b/c d;", "{value}");
            assert!(read.stated || read.is("text", "plain"), "{value}");
        }
    }

    #[test]
    fn encoded_names_are_decoded() {
        let read = ContentType::parse(
            b"application/x; name=plain.txt; name*0*=iso-8859-1'de'J%FCr; name*1=gen; filename*=utf-8''%e2%82%ac.txt; bad*=x'y'%zz%",
        );
        assert_eq!(read.param("name"), Some("Jürgen"));
        assert_eq!(read.param("filename"), Some("€.txt"));
        assert_eq!(read.param("bad"), Some("%zz%"));
    }

    #[test]
    fn hostile_values_take_linear_time() {
        let _ = ContentType::parse(&[b"a/b".to_vec(), b"(".repeat(500_000)].concat());
        let many = ContentType::parse(&[b"a/b".to_vec(), b";a=b".repeat(200_000)].concat());
        assert_eq!(many.params.len(), 1);
        let segments: String = (0..20_000).map(|number| format!(";a*{number}=x")).collect();
        let read = ContentType::parse(format!("a/b{segments}").as_bytes());
        assert_eq!(read.param("a").map(str::len), Some(1_000));
        let _ = ContentType::parse(&b"\"".repeat(100_000));
    }
}
