//! What a team chose not to see: ignores in the source, ignores in the settings, the baseline.
//!
//! Nothing is silenced silently. Silenced findings are reported as such; an ignore that is invalid, has expired or
//! silences nothing is a finding of its own, and obsolete baseline entries are counted.

pub mod baseline;
mod comment;
mod entry;
mod gap;
mod notice;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::baseline::Baseline;
use self::comment::{Comment, Said, comments};
pub use self::entry::{Entry, Glob};
pub use self::gap::{AcceptedGap, AskedGaps, GapEntry};
pub use self::notice::{FIELDS, LOGSOURCE};
use self::notice::{Notice, State};
use crate::day::Day;
use crate::finding::Finding;
use crate::reading::Gap;
use crate::rule::RuleSet;
use crate::secret::redact::Redactor;
use crate::secret::tokens::Allowed;
use crate::settle::settle;
use crate::source::open::joined;
use crate::source::{SourceId, Sources};

/// Ignores in modules that were downloaded are their authors' and silence nothing here.
const DOWNLOADED: &str = ".terraform/";

/// What silenced a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// A comment in the source.
    Inline,
    /// `[[ignore]]` in `secretrail.toml`.
    Settings,
    /// An allow-list of the team's token table.
    Tokens,
    /// `--baseline`.
    Baseline,
    /// Accepted in the history that `--history` names.
    History,
}

impl By {
    /// All of them, in the order in which they are asked.
    pub const ALL: &'static [Self] =
        &[Self::Inline, Self::Settings, Self::Tokens, Self::Baseline, Self::History];

    /// The word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Settings => "settings",
            Self::Tokens => "tokens",
            Self::Baseline => "baseline",
            Self::History => "history",
        }
    }
}

/// A finding that somebody decided not to hear of.
#[derive(Debug, Clone)]
pub struct Silenced {
    /// The finding.
    pub finding: Finding,
    /// By what.
    pub by: By,
    /// Why, in the words of who decided. Empty for the baseline.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Day>,
}

/// What can silence a finding.
#[derive(Debug, Clone, Copy)]
pub struct Means<'m> {
    /// Ignores of the settings.
    pub entries: &'m [Entry],
    /// The file that they stand in.
    pub settings: Option<SourceId>,
    /// The way from the folder that their globs are relative to, to the folder that reported paths are relative to.
    pub prefix: &'m str,
    /// Tokens that the team's table lets pass.
    pub allowed: &'m [Allowed],
    /// The baseline.
    pub baseline: Option<&'m Baseline>,
    /// The day on which it is asked.
    pub today: Day,
}

/// What is left to tell.
#[derive(Debug, Default)]
pub struct Heard {
    /// Findings that nothing silenced, and those about ignores; in the order of [`settle`].
    pub findings: Vec<Finding>,
    /// Findings that were silenced.
    pub silenced: Vec<Silenced>,
    /// Entries of the baseline that no finding met.
    pub gone: usize,
}

/// Asks all means about all findings. `findings` are settled: each has its fingerprint.
pub fn silence(
    findings: Vec<Finding>,
    sources: &Sources,
    redactor: &Redactor,
    rules: &RuleSet,
    means: &Means<'_>,
) -> Heard {
    let mut asked =
        Asked { means, inline: Inline::read(sources, rules, means.settings), used: BTreeSet::new(), sources };
    let mut heard = Heard::default();
    asked.ask(findings, &mut heard);
    // A comment that is over or unused is a finding, which the settings may speak of.
    let notices = asked.inline.notices(means.today);
    asked.ask(settled(notices, sources, redactor, rules), &mut heard);
    let notices = asked.unused_entries();
    heard.findings.extend(settled(notices, sources, redactor, rules));
    if let Some(baseline) = means.baseline {
        let (known, new): (Vec<Finding>, Vec<Finding>) =
            heard.findings.into_iter().partition(|finding| baseline.holds(&finding.fingerprint));
        let met: BTreeSet<&str> = known.iter().map(|finding| finding.fingerprint.as_str()).collect();
        // What a comment or the settings silence first is still there.
        let also = heard.silenced.iter().map(|silenced| silenced.finding.fingerprint.as_str());
        heard.gone = baseline.count_without(&met.into_iter().chain(also).collect());
        heard.findings = new;
        let silenced = |finding| Silenced { finding, by: By::Baseline, reason: String::new(), until: None };
        heard.silenced.extend(known.into_iter().map(silenced));
    }
    heard
}

/// Parts gaps into those that count and those that the settings accept; what is wrong with an entry is a finding.
pub fn accept_gaps(
    gaps: Vec<Gap>,
    entries: &[GapEntry],
    sources: &Sources,
    (redactor, rules): (&Redactor, &RuleSet),
    means: &Means<'_>,
) -> AskedGaps {
    let place = (means.settings, means.prefix);
    let (open, accepted, notices) = gap::part(gaps, entries, sources, place, means.today);
    AskedGaps { open, accepted, notices: settled(notices, sources, redactor, rules) }
}

fn settled(notices: Vec<Notice>, sources: &Sources, redactor: &Redactor, rules: &RuleSet) -> Vec<Finding> {
    settle(notice::judge(&notices, rules), sources, redactor)
}

/// The means, and which of them were of use.
struct Asked<'a> {
    means: &'a Means<'a>,
    inline: Inline,
    /// Numbers of the entries of the settings that silenced something.
    used: BTreeSet<usize>,
    sources: &'a Sources,
}

