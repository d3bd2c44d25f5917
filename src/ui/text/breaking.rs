//! The ways to break a message: their names, what they show, and what was done to a copy.

use super::{grouped, minute, plain};
use crate::workspace::breaking::{Breakage, Change};

/// The button, wherever it stands.
pub const BUTTON: &str = "Break it…";
/// What happens to the original.
pub const EXPLANATION: &str =
    "A copy is broken in exactly one way and judged at once. The original stays as it is, and nothing is sent.";
/// While nothing is known of the message.
pub const NOT_RUN: &str = "The message has not been processed yet";

/// Of a message that was not made.
pub const NOT_SENT: &str = "Nothing was sent, so there is nothing to break";

/// Over the ways.
#[must_use]
pub fn heading(original: &str) -> String {
    format!("Break a copy of “{}”", super::elided(&plain(original), 48))
}

/// Why a way is not open.
#[must_use]
pub fn impossible(why: &str) -> String {
    format!("Not possible here: {}", crate::finding::after_colon(why))
}

/// The name of a way.
#[must_use]
pub const fn name(breakage: Breakage) -> &'static str {
    match breakage {
        Breakage::FlipContent => "Change the content",
        Breakage::FlipSignature => "Change the signature",
        Breakage::FlipCiphertext => "Change the ciphertext",
        Breakage::DropSignature => "Drop the signature",
        Breakage::SwapCertificate => "Swap the certificate",
        Breakage::SwapSigner => "Sign as somebody else",
        Breakage::Expire => "Let the certificate expire",
        Breakage::RemoveKey => "Take a recipient's key away",
    }
}

/// What it does and what it teaches.
#[must_use]
pub const fn lesson(breakage: Breakage) -> &'static str {
    match breakage {
        Breakage::FlipContent => "One octet of the text is another, as if somebody altered it after it was signed",
        Breakage::FlipSignature => "One octet of the signature is another; the content and its digest stay",
        Breakage::FlipCiphertext => "One octet is altered on the way, by somebody who cannot read the message",
        Breakage::DropSignature => "The content is encrypted without its signature, as anybody could do it",
        Breakage::SwapCertificate => "The signature stays, but somebody else's certificate is beside it",
        Breakage::SwapSigner => "Another person of this workspace signs the same content",
        Breakage::Expire => "The copy is judged on the day after the signer's certificate has ended",
        Breakage::RemoveKey => "The copy is judged as if a recipient's private key were lost",
    }
}

/// What a copy is called.
#[must_use]
pub fn copy_name(original: &str, breakage: Breakage) -> String {
    let what = match breakage {
        Breakage::FlipContent => "content changed",
        Breakage::FlipSignature => "signature changed",
        Breakage::FlipCiphertext => "ciphertext changed",
        Breakage::DropSignature => "signature dropped",
        Breakage::SwapCertificate => "certificate swapped",
        Breakage::SwapSigner => "signed as somebody else",
        Breakage::Expire => "certificate expired",
        Breakage::RemoveKey => "key taken away",
    };
    format!("{original}, {what}")
}

/// What was done to a copy and where to look, in one sentence.
#[must_use]
pub fn about(original: &str, breakage: Breakage, change: &Change, left_out: usize) -> String {
    let step = breakage.shows_in().title();
    let done = match (change, breakage) {
        (Change::Octet { at, was, is }, Breakage::FlipSignature) => octet("signature", *at, *was, *is),
        (Change::Octet { at, was, is }, Breakage::FlipCiphertext) => octet("ciphertext", *at, *was, *is),
        (Change::Octet { at, was, is }, _) => octet("signed content", *at, *was, *is),
        (Change::SignatureDropped, _) => "the content was encrypted without its signature".to_owned(),
        (Change::CertificateSwapped { was, is }, _) => {
            format!("the certificate {} is in the place of {}", plain(&is.common_name()), plain(&was.common_name()))
        }
        (Change::SignerSwapped(is), _) => format!("the key of {} made the signature", plain(&is.common_name())),
        (Change::Time(at), _) => format!("certificates are judged at {}", minute(*at)),
        (Change::Keys(party), _) => format!("the private keys of {} are held for lost", plain(&party.to_string())),
    };
    let left_out = match left_out {
        0 => String::new(),
        1 => ", and for one recipient, whose certificate is not known here, it is not encrypted".to_owned(),
        many => format!(", and for {many} recipients, whose certificates are not known here, it is not encrypted"),
    };
    format!("A copy of “{original}” in which {done}{left_out}; look at {step}")
}

fn octet(part: &str, at: usize, was: u8, is: u8) -> String {
    format!("octet {} of the {part} is {is:02x} instead of {was:02x}", grouped(at))
}
