//! BER and DER as a tree of octet spans (X.690).
