//! The only door to OpenSSL functions that the safe crate lacks, and the only `unsafe` code.
