//! CompressedData read over its octets, and expanded within bounds (RFC 3274).

use std::ops::Range;

use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

use super::cms::{CmsError, Fields, Trailing, check_extent, content_info, well_formed};
use super::signed_data::read_encapsulated;
use crate::asn1::{Oid, Tree, oid, tag};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::{LimitExceeded, Limits};
use crate::span::{Buffer, BufferName};

const VERSION: Rule = Rule::new("cms.compressed-data-version", "RFC 3274 §1.1");

/// A CompressedData with the place of its content.
#[derive(Clone, Debug)]
pub struct CompressedData {
    buffer: Buffer,
    /// The version it states.
    pub version: i64,
    /// How the content is compressed; zlib is the only way that has a name.
    pub algorithm: Oid,
    /// The type of the content.
    pub content_type: Oid,
    /// What was noticed while reading.
    pub findings: Vec<Finding>,
    content: Vec<Range<usize>>,
}

/// Why compressed content does not expand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// Not what zlib makes, or cut off.
    #[error("the compressed content cannot be expanded: it is damaged or cut off")]
    Damaged,
    /// It would become too large; nothing was judged.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// Another way than zlib.
    #[error("the content is compressed with {0}, which cannot be expanded here")]
    Unsupported(Oid),
}

impl CompressedData {
    /// Reads a ContentInfo that holds a CompressedData.
    ///
    /// # Errors
    /// [`CmsError`] when the octets are not one, or pass a cap.
    pub fn read(buffer: &Buffer, limits: &Limits) -> Result<Self, CmsError> {
        let tree = Tree::parse(buffer.octets(), limits);
        let (kind, content) = content_info(&tree, limits)?;
        if kind != oid::COMPRESSED_DATA {
            return Err(CmsError::WrongType { expected: "compressed-data", found: kind });
        }
        let mut ledger = Ledger::new();
        check_extent(&tree, buffer, Trailing::Report, &mut ledger)?;
        let mut fields = Fields::of(&content, "CompressedData")?;
        let version = fields.version()?;
        if version != 0 {
            let finding = Finding::new(VERSION, Severity::Warning, "The version of a CompressedData is 0");
            ledger.note(finding.values(version.to_string(), "0"));
        }
        let algorithm = fields.universal("compressionAlgorithm", tag::SEQUENCE)?;
        let name = algorithm.child(0).and_then(|field| field.oid());
        let encapsulated = fields.universal("encapContentInfo", tag::SEQUENCE)?;
        let (content_type, content) = read_encapsulated(&encapsulated)?;
        Ok(Self {
            buffer: buffer.clone(),
            version,
            algorithm: well_formed(name, "compressionAlgorithm", &algorithm)?,
            content_type,
            findings: ledger.into_findings(),
            content: well_formed(content, "eContent", &encapsulated)?,
        })
    }

    /// Number of octets of the compressed content.
    #[must_use]
    pub fn compressed_length(&self) -> usize {
        self.content.iter().map(ExactSizeIterator::len).sum()
    }

    /// The content. Memory stays within what the caps allow, whatever the content would become.
    ///
    /// # Errors
    /// [`ExpandError`]
    pub fn expand(&self, limits: &Limits) -> Result<Buffer, ExpandError> {
        if self.algorithm != oid::ZLIB_COMPRESS {
            return Err(ExpandError::Unsupported(self.algorithm.clone()));
        }
        let segments: Vec<&[u8]> = self.content.iter().map(|range| self.buffer.slice(range.clone())).collect();
        let compressed = segments.concat();
        let cap = limits.expanded_octets(compressed.len());
        match decompress_to_vec_zlib_with_limit(&compressed, cap) {
            Ok(octets) => Ok(Buffer::new(BufferName::Expanded, octets)),
            Err(error) if error.status == TINFLStatus::HasMoreOutput => {
                Limits::check("size of expanded content in octets", cap.saturating_add(1), cap)?;
                Err(ExpandError::Damaged)
            }
            Err(_) => Err(ExpandError::Damaged),
        }
    }
}

#[cfg(test)]
mod tests {
    use miniz_oxide::deflate::compress_to_vec_zlib;

    use super::*;
    use crate::asn1::der;

    fn compressed(algorithm: &str, zlib: &[u8]) -> CompressedData {
        let oid_der = |dotted: &str| der::oid(dotted).unwrap();
        let content = der::value(0xa0, &der::value(4, zlib));
        let data = der::sequence(&[
            &der::value(2, &[0]),
            &der::sequence(&[&oid_der(algorithm)]),
            &der::sequence(&[&oid_der(oid::DATA), &content]),
        ]);
        let info = der::sequence(&[&oid_der(oid::COMPRESSED_DATA), &der::value(0xa0, &data)]);
        CompressedData::read(&Buffer::new(BufferName::CompressedCms, info), &Limits::DEFAULT).unwrap()
    }

    #[test]
    fn what_was_compressed_expands() {
        let data = compressed(oid::ZLIB_COMPRESS, &compress_to_vec_zlib(b"Hello, hello, hello", 6));
        assert_eq!(data.expand(&Limits::DEFAULT).unwrap().octets(), b"Hello, hello, hello");
        assert!(data.findings.iter().all(|finding| finding.severity == Severity::Pass));
    }

    #[test]
    fn at_the_cap_content_expands_and_one_octet_above_it_does_not() {
        let limits = Limits { expansion_free: 1000, expansion_factor: 1, ..Limits::DEFAULT };
        let expand =
            |count: usize| compressed(oid::ZLIB_COMPRESS, &compress_to_vec_zlib(&vec![b'a'; count], 9)).expand(&limits);
        assert_eq!(expand(1000).unwrap().octets().len(), 1000);
        assert!(matches!(expand(1001), Err(ExpandError::Limit(LimitExceeded { limit: 1000, .. }))));
    }

    #[test]
    fn cut_changed_and_unknown_compression_is_told_apart() {
        let zlib = compress_to_vec_zlib(&[b'a'; 5000], 6);
        let cut = compressed(oid::ZLIB_COMPRESS, &zlib[..zlib.len() - 3]);
        assert_eq!(cut.expand(&Limits::DEFAULT), Err(ExpandError::Damaged));
        assert_eq!(compressed(oid::ZLIB_COMPRESS, b"no zlib").expand(&Limits::DEFAULT), Err(ExpandError::Damaged));
        let unknown = compressed("1.2.3", &zlib).expand(&Limits::DEFAULT);
        assert_eq!(unknown, Err(ExpandError::Unsupported(Oid::from("1.2.3"))));
    }
}
