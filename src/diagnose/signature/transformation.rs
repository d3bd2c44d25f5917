//! What mail systems do to signed octets: the closed list, in the order in which it is tried.
//!
//! The order is the rule for ambiguity. Where two transformations give the same octets, nobody can say which of them
//! happened; the earlier one is named. The line ends at the end of a content, for instance, can be read as
//! [`Transformation::FinalLineEndAdded`] or as the shortest of footers, and are told as the former. What each one tries
//! is documented at the function in `undo` that bears its name.

use std::fmt;

macro_rules! transformations {
    ($($variant:ident $name:literal $happened:literal $who:literal $remedy:literal,)+) => {
        /// Something that a mail system did to the message after it was signed. The name says what *happened*.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Transformation {
            $(#[doc = concat!("`", $name, "`. ", $happened, ".")] $variant,)+
        }

        impl Transformation {
            /// Every transformation, in the order in which they are tried.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable kebab-case name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What happened to the message: a sentence without full stop.
            #[must_use]
            pub const fn happened(self) -> &'static str {
                match self { $(Self::$variant => $happened,)+ }
            }

            /// Which kind of system does that: a sentence without full stop.
            #[must_use]
            pub const fn who(self) -> &'static str {
                match self { $(Self::$variant => $who,)+ }
            }

            /// What the operator of such a system can do: a sentence without full stop.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)+ }
            }
        }
    };
}

