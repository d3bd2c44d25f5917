//! Certificates, keys, paths and revocation (RFC 5280, 7292).
