//! Pages of CloudTrail's event history in a folder, and a cursor that says where each question goes on.
//!
//! A page is written first, the cursor then, each beside its place and moved there. A run that is killed between the
//! two asks for that one page again, and writes the same file. The cursor holds Regions, times, numbers of pages and
//! AWS's marks; no event, and no attribute that was asked for.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};

use super::evidence::told;
use super::input::{Input, missing};
use super::live::{asked, folder, progress};
use super::read::Log;
use crate::aws::cloudtrail::{Page, Pages, Place, Question, Thread, file_of};
use crate::cli::TrailArguments;
use crate::error::{Error, ErrorKind};
use crate::evidence::Refusal;
use crate::evidence::name::is_safe;
use crate::whole::{self, Readers};

/// The cursor's file.
const CURSOR: &str = "cursor.json";
const FORMAT: &str = "secretrail trail cursor";
const VERSION: u32 = 1;
/// A longer file is no cursor.
const MOST_CURSOR: u64 = 16 * 1024 * 1024;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cursor {
    format: String,
    version: u32,
    /// A mark of what was typed: another question needs another folder.
    question: String,
    account: Option<String>,
    since: i64,
    until: i64,
    regions: Vec<String>,
    places: Vec<Stand>,
}

/// Where one question to one Region stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stand {
    region: String,
    lookup: usize,
    pages: u32,
    token: Option<String>,
    oldest: Option<i64>,
    done: bool,
}

/// The folder.
pub(super) struct Kept<'k> {
    root: PathBuf,
    bar: &'k ProgressBar,
    cursor: Option<Cursor>,
    places: BTreeMap<(String, usize), Place>,
    mark: String,
    lookups: Vec<(String, String)>,
    missing: Vec<(String, String)>,
}

impl<'k> Kept<'k> {
    /// Opens the folder, or makes it.
    pub(super) fn open(
        root: &Path,
        question: &Question,
        arguments: &TrailArguments,
        bar: &'k ProgressBar,
    ) -> Result<Self, Error> {
        let mut kept = Self {
            root: root.to_path_buf(),
            bar,
            cursor: None,
            places: BTreeMap::new(),
            mark: mark(question, arguments),
            lookups: question.lookups.clone(),
            missing: Vec::new(),
        };
        match fs::create_dir(root) {
            // Events tell who is in an account.
            Ok(()) => whole::only_for_the_owner(root).map_err(|error| kept.unwritten(&error))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => kept.resume()?,
            Err(error) => return Err(kept.unwritten(&error)),
        }
        Ok(kept)
    }

