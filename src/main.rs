//! The program: arguments lead to the command line or to the window.

fn main() {}
