//! Pages of CloudTrail's event history as documents of a bundle.

use super::Step;
use super::cloudtrail::{Page, Pages, Place, Question, Thread};
use crate::error::{Error, ErrorKind};
use crate::evidence::{Document, MOST_BUNDLE, MOST_DOCUMENTS, Refusal};

/// Room for the manifest, and for what is added to the pages.
const SPARE: usize = 16;

/// What came.
pub(super) struct Collected<'c> {
    progress: &'c dyn Fn(Step),
    folder: String,
    /// Documents and bytes that the bundle has besides.
    others: (usize, u64),
    bytes: u64,
    pub question: Option<Question>,
    pub documents: Vec<Document>,
    pub refusals: Vec<Refusal>,
}

impl<'c> Collected<'c> {
    pub(super) fn new(progress: &'c dyn Fn(Step), others: &[Document]) -> Self {
        let bytes = others.iter().map(|document| document.bytes.len() as u64).sum();
        Self {
            progress,
            folder: String::new(),
            others: (others.len() + SPARE, bytes),
            bytes: 0,
            question: None,
            documents: Vec::new(),
            refusals: Vec::new(),
        }
    }
}

impl Pages for Collected<'_> {
    fn begin(&mut self, account: Option<&str>, question: &Question) -> Result<(), Error> {
        self.folder = format!("{}/cloudtrail", account.unwrap_or("unknown"));
        self.question = Some(question.clone());
        Ok(())
    }

    fn place(&self, _: Thread<'_>) -> Place {
        Place::default()
    }

    fn take(&mut self, page: Page<'_>) -> Result<(), Error> {
        (self.progress)(Step::Expect(1));
        (self.progress)(Step::Done);
        self.bytes += page.bytes.len() as u64;
        let count = self.others.0 + self.documents.len();
        if self.others.1 + self.bytes > MOST_BUNDLE || count >= MOST_DOCUMENTS {
            return Err(Error::new(ErrorKind::Input, "there are more events than a bundle holds")
                .hint("collect a shorter time with --since and --until, or read them with `secretrail trail --live --keep DIR`"));
        }
        let name = format!("{}/{}", self.folder, page.file());
        self.documents.push(Document { name, bytes: page.bytes, call: page.call, generated: None });
        Ok(())
    }

    fn refused(&mut self, _: Thread<'_>, refusal: Refusal) {
        self.refusals.push(refusal);
        self.refusals.sort_by(|a, b| (&a.call.region, a.call.page).cmp(&(&b.call.region, b.call.page)));
    }
}