    /// Reads the cursor of an earlier run.
    fn resume(&mut self) -> Result<(), Error> {
        let path = self.root.join(CURSOR);
        let file = match fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return self.is_empty(),
            Err(error) => return Err(self.unread(&error.kind().to_string())),
        };
        let mut text = String::new();
        file.take(MOST_CURSOR)
            .read_to_string(&mut text)
            .map_err(|error| self.unread(&error.kind().to_string()))?;
        let cursor: Cursor =
            serde_json::from_str(&text).map_err(|_| self.unread("its cursor.json is invalid"))?;
        let is_ours = cursor.format == FORMAT && cursor.version == VERSION;
        // Both name folders below.
        let names = cursor.places.iter().map(|stand| &stand.region).chain(&cursor.account);
        if !is_ours || !names.chain(&cursor.regions).all(|name| is_safe(name) && !name.contains('/')) {
            return Err(self.unread("its cursor.json was not written by this version of secretrail"));
        }
        if cursor.question != self.mark {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("{} holds the responses to a different query", self.root.display()),
            )
            .hint("pass the same --since, --until, --region and --lookup as before, or use a new folder"));
        }
        for stand in &cursor.places {
            let place = Place {
                pages: stand.pages,
                token: stand.token.clone(),
                oldest: stand.oldest,
                done: stand.done,
            };
            self.places.insert((stand.region.clone(), stand.lookup), place);
        }
        self.cursor = Some(cursor);
        Ok(())
    }

    fn is_empty(&self) -> Result<(), Error> {
        let first = fs::read_dir(&self.root).map_err(|error| self.unread(&error.kind().to_string()))?.next();
        if first.is_none() {
            return Ok(());
        }
        let message = format!("{} contains something else", self.root.display());
        Err(Error::new(ErrorKind::Usage, message).hint("use a new folder for --keep"))
    }

    /// The question with the times and Regions of its first run.
    pub(super) fn question(&self, question: &Question) -> Question {
        let Some(cursor) = &self.cursor else { return question.clone() };
        Question {
            since: cursor.since,
            until: cursor.until,
            regions: cursor.regions.clone(),
            lookups: self.lookups.clone(),
        }
    }

    /// Whether all was answered.
    pub(super) fn is_done(&self) -> bool {
        let lookups: Vec<usize> = match self.lookups.len() {
            0 => vec![0],
            some => (1..=some).collect(),
        };
        let Some(cursor) = &self.cursor else { return false };
        let done = |region: &String, lookup: usize| {
            self.places.get(&(region.clone(), lookup)).is_some_and(|place| place.done)
        };
        cursor.regions.iter().all(|region| lookups.iter().all(|lookup| done(region, *lookup)))
    }

    /// All pages that are there.
    pub(super) fn input(self) -> Result<Input, Error> {
        let mut input = Input { missing: self.missing.clone(), ..Input::default() };
        if let Some(cursor) = &self.cursor {
            input.account.clone_from(&cursor.account);
            let question = Question {
                since: cursor.since,
                until: cursor.until,
                regions: cursor.regions.clone(),
                lookups: self.lookups.clone(),
            };
            told(&mut input, &asked(&question));
        }
        for ((region, lookup), place) in &self.places {
            for number in 1..=place.pages {
                let path = self.file(Thread { region, lookup: *lookup }, number);
                if !path.is_file() {
                    return Err(self.unread("a page listed in its cursor is missing"));
                }
                input.logs.push(Log::File(path));
            }
        }
        Ok(input)
    }

    fn file(&self, thread: Thread<'_>, number: u32) -> PathBuf {
        let account = self.cursor.as_ref().and_then(|cursor| cursor.account.as_deref());
        self.root.join(folder(account)).join(file_of(thread, number))
    }

    fn save(&self) -> io::Result<()> {
        let Some(cursor) = &self.cursor else { return Ok(()) };
        let places = self.places.iter().map(|((region, lookup), place)| Stand {
            region: region.clone(),
            lookup: *lookup,
            pages: place.pages,
            token: place.token.clone(),
            oldest: place.oldest,
            done: place.done,
        });
        let cursor = Cursor { places: places.collect(), ..cursor.clone() };
        let text = serde_json::to_string_pretty(&cursor)? + "\n";
        whole::place(&self.root.join(CURSOR), Readers::Owner, text.as_bytes())
    }

    fn unread(&self, reason: &str) -> Error {
        Error::new(ErrorKind::Input, format!("{} cannot be resumed: {reason}", self.root.display()))
            .hint("use a new folder for --keep")
    }

    fn unwritten(&self, error: &io::Error) -> Error {
        let message = format!("{} cannot be written: {}", self.root.display(), error.kind());
        Error::new(ErrorKind::Output, message)
    }
}

impl Pages for Kept<'_> {
    fn begin(&mut self, account: Option<&str>, question: &Question) -> Result<(), Error> {
        if let Some(cursor) = &self.cursor {
            if cursor.account.as_deref() == account {
                return Ok(());
            }
            let message = format!("{} holds the responses of another account", self.root.display());
            return Err(Error::new(ErrorKind::Usage, message)
                .hint("use the same credentials as before, or a new folder for --keep"));
        }
        self.cursor = Some(Cursor {
            format: FORMAT.to_owned(),
            version: VERSION,
            question: self.mark.clone(),
            account: account.map(str::to_owned),
            since: question.since,
            until: question.until,
            regions: question.regions.clone(),
            places: Vec::new(),
        });
        self.save().map_err(|error| self.unwritten(&error))
    }

    fn place(&self, thread: Thread<'_>) -> Place {
        let known = self.places.get(&(thread.region.to_owned(), thread.lookup));
        known.cloned().unwrap_or_default()
    }

    fn take(&mut self, page: Page<'_>) -> Result<(), Error> {
        progress(self.bar, &page);
        let path = self.file(page.thread, page.next.pages);
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)
            .and_then(|()| whole::place(&path, Readers::Owner, &page.bytes))
            .map_err(|error| self.unwritten(&error))?;
        self.places.insert((page.thread.region.to_owned(), page.thread.lookup), page.next);
        self.save().map_err(|error| self.unwritten(&error))
    }

    fn refused(&mut self, _: Thread<'_>, refusal: Refusal) {
        self.missing.push(missing(&refusal));
    }
}

/// A mark of what the user asked for.
fn mark(question: &Question, arguments: &TrailArguments) -> String {
    let mut typed = vec![
        ("since".to_owned(), format!("{:?}", arguments.since)),
        ("until".to_owned(), format!("{:?}", arguments.until)),
    ];
    let mut regions = arguments.region.clone();
    regions.sort();
    typed.extend(regions.into_iter().map(|region| ("region".to_owned(), region)));
    typed.extend(question.lookups.iter().cloned());
    super::asked::mark(&typed)
}
