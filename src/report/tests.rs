//! What every format must hold.

use super::sample::{Ground, text};
use super::*;

#[test]
fn look() {
    let ground = Ground::new();
    let mut report = ground.report();
    for unicode in [false, true] {
        report.style.unicode = unicode;
        println!("{}", text(Format::Table, &report));
    }
    for f in [Format::Markdown, Format::Sarif] {
        println!("{}", text(f, &report));
    }
}
