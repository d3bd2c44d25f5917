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
            STRUCTURAL.contains(&problem.name()) && !matches!(problem, ParameterProblem::Surplus(_))
                || matches!(problem, ParameterProblem::Surplus(name) if name == "boundary")
                    && list.param("boundary").is_some_and(is_doubtful_boundary)
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

/// `=`, `:` or `?` without quotation marks is common and read alike by all; a blank, comment or quotation mark is not.
fn is_doubtful_boundary(boundary: &str) -> bool {
    boundary.is_empty() || boundary.contains([' ', '\t', '(', ')', '"'])
}
