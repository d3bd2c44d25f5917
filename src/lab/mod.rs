//! Servers on loopback over a workspace.
