//! RFC 5321 and 5322 words: address, envelope, header. No cryptography, no I/O.
