//! The blast radius in Markdown: secrets, data, what was left behind, calls.

use std::io::{self, Write};

use super::super::rows::{self, CALL_COLUMNS};
use super::{Page, codes, header, row};
use crate::report::markdown::escape::{code, prose};
use crate::review::{Calls, Lasting, Leaves};

impl Page<'_> {
    pub(super) fn blast(&self, out: &mut dyn Write) -> io::Result<()> {
        let review = self.report.review;
        writeln!(out, "\n## Blast radius")?;
        writeln!(out, "\n### Secrets")?;
        if review.secrets.is_empty() {
            writeln!(out, "\nNone was read or changed in these logs.")?;
        } else {
            header(&["secret", "reads", "changes", "when (UTC)", "sessions", "events"], out)?;
        }
        for one in review.secrets.iter().take(self.limits.others) {
            let only = if one.only_decrypted {
                " (decrypted by KMS; the read itself is not in the logs)"
            } else {
                ""
            };
            let when = if one.first == one.last {
                rows::time(one.first)
            } else {
                format!("{} to {}", rows::time(one.first), rows::time(one.last))
            };
            let sessions: Vec<String> = one.sessions.iter().cloned().collect();
            let events: Vec<String> = one
                .events
                .iter()
                .map(|mark| format!("{} ({})", code(&self.say().name(&mark.id)), rows::place(mark)))
                .collect();
            row(
                &[
                    format!("{}{only}", code(&self.say().name(&one.name))),
                    one.reads.to_string(),
                    one.writes.to_string(),
                    when,
                    codes(&sessions, 0),
                    events.join(", "),
                ],
                out,
            )?;
        }
        self.more(
            review.secrets.len().saturating_sub(self.limits.others),
            "more secret is",
            "more secrets are",
            out,
        )?;
        self.taken(out)?;
        self.lasting(out)?;
        self.calls("Changes", "Successful write calls.", &review.changes, out)?;
        self.calls("Denied", "Calls that AWS denied.", &review.denied, out)?;
        self.calls("Failed otherwise", "", &review.failed, out)?;
        self.only_read(out)
    }

    /// One line for each service: what was looked at tells what somebody was after.
    fn only_read(&self, out: &mut dyn Write) -> io::Result<()> {
        let lines = rows::only_read(self.report);
        if lines.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n### Reads\n")?;
        for (service, calls) in &lines {
            let calls = calls.iter().map(|(name, times)| format!("{} ×{times}", code(name)));
            writeln!(out, "- {}: {}", code(service), calls.collect::<Vec<_>>().join(", "))?;
        }
        Ok(())
    }

    fn lasting(&self, out: &mut dyn Write) -> io::Result<()> {
        let review = self.report.review;
        if review.lasting.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n### Left behind")?;
        header(&["what", "when (UTC)", "by", "event", "since then"], out)?;
        // What is still there first.
        let (there, gone): (Vec<&Lasting>, Vec<&Lasting>) =
            review.lasting.iter().partition(|one| one.is_open());
        for one in there.into_iter().chain(gone).take(self.limits.others) {
            let words = if one.kind.leaves == Leaves::Lack { "not undone" } else { "still exists" };
            let ended = self.prose(&rows::since_then(one)).replacen(words, &format!("**{words}**"), 1);
            let mark = &one.made.at;
            row(
                &[
                    self.prose(&one.what),
                    rows::time(mark.time),
                    code(&self.say().name(&one.made.name)),
                    format!("{}, {}", code(&self.say().name(&mark.id)), rows::place(mark)),
                    ended,
                ],
                out,
            )?;
        }
        self.more(review.lasting.len().saturating_sub(self.limits.others), "more is", "more are", out)
    }

    fn calls(&self, title: &str, words: &str, all: &[Calls], out: &mut dyn Write) -> io::Result<()> {
        if all.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n### {title}")?;
        if !words.is_empty() {
            writeln!(out, "\n{words}")?;
        }
        header(&CALL_COLUMNS, out)?;
        for calls in all.iter().take(self.limits.others) {
            let cells = rows::call(calls, &self.say());
            let error =
                if cells.error.is_empty() { String::new() } else { format!(" **{}**", prose(&cells.error)) };
            row(
                &[
                    format!("{}{error}", code(&cells.call)),
                    cells.times.to_string(),
                    codes(&cells.objects, cells.more),
                    cells.first,
                    format!("{}, {}", code(&cells.event), cells.place),
                    codes(&cells.sessions, 0),
                ],
                out,
            )?;
        }
        self.more(all.len().saturating_sub(self.limits.others), "more call is", "more calls are", out)
    }

    fn taken(&self, out: &mut dyn Write) -> io::Result<()> {
        let review = self.report.review;
        if review.taken.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n### Data read")?;
        header(&rows::TAKEN_COLUMNS, out)?;
        for one in review.taken.iter().take(self.limits.others) {
            let cells = rows::taken(one, &self.say());
            row(
                &[
                    self.prose(&cells.what),
                    cells.times,
                    cells.size,
                    codes(&cells.objects, 0),
                    cells.when,
                    format!("{}, {}", code(&cells.event), cells.place),
                    codes(&cells.sessions, 0),
                ],
                out,
            )?;
        }
        self.more(
            review.taken.len().saturating_sub(self.limits.others),
            "more place is",
            "more places are",
            out,
        )
    }
}
