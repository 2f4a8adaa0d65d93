//! The review for a ticket: the verdict on the first screen, then what to do, then what it rests on.

mod blast;
mod fit;

use std::collections::BTreeSet;
use std::io::{self, Write};

use self::fit::{LIMITS, LONGEST, Limits, SHORTENED, cut};
use super::rows;
use super::{Evidence, ReviewReport, number};
use crate::report::markdown::escape::{code, prose};
use crate::review::{Action, Group, Party, Rotation, span};

/// Names in one line, and texts of one fact: a user agent is long.
const MOST_NAMES: usize = 5;
const MOST_TEXTS: usize = 3;
/// What is said of sessions that may be somebody else's.
pub(super) const PERHAPS: &str = "Not counted in this review. Find out who used them; if it was the same actor, review them too, with `--event` and their first event.";

/// Writes the review: as much of it as a comment holds.
pub(super) fn render(report: &ReviewReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    for (at, limits) in LIMITS.iter().enumerate() {
        let mut page = Vec::new();
        Page { report, limits: *limits, is_short: at > 0 }.whole(&mut page)?;
        text = String::from_utf8_lossy(&page).into_owned();
        if text.chars().count() <= LONGEST {
            break;
        }
    }
    out.write_all(cut(text).as_bytes())
}

struct Page<'p> {
    report: &'p ReviewReport<'p>,
    limits: Limits,
    is_short: bool,
}

/// A row of a table.
fn row(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| {} |", cells.join(" | "))
}

fn header(columns: &[&str], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n| {} |", columns.join(" | "))?;
    writeln!(out, "|{}", "---|".repeat(columns.len()))
}

