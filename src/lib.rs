//! Sealscope opens secured mail, runs the security agent in both directions, and shows *why* the answer is what it is.
//!
//! The mail is S/MIME as the Direct Project uses it: signed, then encrypted, trusted per address. The library is the
//! whole core; the command line and the window show what it finds.
//!
//! # Module map
//!
//! Use goes one way, from top to bottom; `tests/architecture.rs` holds it.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`limits`], [`span`], [`finding`] | caps, octet ranges, the ledger of checks |
//! | [`mail`] | address, envelope, header (RFC 5321, 5322) |
//! | [`mime`] | entities as spans, wrapping, canonical form (RFC 2045, 2046, 1847) |
//! | [`asn1`] | BER and DER as a tree with octet spans |
//! | [`openssl_ffi`] | the functions that the safe crate lacks; unsafe code is here and in `span::mapped` alone |
//! | [`guard`] | what the process does for the secrets in it: no core dump, memory that is not swapped |
//! | [`pki`] | certificates, keys, paths, revocation, containers (RFC 5280, 7292) |
//! | [`smime`] | sign, verify, encrypt, decrypt, inspect (RFC 5652, 8551) |
//! | [`trust`] | anchors and parties, with their fallback |
//! | [`discovery`] | finding recipient certificates, with an account of every lookup |
//! | [`agent`] | outgoing and incoming, step by step, recipient by recipient |
//! | [`conformance`] | the rows of the test tools of the Direct world |
//! | [`exposure`] | envelope, outer and inner headers beside one another; who learns what; leaks |
//! | [`emulate`] | what the two reference agents would have answered |
//! | [`diagnose`] | why: the cause of a rejection, with proof |
//! | [`what_if`] | suppositions, the difference between two runs, the dates at which a result changes |
//! | [`report`] | all of that as a report that may leave the house: HTML, Markdown, JSON |
//! | [`workspace`] | the folder on disk, opened documents, jobs |
//! | [`batch`] | many messages at once: judged on all processors, summed up by cause, compared with what was expected |
//! | [`io`], [`lab`] | sockets: clients of DNS, LDAP, HTTP and SMTP; servers on loopback |
//! | [`cli`], `ui` | the command line; the window (feature `gui`) |
//!
//! # Threat model
//!
//! Every message, certificate, key file, DNS answer and workspace file may come from an attacker. They get bounded time
//! and memory ([`limits`]), a sentence that says what is wrong and where, and never a panic. Offline is the default:
//! nothing that a message names is fetched. A detail about a failed decryption stays on the local screen; a sender
//! learns nothing from it. Private keys lie in encrypted PKCS#12 only, passphrases in memory that is wiped. Not
//! defended against: somebody who controls this user account or this computer's memory.
//!
//! # What a green verdict means
//!
//! *Accepted for bob* says: one of bob's own keys opened the message; the octets shown are those that one signer
//! signed; that signer's certificate names the envelope's sender or the sender's domain, was valid at the time of
//! evaluation, and has a path to an anchor that bob's settings name; no algorithm was one that the profile refuses. It
//! does not say that the headers outside the signed part are true, that a person wrote the message, or, unless a
//! revocation list was at hand, that no certificate was revoked: a check that was not made is shown as not made.

pub mod agent;
pub mod asn1;
pub mod batch;
pub mod cli;
pub mod conformance;
pub mod diagnose;
pub mod discovery;
pub mod emulate;
pub mod exposure;
pub mod finding;
pub mod guard;
pub mod io;
pub mod lab;
pub mod limits;
pub mod mail;
pub mod mime;
pub mod openssl_ffi;
pub mod pki;
pub mod report;
pub mod smime;
pub mod span;
pub mod trust;
#[cfg(feature = "gui")]
pub mod ui;
pub mod what_if;
pub mod workspace;

/// The version of the package and, in a release build, the commit that it was made from: `0.1.0 (0123456789ab)`. Two
/// builds of one commit say the same, whenever and wherever they were made.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), env!("SEALSCOPE_REVISION"));