transformations! {
    LineEndsLf "line-ends-lf"
        "The line ends were CRLF when the message was signed, and arrived as bare LF"
        "Systems on Unix that keep mail as local text files do that: delivery agents, content filters, and programs that read a message in text mode before they pass it on"
        "Let the system hand the message on as octets, or put CRLF back before it does",
    LineEndsCrlf "line-ends-crlf"
        "The line ends were bare LF when the message was signed, and arrived as CRLF"
        "Every mail server does that to bare LF; the fault lies with the sender's agent, which signed its local text form instead of the CRLF form that RFC 8551 §3.1.1 demands"
        "Let the sender's agent make all line ends CRLF before it signs",
    FinalLineEndAdded "final-line-end-added"
        "A line end was added after the last line"
        "Mail servers that complete an unfinished last line do that, and programs that build the multipart with one line end too many before its delimiter"
        "Let the sender's agent end the content with a line end before it signs, and the system on the way add none",
    FinalLineEndRemoved "final-line-end-removed"
        "The line end after the last line was removed"
        "Programs that strip the text that they store do that, and signers that count the line end of the delimiter as content (RFC 2046 §5.1.1 says that it is the delimiter's)"
        "Let the system keep line ends at the end of a part; if nothing on the way removes it, the sender's agent signs one line end too many",
    BareCr "bare-cr"
        "Line ends were mixed up with bare CR: one was added, removed or made a line end"
        "Programs that translate line ends twice, so that CRLF becomes CR CR LF, do that, and servers that repair a CR that stands alone"
        "Let the system handle messages as octets; the sender's agent should not sign a CR that stands alone",
    TrailingBlanksStripped "trailing-blanks-stripped"
        "Blanks at the ends of lines were removed"
        "Content filters, editors and gateways to systems with lines of fixed length do that"
        "Let the sender's agent encode the text (quoted-printable or base64) before it signs, as RFC 8551 §3.1.3 advises",
    HeaderSpace "header-space"
        "The blanks after the colon of a header field were changed"
        "Programs that take a message apart and write its header anew do that: gateways, virus scanners, archives"
        "Let the system pass the header of signed parts on as it is",
    FoldWhitespace "fold-whitespace"
        "In folded header lines, tabs and spaces were exchanged"
        "Programs that fold header fields anew do that: some fold with a tab, some with a space"
        "Let the system pass the header of signed parts on as it is",
    HeaderRefolded "header-refolded"
        "A header field was written anew: its lines were folded, joined or broken at other places, or its parameters quoted otherwise"
        "Programs that take a message apart and write it anew do that: JavaMail re-serialises the header of every part that it touches, and so do gateways, virus scanners and archives"
        "Let the system pass the header of signed parts on as it is",
    HeaderCase "header-case"
        "Upper and lower case were changed in a header field"
        "Programs that keep header fields by name and write them anew do that"
        "Let the system pass the header of signed parts on as it is",
    HeaderOrder "header-order"
        "The header fields, or the parameters of one, came in another order"
        "Programs that keep header fields in a table and write them anew do that"
        "Let the system pass the header of signed parts on as it is",
    FromEscaped "from-escaped"
        "Lines that start with the word From and a space were escaped"
        "Programs that keep mail in mbox files do that: the line would else begin a new message there"
        "Let the system keep mail as single files (Maildir), or let the sender's agent encode such lines before it signs",
    DotStuffed "dot-stuffed"
        "Dots at the starts of lines were doubled"
        "A mail server or filter that does not undo the dot-stuffing of SMTP (RFC 5321 §4.5.2), or one that does it twice, does that"
        "Correct the program that reads or writes SMTP without its library",
    DotUnstuffed "dot-unstuffed"
        "Dots at the starts of lines were removed"
        "A mail server or filter that does not dot-stuff what it sends (RFC 5321 §4.5.2), or one that undoes it twice, does that"
        "Correct the program that reads or writes SMTP without its library",
    BomAdded "bom-added"
        "A byte order mark was added before a text"
        "Programs that save text with the tools of Windows or .NET do that"
        "Let the system write text without a byte order mark, or better, not write it anew",
    SoftBreaks "soft-breaks"
        "Quoted-printable text was broken into lines at other places"
        "Programs that decode a part and encode it again do that: gateways, virus scanners, disclaimers"
        "Let the system leave signed parts encoded as they are",
    Base64Rewrapped "base64-rewrapped"
        "Base64 was written in lines of another length"
        "Programs that decode a part and encode it again do that: gateways, virus scanners, archives"
        "Let the system leave signed parts encoded as they are",
    BoundaryIncluded "boundary-included"
        "The digest was made with a delimiter line of the multipart as part of the content"
        "Programs that cut a multipart at the wrong place do that; RFC 2046 §5.1.1 says which octets belong to a part"
        "Let the sender's agent sign exactly the first part, without the delimiters around it",
    PreambleIncluded "preamble-included"
        "The text before the first part of a multipart was counted as content, or changed, by one side"
        "Programs that sign the body of a multipart from its start do that, and programs that write a multipart anew and drop or add its preamble"
        "Let the sender's agent sign the first part only, and the system on the way keep what stands before inner parts",
    EpilogueIncluded "epilogue-included"
        "The text after the last part of a multipart was counted as content, or changed, by one side"
        "Programs that sign to the end of a multipart do that, and programs that write a multipart anew and drop or add its epilogue"
        "Let the sender's agent sign the first part only, and the system on the way keep what stands after inner parts",
    FooterAdded "footer-added"
        "Text was put before or after the message, or a part was added"
        "Mailing lists, virus scanners and systems that put a disclaimer or a warning into every message do that"
        "Exempt signed and encrypted mail from the footer, or add it before the sender's agent signs",
    LinesBroken "lines-broken"
        "Long lines were broken"
        "Mail servers do that to lines longer than the 998 octets of RFC 5322 §2.1.1, and gateways that wrap text"
        "Let the sender's agent encode long lines (quoted-printable or base64) before it signs",
    TransferEncodingChanged "transfer-encoding-changed"
        "The transfer encoding of a part was changed"
        "Mail servers do that when the next one does not take 8-bit text (RFC 6152), and gateways that decode every part"
        "Let the sender's agent make everything 7-bit before it signs, as RFC 8551 §3.1.3 demands",
    CharsetRecoded "charset-recoded"
        "The text was converted to another character set, or labelled with one"
        "Gateways to groupware, archives and virus scanners that keep all text in one character set do that"
        "Let the system leave signed parts as they are, or let the sender's agent encode them as base64",
    UnicodeNormalised "unicode-normalised"
        "Accented letters were put together or taken apart (Unicode normalisation)"
        "Systems that pass text through a database or a file system that normalises Unicode do that"
        "Let the system leave signed parts as they are, or let the sender's agent encode them as base64",
}

impl fmt::Display for Transformation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Transformation {
    /// Whether the one is the other undone, or a part of it, so that the pair says nothing.
    pub(super) const fn pairs_with(self, other: Self) -> bool {
        !matches!(
            (self, other),
            (Self::LineEndsLf, Self::LineEndsCrlf)
                | (Self::LineEndsCrlf, Self::LineEndsLf)
                | (Self::FinalLineEndAdded, Self::FinalLineEndRemoved)
                | (Self::FinalLineEndRemoved, Self::FinalLineEndAdded)
                | (Self::DotStuffed, Self::DotUnstuffed)
                | (Self::DotUnstuffed, Self::DotStuffed)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_closed_and_its_sentences_end_without_a_full_stop() {
        let mut names: Vec<&str> = Transformation::ALL.iter().map(|one| one.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 25);
        for one in Transformation::ALL {
            for sentence in [one.happened(), one.who(), one.remedy()] {
                assert!(!sentence.is_empty() && !sentence.ends_with('.'), "{one}: {sentence}");
            }
        }
    }
}
