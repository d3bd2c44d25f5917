//! Whether the DNS is asked for the certificates of an address.

/// Over the answer.
pub const HEADING: &str = "Published at DNS";
/// The workspace may not ask the network.
pub const OFFLINE: &str = "Not asked (offline)";
/// It may, and its settings name no lookup by DNS.
pub const LEFT_OUT: &str = "Not asked, since the lookup order of this workspace leaves the DNS out";
/// It may, when there is something to send.
pub const WHEN_SENDING: &str = "Asked anew for each message that is sent; its recipients show every query";
