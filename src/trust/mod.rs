//! Who trusts whom: anchors, parties and their fallback.
