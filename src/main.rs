//! secretrail, the command.

fn main() {}
