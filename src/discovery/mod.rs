//! Finding recipient certificates, with an account of every lookup.