impl Asked<'_> {
    fn ask(&mut self, findings: Vec<Finding>, heard: &mut Heard) {
        for finding in findings {
            match self.answer(&finding) {
                Some((by, reason, until)) => heard.silenced.push(Silenced { finding, by, reason, until }),
                None => heard.findings.push(finding),
            }
        }
    }

    /// What silences the finding. All means are asked, so that none is called unused for the sake of another.
    fn answer(&mut self, finding: &Finding) -> Option<(By, String, Option<Day>)> {
        let today = self.means.today;
        let line = self.sources.position(finding.at.span).line;
        let by_comment = self.inline.answer((finding.at.span.source, line), &finding.rule, today);
        let name = joined(self.means.prefix, &self.sources.name(finding.at.span.source));
        let mut by_entry = None;
        for (number, entry) in self.means.entries.iter().enumerate() {
            if !is_over(entry.until, today) && entry.covers(finding, &name) {
                self.used.insert(number);
                by_entry = by_entry.or(Some((By::Settings, entry.reason.clone(), entry.until)));
            }
        }
        let by_comment = by_comment.map(|said| (By::Inline, said.reason, Some(said.until)));
        by_comment.or(by_entry).or_else(|| self.allowed(finding))
    }

    fn allowed(&self, finding: &Finding) -> Option<(By, String, Option<Day>)> {
        let name = finding.secret.as_ref().map(|secret| secret.name.as_str());
        let is_meant = |one: &&Allowed| one.at == finding.at.span && Some(one.name.as_str()) == name;
        let allowed = self.means.allowed.iter().find(is_meant)?;
        Some((By::Tokens, allowed.reason.to_string(), None))
    }

    fn unused_entries(&self) -> Vec<Notice> {
        let Some(source) = self.means.settings else { return Vec::new() };
        let mut notices = Vec::new();
        for (number, entry) in self.means.entries.iter().enumerate() {
            let state = match entry.until {
                Some(day) if is_over(entry.until, self.means.today) => State::Expired(day),
                _ if self.used.contains(&number) => continue,
                _ => State::Unused,
            };
            let at = entry.span_in(source);
            notices.push(Notice { at, by: By::Settings, rule: entry.rule.clone(), state });
        }
        notices
    }
}

/// The day itself is the last on which an ignore holds.
fn is_over(until: Option<Day>, today: Day) -> bool {
    until.is_some_and(|day| day < today)
}

/// The ignores of all documents.
#[derive(Default)]
struct Inline {
    comments: Vec<Comment>,
    by_line: BTreeMap<(SourceId, usize), Vec<usize>>,
    /// Those that speak of here-documents too.
    wide: BTreeMap<SourceId, Vec<usize>>,
    /// Comment, and position of the rule in it.
    used: BTreeSet<(usize, usize)>,
}

impl Inline {
    fn read(sources: &Sources, rules: &RuleSet, settings: Option<SourceId>) -> Self {
        let mut inline = Self::default();
        for id in (0..sources.len()).filter_map(|id| u32::try_from(id).ok()).map(SourceId) {
            let downloaded = sources.name(id).split_inclusive('/').any(|part| part == DOWNLOADED);
            if downloaded || settings == Some(id) {
                continue;
            }
            for mut comment in comments(sources, id) {
                if comment
                    .said
                    .as_ref()
                    .is_ok_and(|said| said.rules.iter().any(|rule| rules.get(rule).is_none()))
                {
                    comment.said =
                        Err("a rule that it names does not exist; `secretrail rules list` names all");
                }
                if !comment.also.is_empty() {
                    inline.wide.entry(id).or_default().push(inline.comments.len());
                }
                inline.by_line.entry((id, comment.line)).or_default().push(inline.comments.len());
                inline.comments.push(comment);
            }
        }
        inline
    }

    fn answer(&mut self, place: (SourceId, usize), rule: &str, today: Day) -> Option<Said> {
        let mut answer = None;
        let wide = self.wide.get(&place.0).into_iter().flatten().filter(|number| {
            let comment = self.comments.get(**number);
            comment.is_some_and(|comment| comment.also.iter().any(|lines| lines.contains(&place.1)))
        });
        for number in self.by_line.get(&place).into_iter().flatten().chain(wide) {
            let Some(Ok(said)) = self.comments.get(*number).map(|comment| &comment.said) else { continue };
            let position = said.rules.iter().position(|named| named == rule);
            let Some(position) = position.filter(|_| !is_over(Some(said.until), today)) else { continue };
            self.used.insert((*number, position));
            answer = answer.or_else(|| Some(said.clone()));
        }
        answer
    }

    /// What is wrong with them: not valid, over, or of no use.
    fn notices(&self, today: Day) -> Vec<Notice> {
        let mut notices = Vec::new();
        for (number, comment) in self.comments.iter().enumerate() {
            let mut tell = |rule: String, state| {
                notices.push(Notice { at: comment.at, by: By::Inline, rule, state });
            };
            match &comment.said {
                Err(problem) => tell(String::new(), State::Invalid(problem)),
                Ok(said) if is_over(Some(said.until), today) => {
                    tell(said.rules.join(", "), State::Expired(said.until));
                }
                Ok(said) => {
                    let unused = |position: &usize| !self.used.contains(&(number, *position));
                    for rule in (0..said.rules.len()).filter(unused).filter_map(|at| said.rules.get(at)) {
                        tell(rule.clone(), State::Unused);
                    }
                }
            }
        }
        notices
    }
}
