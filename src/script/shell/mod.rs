//! A tolerant reader of POSIX shell and bash: text to tree, with byte offsets everywhere.
//!
//! It knows nothing of secrets. Damage is local: what can't be read becomes a [`Problem`] and
//! reading goes on at the next line.

mod compound;
mod cursor;
mod expansion;
mod here_document;
mod list;
mod simple;
#[cfg(test)]
mod tests;
mod tree;
mod word;

pub use tree::{
    Assignment, Branch, Command, Expansion, Extent, HereDocument, Kind, List, Operator, Part, Redirect,
    RedirectKind, Target, Word,
};

use cursor::Parser;

#[cfg(test)]
pub use cursor::DEEPEST;

/// Something that could not be read.
pub struct Problem {
    /// Byte offset in the text.
    pub at: usize,
    /// Why, in a few words.
    pub reason: &'static str,
    /// Whether more than one command was lost.
    pub hides_findings: bool,
}

/// What a text says as a shell script.
pub struct Script {
    /// Its statements in order.
    pub list: List,
    /// Here-documents; redirections refer to them by index.
    pub documents: Vec<HereDocument>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Reads a whole script. Never fails, never recurses more than [`cursor::DEEPEST`] levels, and
/// takes time linear in the text.
pub fn read(text: &str) -> Script {
    let mut parser = Parser::new(text);
    let list = parser.script();
    Script { list, documents: parser.documents, problems: parser.problems }
}
