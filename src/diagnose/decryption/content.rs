//! A content key that came out, and a content that did not: altered ciphertext, told by what follows.

use crate::finding::counted;
use crate::smime::{ContentCipher, ContentError, EnvelopedData};

/// What is wrong with the content, and the proof where it is plain without a key.
pub(super) fn explain(data: &EnvelopedData, error: &ContentError) -> (Vec<String>, Option<String>) {
    let (cipher, length) = (&data.cipher, data.ciphertext_length());
    let opened = format!(
        "The key for the content was recovered, so the message was encrypted for a key held here, but the {} of {cipher} \
         ciphertext do not decrypt with it",
        counted(length, "octet")
    );
    match error {
        ContentError::Unsupported(algorithm) => {
            (vec![format!("The content is encrypted with {algorithm}, which cannot be decrypted here")], None)
        }
        _ if cipher.is_authenticated() => (
            vec![
                opened,
                format!(
                    "{cipher} protects the ciphertext with a tag, and the tag does not fit: the ciphertext, its nonce, the \
                     attributes beside it or the tag itself is not what the sender's agent made"
                ),
            ],
            None,
        ),
        _ => match block(cipher).filter(|block| length.checked_rem(*block) != Some(0)) {
            Some(block) => {
                let cut = format!(
                    "The ciphertext has {}, which is no whole number of blocks of {block}: it was cut off, or octets were \
                     put in",
                    counted(length, "octet")
                );
                (vec![opened, cut.clone()], Some(cut))
            }
            None => (
                vec![
                    opened,
                    format!(
                        "What comes out is no message, which {cipher} notices by its end and its beginning alone: the first \
                         or the last blocks were altered on the way, or the sender's agent encrypted something else"
                    ),
                ],
                None,
            ),
        },
    }
}

/// What would change the answer.
pub(super) fn advice(data: &EnvelopedData) -> String {
    let span = data.buffer().whole();
    format!(
        "Compare the {} of the encrypted part ({}) with the sender's copy, octet for octet, and look for a system on the \
         way that rewrites attachments",
        counted(span.len(), "octet"),
        span.buffer
    )
}

/// Octets of a block, of ciphers that encrypt whole blocks alone.
pub(super) const fn block(cipher: &ContentCipher) -> Option<usize> {
    match cipher {
        ContentCipher::Aes128Cbc | ContentCipher::Aes192Cbc | ContentCipher::Aes256Cbc => Some(16),
        ContentCipher::TripleDesCbc | ContentCipher::Rc2Cbc { .. } => Some(8),
        _ => None,
    }
}
