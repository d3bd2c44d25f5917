//! S/MIME layers, one verb a file (RFC 5652, 8551).
