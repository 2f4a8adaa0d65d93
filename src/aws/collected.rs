//! Pages of CloudTrail's event history as documents of a bundle.

use super::Step;
use super::cloudtrail::{Page, Pages, Place, Question, Thread};
use crate::error::{Error, ErrorKind};
use crate::evidence::{Document, MOST_BUNDLE, MOST_DOCUMENTS, Refusal};

/// Room for what else is in the bundle.
const SPARE: usize = 16;

/// What came.
pub(super) struct Collected<'c> {
    progress: &'c dyn Fn(Step),
    folder: String,
    bytes: u64,
    pub question: Option<Question>,
    pub documents: Vec<Document>,
    pub refusals: Vec<Refusal>,
}

impl<'c> Collected<'c> {
    pub(super) fn new(progress: &'c dyn Fn(Step)) -> Self {
        Self {
            progress,
            folder: String::new(),
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
        if self.bytes > MOST_BUNDLE || self.documents.len() + SPARE >= MOST_DOCUMENTS {
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
