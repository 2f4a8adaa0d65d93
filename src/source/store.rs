//! The store of documents: paths as reported, texts read once and kept.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use zeroize::Zeroizing;

use super::open::{MOST_BYTES, Refusal, files_of, normalise, read_text_up_to};
use super::walk::{FileKind, Found};
use super::{Past, Position, SourceId, Span};

/// One text that was read.
#[derive(Debug)]
pub struct Document {
    /// The path as reported: relative to the scanned root, with `/`.
    pub name: String,
    /// Where it is on disk; `None` for standard input and for texts made in tests.
    pub path: Option<PathBuf>,
    text: OnceLock<Arc<str>>,
    /// A text that may be read but never shown: a plan, a state.
    sealed: OnceLock<Arc<Zeroizing<String>>>,
    /// Places that are known without the text.
    marks: Vec<Position>,
    lines: OnceLock<Lines>,
}

/// Files of one folder that are read because a module call names it.
const MOST_FILES: usize = 10_000;
/// Bytes between two counts of characters.
const STEP: usize = 4 * 1024;

/// Where lines start, and how many characters stand before each step: a plan is one line of hundreds of megabytes.
#[derive(Debug)]
struct Lines {
    starts: Vec<u32>,
    characters: Vec<u32>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(newlines.map(|(at, _)| at as u32 + 1)).collect();
        let mut before = 0;
        let counted = text.as_bytes().chunks(STEP).map(|step| {
            let here = before;
            before += characters(step);
            here
        });
        Self { starts, characters: counted.collect() }
    }

    /// Characters from one byte to another one.
    fn between(&self, text: &str, start: usize, end: usize) -> u32 {
        if end.saturating_sub(start) <= STEP {
            return characters(text.as_bytes().get(start..end).unwrap_or_default());
        }
        self.before(text, end).saturating_sub(self.before(text, start))
    }

    /// Characters before a byte.
    fn before(&self, text: &str, offset: usize) -> u32 {
        let step = (offset / STEP).min(self.characters.len().saturating_sub(1));
        let counted = self.characters.get(step).copied().unwrap_or(0);
        counted + characters(text.as_bytes().get(step * STEP..offset).unwrap_or_default())
    }
}

/// Continuation bytes do not start a character.
fn characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count() as u32
}

impl Document {
    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| {
            let (text, sealed) = (self.text(), self.sealed());
            Lines::of(sealed.as_ref().map_or(&*text, |sealed| sealed.as_str()))
        })
    }

    /// The text; empty while unread.
    pub fn text(&self) -> Arc<str> {
        self.text.get().cloned().unwrap_or_else(|| Arc::from(""))
    }

    /// Gives the document its text; the first one stays.
    pub fn set_text(&self, text: Arc<str>) {
        // A second thread that read the same file has the same text.
        let _ = self.text.set(text);
    }

    /// Gives the document a text that holds values in clear. Its places can be named, nothing of it is shown:
    /// [`Self::text`] stays empty.
    pub fn seal(&self, text: String) {
        let _ = self.sealed.set(Arc::new(Zeroizing::new(text)));
    }

    /// The text of a document that must not be shown.
    pub fn sealed(&self) -> Option<Arc<Zeroizing<String>>> {
        self.sealed.get().cloned()
    }

    /// Whether the text was read.
    pub fn is_read(&self) -> bool {
        self.text.get().is_some() || self.sealed.get().is_some()
    }

    /// Whether lines of it are known: not of a log, which is read once and not kept, nor of a file that could not be read.
    pub fn has_lines(&self) -> bool {
        self.is_read() || !self.marks.is_empty()
    }
}

/// All documents of a run. Shared between threads; ids never change.
#[derive(Default)]
pub struct Sources {
    inner: RwLock<Inner>,
    past: Option<Arc<dyn Past>>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Sources({} documents)", self.len())
    }
}

#[derive(Debug, Default)]
struct Inner {
    documents: Vec<Arc<Document>>,
    by_path: HashMap<PathBuf, SourceId>,
    /// Where files may be opened, and the folder that names are relative to.
    permitted: Vec<PathBuf>,
    base: PathBuf,
}

impl Sources {
    /// A store whose files are read as they were at an earlier time.
    pub fn of_the_past(past: Arc<dyn Past>) -> Self {
        Self { past: Some(past), ..Self::default() }
    }

    /// Reads a file that may be opened.
    ///
    /// # Errors
    ///
    /// The reason for which it can't be read or may not be read.
    pub fn read(&self, path: &Path) -> Result<(String, bool), Refusal> {
        self.read_up_to(path, MOST_BYTES)
    }

