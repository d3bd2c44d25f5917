//! The security agent: outgoing, incoming, and what came of it.
