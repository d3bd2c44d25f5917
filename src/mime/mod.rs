//! MIME entities as spans of one immutable buffer (RFC 2045, 2046, 1847).