    /// The same with a limit of its own; the past keeps its own.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub fn read_up_to(&self, path: &Path, most: u64) -> Result<(String, bool), Refusal> {
        if let Some(past) = &self.past {
            return past.read(path);
        }
        self.may_open(path)?;
        read_text_up_to(path, most)
    }

    /// Adds a document that will be read later from `path`; a path added twice keeps its id.
    pub fn add_file(&self, name: impl Into<String>, path: &Path) -> SourceId {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = inner.by_path.get(path) {
            return *id;
        }
        let id = inner.push(name.into(), Some(path.to_path_buf()), None);
        inner.by_path.insert(path.to_path_buf(), id);
        id
    }

    /// Adds a document with its text: standard input, inline examples.
    pub fn add_text(&self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.push(name.into(), None, Some(text.into()))
    }

    /// Adds a document of which only places are known: one that is too large to be kept, or may not be shown. The
    /// bytes of a span in it are numbers of places.
    pub fn add_marked(&self, name: impl Into<String>, marks: Vec<Position>) -> SourceId {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let id = inner.push(name.into(), None, None);
        if let Some(document) = inner.documents.last_mut().and_then(Arc::get_mut) {
            document.marks = marks;
        }
        id
    }

    /// Permits opening files below `folder`, besides those that are there already.
    pub fn permit(&self, folder: PathBuf) {
        // The folder itself may be reached through a link; where files lead is compared with both.
        let real = folder.canonicalize().ok();
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        for folder in std::iter::once(folder).chain(real) {
            if !inner.permitted.contains(&folder) {
                inner.permitted.push(folder);
            }
        }
    }

    /// Whether a file may be opened: it is in a permitted folder, and so is what a link leads to.
    ///
    /// # Errors
    ///
    /// [`Refusal::Outside`], [`Refusal::Missing`].
    pub fn may_open(&self, path: &Path) -> Result<(), Refusal> {
        let permitted =
            |path: &Path| self.read_inner().permitted.iter().any(|folder| path.starts_with(folder));
        if !permitted(path) {
            return Err(Refusal::Outside);
        }
        let real = path.canonicalize().map_err(|_| Refusal::Missing)?;
        if permitted(&real) { Ok(()) } else { Err(Refusal::Outside) }
    }

    /// Sets the folder that reported names are relative to.
    pub fn set_base(&self, folder: PathBuf) {
        self.inner.write().unwrap_or_else(PoisonError::into_inner).base = folder;
    }

    /// The name that is reported for a path: relative to the base, with `/`.
    pub fn reported_name(&self, path: &Path) -> String {
        let base = self.read_inner().base.clone();
        let mut ups = String::new();
        for folder in base.ancestors() {
            if let Ok(rest) = path.strip_prefix(folder) {
                let parts: Vec<_> =
                    rest.components().map(|part| part.as_os_str().to_string_lossy()).collect();
                return ups + &parts.join("/");
            }
            ups.push_str("../");
        }
        path.to_string_lossy().replace('\\', "/")
    }

    /// The document of a path, read now if it was not: the file that a Terraform expression names.
    ///
    /// # Errors
    ///
    /// The reason for which the file can't be read or may not be read.
    pub fn open(&self, path: &Path) -> Result<SourceId, Refusal> {
        let path = normalise(path);
        let known = self.find(&path);
        if let Some(id) = known.filter(|id| self.document(*id).is_read()) {
            return Ok(id);
        }
        let (text, _) = self.read(&path)?;
        let id = self.add_file(self.reported_name(&path), &path);
        self.document(id).set_text(text.into());
        Ok(id)
    }

    /// The files of a folder that was not scanned and that a module call names, not those below it; how many more
    /// there are than are read.
    ///
    /// # Errors
    ///
    /// The reason for which the folder can't be read or may not be read.
    pub fn folder(&self, folder: &Path) -> Result<(Vec<Found>, usize), Refusal> {
        let mut paths = match &self.past {
            Some(past) => past.files_below(folder),
            None => {
                self.may_open(folder)?;
                files_of(folder)?
            }
        };
        paths.retain(|path| path.parent() == Some(folder));
        paths.sort();
        let found = paths.into_iter().filter_map(|path| {
            let kind = FileKind::at(&path)?;
            Some(Found { path, kind })
        });
        let mut found: Vec<Found> = found.collect();
        let more = found.len().saturating_sub(MOST_FILES);
        found.truncate(MOST_FILES);
        Ok((found, more))
    }

    /// All paths that were added.
    pub fn paths(&self) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = self.read_inner().by_path.keys().cloned().collect();
        paths.sort();
        paths
    }

    /// The document of a path, where it was added.
    pub fn find(&self, path: &Path) -> Option<SourceId> {
        self.read_inner().by_path.get(path).copied()
    }

    /// The document; an id from another store gives an empty one.
    pub fn document(&self, id: SourceId) -> Arc<Document> {
        self.read_inner().documents.get(id.0 as usize).cloned().unwrap_or_else(|| {
            Arc::new(Document {
                name: String::new(),
                path: None,
                text: OnceLock::new(),
                sealed: OnceLock::new(),
                marks: Vec::new(),
                lines: OnceLock::new(),
            })
        })
    }

    /// The text of a document.
    pub fn text(&self, id: SourceId) -> Arc<str> {
        self.document(id).text()
    }

    /// The path as reported.
    pub fn name(&self, id: SourceId) -> String {
        self.document(id).name.clone()
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.read_inner().documents.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lines and columns of a span.
    pub fn position(&self, span: Span) -> Position {
        let document = self.document(span.source);
        if let Some(mark) = document.marks.get(span.start as usize) {
            return *mark;
        }
        let (text, sealed) = (document.text(), document.sealed());
        let text = sealed.as_ref().map_or(&*text, |sealed| sealed.as_str());
        let lines = document.lines();
        let place = |offset: u32| {
            let offset = offset.min(text.len() as u32);
            let line = lines.starts.partition_point(|start| *start <= offset).max(1);
            let start = lines.starts.get(line - 1).copied().unwrap_or(0) as usize;
            let column = lines.between(text, start, offset as usize);
            (line, column as usize + 1)
        };
        let (line, column) = place(span.start);
        let (end_line, end_column) = place(span.end.max(span.start));
        Position { line, column, end_line, end_column }
    }

    /// The bytes where line `line` (from 1) starts and ends, without its newline.
    pub fn line_span(&self, source: SourceId, line: usize) -> Span {
        let document = self.document(source);
        let text = document.text();
        let starts = &document.lines().starts;
        let start = starts.get(line.saturating_sub(1)).map_or(text.len(), |start| *start as usize);
        let mut end = starts.get(line).map_or(text.len(), |next| (*next as usize).saturating_sub(1));
        if end > start && text.as_bytes().get(end - 1) == Some(&b'\r') {
            end -= 1;
        }
        Span::new(source, start, end.max(start))
    }

    fn read_inner(&self) -> std::sync::RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn push(&mut self, name: String, path: Option<PathBuf>, text: Option<Arc<str>>) -> SourceId {
        let id = SourceId(u32::try_from(self.documents.len()).unwrap_or(u32::MAX));
        let cell = OnceLock::new();
        if let Some(text) = text {
            // A new cell is empty: this can't be refused.
            let _ = cell.set(text);
        }
        self.documents.push(Arc::new(Document {
            name,
            path,
            text: cell,
            sealed: OnceLock::new(),
            marks: Vec::new(),
            lines: OnceLock::new(),
        }));
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_from_one() {
        let sources = Sources::default();
        let id = sources.add_text("a", "x\néé=1\n");
        let found = sources.position(Span::new(id, 6, 7));
        assert_eq!(found, Position { line: 2, column: 3, end_line: 2, end_column: 4 });
    }

    #[test]
    fn a_line_of_many_steps_has_columns() {
        let sources = Sources::default();
        let line = "é".repeat(STEP);
        let id = sources.add_text("a", format!("x\n{line}=1"));
        let at = 2 + line.len();
        assert_eq!(sources.position(Span::new(id, at, at + 1)).column, STEP + 1);
    }

    #[test]
    fn a_sealed_text_has_places_and_nothing_to_show() {
        let sources = Sources::default();
        let id = sources.add_file("plan.json", Path::new("/plan.json"));
        sources.document(id).seal("{\n  \"a\": 1}".into());
        assert_eq!(sources.position(Span::new(id, 4, 7)).line, 2);
        assert_eq!(&*sources.text(id), "");
        assert!(sources.line_span(id, 2).range().is_empty());
    }

    #[test]
    fn a_line_ends_before_its_carriage_return() {
        let sources = Sources::default();
        let id = sources.add_text("a", "one\r\ntwo");
        assert_eq!(sources.line_span(id, 1).range(), 0..3);
        assert_eq!(sources.line_span(id, 2).range(), 5..8);
    }

    #[test]
    fn a_marked_document_has_places_and_no_text() {
        let sources = Sources::default();
        let mark = Position { line: 7, column: 3, end_line: 7, end_column: 9 };
        let id = sources.add_marked("core", vec![mark]);
        assert_eq!(sources.position(Span::new(id, 0, 1)), mark);
        assert!(sources.text(id).is_empty() && sources.line_span(id, 7).range().is_empty());
    }
}