/// Names as code, the first ones.
fn codes(names: &[String], more: usize) -> String {
    let (shown, rest) = names.split_at(MOST_NAMES.min(names.len()));
    let more = more + rest.len();
    let mut text = shown.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// A code span of any text on one line: longer runs of backticks around it than in it.
fn span_of(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let marks = "`".repeat(longest + 1);
    if longest == 0 { format!("`{text}`") } else { format!("{marks} {text} {marks}") }
}

/// The title of a group of actions.
pub(super) fn group_title(group: Group) -> (&'static str, &'static str) {
    match group {
        Group::Stop => (
            "Stop what was used",
            "These credentials were used in the incident, and nothing in the logs revoked them.",
        ),
        Group::Undo => {
            ("Undo what was left behind", "Created or changed in the incident, and not undone in these logs.")
        }
        Group::Decide => (
            "Decide first",
            "Credentials upstream of the incident, or that likely used what it created: stop them if you think that they are compromised too. Also log delivery and possible containment: remove them only if nothing of yours needs them.",
        ),
        Group::Confirm => (
            "Only if you confirm the link",
            "Only a shared host, address or role links these to the incident: they may belong to someone else, who would then be cut off. The evidence is under *Possibly related*.",
        ),
    }
}

impl Page<'_> {
    fn whole(&self, out: &mut dyn Write) -> io::Result<()> {
        self.head(out)?;
        self.actions(out)?;
        self.rotations(out)?;
        self.timeline(out)?;
        self.who(out)?;
        self.identities(out)?;
        self.blast(out)?;
        self.unseen(out)?;
        self.evidence(out)
    }

    fn say(&self) -> super::Say<'_> {
        self.report.say()
    }

    fn prose(&self, text: &str) -> String {
        prose(&self.say().message(text))
    }

    /// A sentence with commands in it, which somebody copies: outside of tables a code span holds any sign but a backtick.
    fn exact(&self, text: &str) -> String {
        let text = self.say().message(text);
        let parts: Vec<&str> = text.split('`').collect();
        if parts.len().is_multiple_of(2) {
            return prose(&text);
        }
        let part = |(at, part): (usize, &&str)| match (at % 2, part.trim().is_empty()) {
            (1, true) => String::new(),
            (1, false) => format!("`{part}`"),
            _ => prose(part),
        };
        parts.iter().enumerate().map(part).collect()
    }

    /// An answer of a runbook, which may be a command that nobody marked as one: what would not stay as it is becomes code.
    fn answer(&self, text: &str) -> String {
        let told = self.say().message(text);
        let count = told.matches('`').count();
        let is_marked = count > 0 && count.is_multiple_of(2);
        let outside = told.split('`').step_by(2).all(|part| prose(part) == part);
        match (is_marked || count == 0) && outside {
            true => self.exact(text),
            false => span_of(&told),
        }
    }

    fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        let (report, review) = (self.report, self.report.review);
        let start = &review.question.start;
        writeln!(out, "# Incident review: {} {}\n", start.word(), code(&self.say().name(start.text())))?;
        for (title, text) in &review.verdict {
            writeln!(out, "- **{title}:** {}", self.prose(text))?;
        }
        writeln!(
            out,
            "\n<sub>secretrail {}, {}, from {}. All times are UTC. AWS was not queried, and nothing was run.</sub>",
            report.tool_version,
            report.made_at(),
            number(report.logs.len(), "log", "logs"),
        )?;
        if self.is_short {
            writeln!(out, "\n{SHORTENED}")?;
        }
        if review.outside > 0 {
            writeln!(
                out,
                "\n{} outside of the time that was asked for.",
                number(review.outside, "session of the same start is", "sessions of the same start are")
            )?;
        }
        Ok(())
    }

    fn actions(&self, out: &mut dyn Write) -> io::Result<()> {
        let review = self.report.review;
        writeln!(out, "\n## Contain\n")?;
        if review.actions.is_empty() {
            writeln!(out, "Nothing in these logs calls for a command.")?;
        } else {
            writeln!(
                out,
                "Printed, never run. Read each command, and run it in this order with credentials of the account that it names."
            )?;
        }
        for group in Group::ALL {
            let all: Vec<&Action> = review.actions.iter().filter(|action| action.group == group).collect();
            if all.is_empty() {
                continue;
            }
            let (title, why) = group_title(group);
            writeln!(out, "\n### {title}\n\n{why}\n")?;
            for (at, action) in all.iter().take(self.limits.actions).enumerate() {
                self.action(at + 1, action, out)?;
            }
            let more = all.len().saturating_sub(self.limits.actions);
            self.more(more, "more is", "more are", out)?;
        }
        if !review.done.is_empty() {
            writeln!(out, "\n### Already done\n\n{}\n", rows::DONE)?;
            for one in review.done.iter().take(self.limits.others) {
                writeln!(out, "- {}", self.prose(&rows::done(one)))?;
            }
            self.more(review.done.len().saturating_sub(self.limits.others), "more is", "more are", out)?;
        }
        if !review.over.is_empty() {
            writeln!(out, "\n### Already over\n")?;
            for text in review.over.iter().take(self.limits.others) {
                writeln!(out, "- {}", self.prose(text))?;
            }
            self.more(review.over.len().saturating_sub(self.limits.others), "more is", "more are", out)?;
        }
        Ok(())
    }

    fn action(&self, at: usize, action: &Action, out: &mut dyn Write) -> io::Result<()> {
        let account = code(&self.say().name(&action.account));
        writeln!(out, "{at}. {} (account {account})", self.prose(&action.about))?;
        let (command, is_hidden) = self.say().command(&action.command);
        if !command.is_empty() {
            writeln!(out, "\n   ```sh\n   {command}\n   ```\n")?;
        }
        if is_hidden {
            writeln!(out, "   Part of a name is hidden: fill in the full one.")?;
        }
        let breaks = if action.breaks.is_empty() {
            String::new()
        } else {
            format!(" Breaks: {}.", self.prose(&action.breaks))
        };
        writeln!(out, "   Does: {}.{breaks}", self.exact(&action.does))?;
        let events: Vec<String> = action
            .because
            .iter()
            .map(|mark| format!("{} ({})", code(&self.say().name(&mark.id)), rows::place(mark)))
            .collect();
        writeln!(out, "   Because of event {}.\n", events.join(", "))
    }

    fn rotations(&self, out: &mut dyn Write) -> io::Result<()> {
        let review = self.report.review;
        writeln!(out, "\n## Rotate\n")?;
        if review.rotations.is_empty() {
            return writeln!(out, "No secret was read in these logs.");
        }
        writeln!(out, "Whoever read a secret still knows it after every credential has been stopped.")?;
        if !review.has_inventory {
            writeln!(out, "No list of keys was given: `--inventory FILE` adds its five answers here.")?;
        }
        let (listed, bare): (Vec<&Rotation>, Vec<&Rotation>) =
            review.rotations.iter().partition(|one| !one.listed.is_empty());
        self.unlisted(&bare, out)?;
        for one in listed.into_iter().take(self.limits.others) {
            writeln!(out, "\n### {}\n", code(&self.say().name(&one.name)))?;
            for text in rows::rotation(one) {
                writeln!(out, "- {}", self.prose(&text))?;
            }
            writeln!(out)?;
            for row in &one.listed {
                let owner = row.owner.as_deref().unwrap_or("nobody");
                let rotated = row.rotated.as_deref().unwrap_or("not listed");
                writeln!(
                    out,
                    "{}: owner {}, last rotated {rotated}, lives in {}\n",
                    code(&self.say().name(&row.key)),
                    self.prose(owner),
                    self.prose(&row.home)
                )?;
                for (at, (question, answer)) in row.answers.iter().enumerate() {
                    let answer =
                        answer.as_deref().map_or("**no answer yet**".to_owned(), |text| self.answer(text));
                    writeln!(out, "{}. {question} {answer}", at + 1)?;
                }
                let (push, _) = self.say().command(&row.push);
                if !push.is_empty() {
                    writeln!(out, "\nIn general it is put there by\n\n```sh\n{push}\n```")?;
                }
            }
        }
        Ok(())
    }

    /// Secrets of which no list tells anything: those of which the same is to be said go on one line.
    fn unlisted(&self, all: &[&Rotation], out: &mut dyn Write) -> io::Result<()> {
        let mut groups: Vec<(Vec<String>, Vec<String>)> = Vec::new();
        for one in all {
            let (notes, name) = (rows::rotation(one), self.say().name(&one.name));
            match groups.iter_mut().find(|(known, _)| *known == notes) {
                Some((_, names)) => names.push(name),
                None => groups.push((notes, vec![name])),
            }
        }
        let why = match self.report.review.has_inventory {
            true => "Not in the inventory, so there is no record of how: ",
            false => "",
        };
        if !groups.is_empty() {
            writeln!(out)?;
        }
        for (notes, names) in groups.iter().take(self.limits.others) {
            let (shown, rest) = names.split_at(self.limits.others.min(names.len()));
            let shown = shown.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ");
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            writeln!(out, "- {why}{shown}{more}")?;
            for note in notes {
                writeln!(out, "  - {}", self.prose(note))?;
            }
        }
        self.more(groups.len().saturating_sub(self.limits.others), "more is", "more are", out)
    }

    fn timeline(&self, out: &mut dyn Write) -> io::Result<()> {
        let (rows, more) = rows::timeline(self.report, self.limits.rows);
        writeln!(out, "\n## What happened\n")?;
        if rows.is_empty() {
            return writeln!(out, "Only reads.");
        }
        writeln!(
            out,
            "Sign-ins, issued credentials, secrets, changes and denied calls. Reads are counted below."
        )?;
        header(&["time (UTC)", "session", "call", "target", "from", "event"], out)?;
        for one in &rows {
            let times = if one.times > 1 { format!(" ×{}", one.times) } else { String::new() };
            let error =
                if one.error.is_empty() { String::new() } else { format!(" **{}**", prose(&one.error)) };
            let start = if one.is_start { "**start** " } else { "" };
            let (names, more) = rows::few(&one.objects);
            let more = if more { ", …" } else { "" };
            let names = names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ");
            row(
                &[
                    one.time.clone(),
                    code(&one.session),
                    format!("{start}{}{times}{error}", code(&one.call)),
                    format!("{names}{more}"),
                    prose(&one.from),
                    format!("{}, {}", code(&one.event), one.place),
                ],
                out,
            )?;
        }
        self.more(more, "more row, the least significant, is", "more rows, the least significant, are", out)
    }

    /// What is left out here, and where it is.
    fn more(&self, count: usize, one: &str, more: &str, out: &mut dyn Write) -> io::Result<()> {
        if count == 0 {
            return Ok(());
        }
        writeln!(out, "\n{} in `--format html` and `--format json`.", number(count, one, more))
    }

    fn who(&self, out: &mut dyn Write) -> io::Result<()> {
        let review = self.report.review;
        writeln!(out, "\n## Who\n")?;
        writeln!(
            out,
            "Levels of evidence: L4 asserted by AWS, L3 declared when the credential was issued, L2 marked by a program, L0 claimed by a user agent. \"Human\" requires positive evidence."
        )?;
        for party in review.parties.iter().take(self.limits.sessions) {
            self.party(party, out)?;
        }
        self.more(
            review.parties.len().saturating_sub(self.limits.sessions),
            "more session is",
            "more sessions are",
            out,
        )?;
        if !review.before.is_empty() {
            writeln!(out, "\n### Upstream\n\nWho issued or created the credentials, nearest first.")?;
        }
        for party in review.before.iter().take(self.limits.sessions) {
            self.party(party, out)?;
        }
        if !review.perhaps.is_empty() {
            writeln!(out, "\n### Possibly related\n\n{}", prose(PERHAPS))?;
        }
        for party in review.perhaps.iter().take(self.limits.sessions) {
            self.party(party, out)?;
        }
        self.more(
            review.perhaps.len().saturating_sub(self.limits.sessions),
            "more such session is",
            "more such sessions are",
            out,
        )
    }

    /// What evidence of the account says.
    fn identities(&self, out: &mut dyn Write) -> io::Result<()> {
        let review = self.report.review;
        if !review.has_account {
            return Ok(());
        }
        writeln!(out, "\n## Account evidence\n\n{}", prose(rows::ACCOUNT))?;
        for one in review.identities.iter().take(self.limits.others) {
            let at = rows::time(one.at);
            writeln!(
                out,
                "\n### {} in account {}, at {at}\n",
                self.prose(&one.about),
                code(&self.say().name(&one.account))
            )?;
            for (title, text) in &one.facts {
                writeln!(out, "- {title}: {}", self.prose(text))?;
            }
        }
        self.more(review.identities.len().saturating_sub(self.limits.others), "more is", "more are", out)
    }

    fn party(&self, party: &Party, out: &mut dyn Write) -> io::Result<()> {
        let say = self.say();
        writeln!(out, "\n#### {} {}\n", code(&party.id), code(&say.name(party.short())))?;
        for (title, texts, are_names) in rows::facts(party, &say) {
            let more = texts.len().saturating_sub(MOST_TEXTS);
            let told = |text: &String| if are_names { code(text) } else { prose(text) };
            let mut line = texts.iter().take(MOST_TEXTS).map(told).collect::<Vec<_>>().join("; ");
            if more > 0 {
                line.push_str(&format!(" and {more} more"));
            }
            writeln!(out, "- {title}: {line}")?;
        }
        Ok(())
    }

    fn unseen(&self, out: &mut dyn Write) -> io::Result<()> {
        let review = self.report.review;
        writeln!(out, "\n## Limits of this review\n")?;
        for gap in &review.gaps {
            let at = gap.offset.map(|offset| format!(" at byte {offset}")).unwrap_or_default();
            writeln!(
                out,
                "- **Not read:** {}{at}: {}",
                code(&self.say().name(&gap.name)),
                self.prose(&gap.reason)
            )?;
        }
        for text in &review.unseen {
            writeln!(out, "- {}", self.prose(text))?;
        }
        Ok(())
    }

    fn evidence(&self, out: &mut dyn Write) -> io::Result<()> {
        let report = self.report;
        writeln!(out, "\n## Evidence\n")?;
        for text in &report.coverage {
            writeln!(out, "- {}", self.prose(text))?;
        }
        let cited = self.cited();
        let others = (0..report.logs.len()).filter(|at| !cited.contains(at)).take(self.limits.files);
        let shown: BTreeSet<usize> = cited.iter().copied().take(self.limits.cited).chain(others).collect();
        header(&["log", "file", "SHA-256"], out)?;
        for (at, file) in shown.iter().filter_map(|at| Some((at, report.logs.get(*at)?))) {
            self.file(&(at + 1).to_string(), file, out)?;
        }
        for file in &report.others {
            self.file("", file, out)?;
        }
        let more = report.logs.len() - shown.len();
        self.more(more, "more log is", "more logs are", out)?;
        writeln!(
            out,
            "\nThe SHA-256 of the sorted lines `hash, two spaces, file` of all files, as `sha256sum` writes them: {}",
            code(&report.digest())
        )?;
        let (first, last) = (report.review.first(), report.review.last());
        if let (Some(first), Some(last)) = (first, last) {
            writeln!(out, "\nThe incident as described here lasts {}.", span(last - first))?;
        }
        Ok(())
    }

    fn file(&self, number: &str, file: &Evidence, out: &mut dyn Write) -> io::Result<()> {
        let hash = file.sha256.as_deref().map_or("could not be read".to_owned(), code);
        row(&[number.to_owned(), code(&self.say().path(&file.name)), hash], out)
    }

    /// Logs that events are told of.
    fn cited(&self) -> BTreeSet<usize> {
        let review = self.report.review;
        let timeline = review.timeline.iter().map(|told| told.deed.at.file);
        let parties = review.parties.iter().chain(&review.before).map(|party| party.first.file);
        let calls = [&review.changes, &review.denied, &review.failed, &review.only_read];
        let calls = calls.into_iter().flatten().map(|calls| calls.first.file);
        timeline.chain(parties).chain(calls).map(|file| file as usize).collect()
    }
}
