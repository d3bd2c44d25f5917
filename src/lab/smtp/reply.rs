//! Replies: a code, an enhanced code and words (RFC 5321 §4.2, RFC 3463).

/// One reply of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    enhanced: &'static str,
    text: String,
}

impl Reply {
    pub(super) fn new(code: u16, enhanced: &'static str, text: impl Into<String>) -> Self {
        Self { code, enhanced, text: text.into() }
    }

    /// The line as it is sent. What is not printable ASCII becomes `?`: a reply has no other characters.
    pub(super) fn line(&self) -> String {
        let text: String =
            self.text.chars().map(|found| if matches!(found, ' '..='~') { found } else { '?' }).collect();
        let blank = if self.enhanced.is_empty() { "" } else { " " };
        format!("{} {}{blank}{text}\r\n", self.code, self.enhanced)
    }

    /// Whether the client did something that it should not have done.
    pub(super) const fn is_refusal(&self) -> bool {
        self.code >= 500
    }
}
