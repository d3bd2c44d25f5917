//! Enciphering and deciphering to the end of a vector, into room that nothing has filled before.

use std::ffi::c_int;

use foreign_types::ForeignTypeRef as _;
use openssl::cipher_ctx::CipherCtxRef;
use openssl::error::ErrorStack;

use super::succeeded;

/// How much more may come out than goes in: OpenSSL's largest block (`EVP_MAX_BLOCK_LENGTH`). A key wrap adds 16 at most.
pub const ROOM_BEYOND: usize = 32;

/// Octets at a time: a length that OpenSSL's `int` holds.
const MOST: usize = 1 << 30;

/// What `cipher_update_vec` of the openssl crate does. That one fills the room with zeros first, which for megabytes means
/// to wait for memory once more.
///
/// # Errors
/// What OpenSSL says, such as that a tag does not fit. `output` then ends where the failure was.
pub fn cipher_append(context: &mut CipherCtxRef, input: &[u8], output: &mut Vec<u8>) -> Result<(), ErrorStack> {
    for piece in input.chunks(MOST) {
        output.reserve(piece.len().saturating_add(ROOM_BEYOND));
        let mut written: c_int = 0;
        let length = c_int::try_from(piece.len()).unwrap_or(c_int::MAX);
        // SAFETY: the context lives and is borrowed alone. `length` octets are read from `piece`, which has as many. What
        // is written behind what `output` holds are at most that many and a block (EVP_EncryptInit(3)), or what a key wrap
        // adds, and for those there is room. The two do not overlap, since `output` is borrowed alone.
        succeeded(unsafe {
            let end = output.as_mut_ptr().add(output.len());
            openssl_sys::EVP_CipherUpdate(context.as_ptr(), end, &raw mut written, piece.as_ptr(), length)
        })?;
        let added = usize::try_from(written).unwrap_or_default();
        // SAFETY: OpenSSL has written that many octets there, within the capacity.
        unsafe { output.set_len(output.len().saturating_add(added)) };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use openssl::cipher::Cipher;
    use openssl::cipher_ctx::CipherCtx;

    use super::*;

    /// Both directions, piece by piece, beside the crate's own.
    #[test]
    fn what_is_appended_is_what_the_crate_gives() {
        for (cipher, vector) in [(Cipher::aes_256_cbc(), 16), (Cipher::aes_256_gcm(), 12), (Cipher::des_ede3_cbc(), 8)]
        {
            let key = vec![7; cipher.key_length()];
            let content: Vec<u8> = (0..5_000_u32).map(|number| number.to_le_bytes()[0]).collect();
            let run = |encrypting: bool, content: &[u8], piece: usize, ours: bool| {
                let mut context = CipherCtx::new().unwrap();
                match encrypting {
                    true => context.encrypt_init(Some(cipher), Some(&key), Some(&vec![1; vector])).unwrap(),
                    false => context.decrypt_init(Some(cipher), Some(&key), Some(&vec![1; vector])).unwrap(),
                }
                let mut output = b"before".to_vec();
                output.shrink_to_fit();
                for piece in content.chunks(piece) {
                    match ours {
                        true => cipher_append(&mut context, piece, &mut output).unwrap(),
                        false => drop(context.cipher_update_vec(piece, &mut output).unwrap()),
                    }
                }
                // Without its tag a text in GCM ends in an error, behind all that was deciphered.
                let _ = context.cipher_final_vec(&mut output);
                output.split_off(6)
            };
            for piece in [1, 7, 16, 4_096, 5_000] {
                let enciphered = run(true, &content, piece, true);
                assert_eq!(enciphered, run(true, &content, piece, false));
                assert_eq!(run(false, &enciphered, piece, true).get(..content.len()), Some(content.as_slice()));
            }
        }
        drop(ErrorStack::get());
    }
}
