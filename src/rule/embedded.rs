//! The rules that the program brings along: `rules/**/*.yml`, put in when it is built.

include!(concat!(env!("OUT_DIR"), "/embedded_rules.rs"));

/// File names relative to `rules/` (with `/`) and texts, ordered by name.
pub fn embedded() -> &'static [(&'static str, &'static str)] {
    EMBEDDED
}
