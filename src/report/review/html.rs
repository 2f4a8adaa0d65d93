//! The review for a browser: one page that loads nothing, sends nothing and runs nothing.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::markdown::{PERHAPS, group_title};
use super::rows::{self, CALL_COLUMNS, Fact};
use super::{Evidence, ReviewReport, Say, number};
use crate::report::html::assets::{policy, style};
use crate::report::html::prose::inline;
use crate::review::{Action, At, Calls, Group, Party};

/// Names in one cell.
const MOST_NAMES: usize = 20;
/// Rows of the timeline.
const MOST_ROWS: usize = 2_000;
/// Sessions that are open where there are no more.
const FEW: usize = 4;

/// Parts of the page: anchor and title.
const PARTS: [(&str, &str); 8] = [
    ("contain", "Contain"),
    ("rotate", "Rotate"),
    ("happened", "What happened"),
    ("who", "Who"),
    ("account", "Account evidence"),
    ("blast", "Blast radius"),
    ("not-shown", "Limits of this review"),
    ("evidence", "Evidence"),
];

/// Writes the page.
pub(super) fn render(report: &ReviewReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let page = Page { report, say: report.say() };
    let pieces = [
        page.head(),
        page.contain(),
        page.rotate(),
        page.happened(),
        page.who(),
        page.identities(),
        page.blast(),
        page.not_shown(),
        page.evidence(),
    ];
    for piece in pieces {
        out.write_all(piece.0.as_bytes())?;
        out.write_all(b"\n")?;
    }
    out.write_all(b"</main>\n</body>\n</html>\n")
}

struct Page<'p> {
    report: &'p ReviewReport<'p>,
    say: Say<'p>,
}

impl Page<'_> {
    fn words(&self, text: &str) -> Markup {
        inline(&self.say.message(text))
    }

    fn head(&self) -> Markup {
        let (report, review) = (self.report, self.report.review);
        let start = &review.question.start;
        let subject = format!("{} {}", start.word(), self.say.name(start.text()));
        html! {
            (DOCTYPE)
            (PreEscaped("<html lang=\"en\">"))
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex, nofollow";
                meta name="generator" content=(format!("secretrail {}", report.tool_version));
                title { "Incident review: " (subject) }
                style { (PreEscaped(style())) }
            }
            (PreEscaped("<body>"))
            a.skip href="#main" { "Skip to the review" }
            header.top {
                p.brand { "secretrail" }
                p.made { "Incident review · " time datetime=(report.made_at()) { (report.made_at()) } " · version " (report.tool_version) }
            }
            (PreEscaped("<main id=\"main\" tabindex=\"-1\">"))
            section.verdict aria-labelledby="verdict" {
                h1 id="verdict" { "Incident review: " (start.word()) " " code { (self.say.name(start.text())) } }
                dl.lines {
                    @for (title, text) in &review.verdict { div { dt { (title) } dd { (self.words(text)) } } }
                }
                p.quiet {
                    "From " (number(report.logs.len(), "log", "logs")) ". All times are UTC. AWS was not queried, and nothing was run."
                    @if review.outside > 0 {
                        " " (number(review.outside, "session of the same start is", "sessions of the same start are")) " outside of the requested period."
                    }
                }
            }
            nav.contents aria-label="Parts of this review" {
                ul { @for (anchor, title) in PARTS { li { a href=(format!("#{anchor}")) { (title) } } } }
            }
        }
    }

    fn contain(&self) -> Markup {
        let review = self.report.review;
        section(
            "contain",
            "Contain",
            &html! {
                @if review.actions.is_empty() {
                    p { "Nothing in these logs calls for a command." }
                } @else {
                    p { "Printed, never run. Read each command, and run it in this order with credentials of the account that it names." }
                }
                @for group in Group::ALL {
                    @let all: Vec<&Action> = review.actions.iter().filter(|action| action.group == group).collect();
                    @if !all.is_empty() {
                        @let (title, why) = group_title(group);
                        h3 { (title) " " span.count { (all.len()) } }
                        p { (why) }
                        @for (at, action) in all.iter().enumerate() { (self.action(at + 1, action)) }
                    }
                }
                @if !review.done.is_empty() {
                    h3 { "Already done" }
                    p { (rows::DONE) }
                    ul.plain { @for one in &review.done { li { (self.words(&rows::done(one))) } } }
                }
                @if !review.over.is_empty() {
                    h3 { "Already over" }
                    ul.plain { @for text in &review.over { li { (self.words(text)) } } }
                }
            },
        )
    }

    fn action(&self, at: usize, action: &Action) -> Markup {
        let (command, is_hidden) = self.say.command(&action.command);
        html! {
            h4 { (at) ". " (self.words(&action.about)) " (account " code { (self.say.name(&action.account)) } ")" }
            @if !command.is_empty() { div.fix { pre { code { (command) } } } }
            @if is_hidden { p { "Part of a name is hidden: fill in the full one." } }
            p {
                "Does: " (self.words(&action.does)) "."
                @if !action.breaks.is_empty() { " Breaks: " (self.words(&action.breaks)) "." }
            }
            p.quiet { "Because of event " @for at in &action.because { (self.event(at)) " " } }
        }
    }

    fn event(&self, at: &At) -> Markup {
        html! { code { (self.say.name(&at.id)) } " (" (rows::place(at)) ")" }
    }

    fn rotate(&self) -> Markup {
        let review = self.report.review;
        section(
            "rotate",
            "Rotate",
            &html! {
                @if review.rotations.is_empty() {
                    p { "No secret was read in these logs." }
                } @else {
                    p { "Whoever read a secret still knows it after every credential has been stopped." }
                    @if !review.has_inventory {
                        p { "No list of keys was given: " code { "--inventory FILE" } " adds its five answers here." }
                    }
                }
                @for one in &review.rotations {
                    h3 { code { (self.say.name(&one.name)) } }
                    @for text in rows::rotation(one) { p { (self.words(&text)) } }
                    @if one.listed.is_empty() && review.has_inventory {
                        p { strong.bad { "Not in the inventory" } ": there is no record of how to rotate it." }
                    }
                    @for row in &one.listed {
                        p {
                            code { (self.say.name(&row.key)) }
                            ": owner " (self.words(row.owner.as_deref().unwrap_or("nobody")))
                            ", last rotated " (row.rotated.as_deref().unwrap_or("not listed"))
                            ", lives in " (self.words(&row.home))
                        }
                        ol {
                            @for (question, answer) in &row.answers {
                                li { (question) " " @match answer {
                                    Some(answer) => (self.words(answer)),
                                    None => strong.bad { "no answer yet" },
                                } }
                            }
                        }
                        @let (push, _) = self.say.command(&row.push);
                        @if !push.is_empty() { p { "It is usually stored with" } div.fix { pre { code { (push) } } } }
                    }
                }
            },
        )
    }

    fn happened(&self) -> Markup {
        let (rows, more) = rows::timeline(self.report, MOST_ROWS);
        let columns = ["time (UTC)", "session", "call", "target", "from", "event"];
        section(
            "happened",
            "What happened",
            &html! {
                p { "Sign-ins, issued credentials, secrets, changes and denied calls. Reads are counted below." }
                (table("t-happened", &columns, &html! {
                    @for row in &rows {
                        tr {
                            th scope="row" { (row.time) }
                            td { a href=(format!("#{}", row.session)) { code { (row.session) } } }
                            td {
                                @if row.is_start { strong.doubtful { "start" } " " }
                                code { (row.call) }
                                @if row.times > 1 { " ×" (row.times) }
                                @if !row.error.is_empty() { " " strong.bad { (row.error) } }
                            }
                            td { (names(&row.objects, 0)) }
                            td { (row.from) }
                            td { code { (row.event) } ", " (row.place) }
                        }
                    }
                }))
                @if more > 0 { p.quiet { (more) " more rows, the least significant, are in the JSON review." } }
            },
        )
    }

    fn who(&self) -> Markup {
        let review = self.report.review;
        let open = review.parties.len() <= FEW;
        section(
            "who",
            "Who",
            &html! {
                p { "Levels of evidence: L4 asserted by AWS, L3 declared when the credential was issued, L2 marked by a program, L0 claimed by a user agent. \"Human\" requires positive evidence." }
                @if !review.parties.is_empty() { h3 { "Sessions of the incident" } }
                @for party in &review.parties { (self.party(party, open)) }
                @if !review.before.is_empty() {
                    h3 { "Upstream" }
                    p { "Who issued or created the credentials, nearest first." }
                    @for party in &review.before { (self.party(party, open)) }
                }
                @if !review.perhaps.is_empty() {
                    h3 { "Possibly related" }
                    p { (inline(PERHAPS)) }
                    @for party in &review.perhaps { (self.party(party, open)) }
                }
            },
        )
    }

    /// What evidence of the account says.
    fn identities(&self) -> Markup {
        let review = self.report.review;
        section(
            "account",
            "Account evidence",
            &html! {
                p { @if review.has_account { (rows::ACCOUNT) } @else { "No account evidence was given." } }
                @for one in &review.identities {
                    h3 { (self.words(&one.about)) " in account " code { (self.say.name(&one.account)) } ", at " (rows::time(one.at)) }
                    dl.facts { @for (title, text) in &one.facts { dt { (title) } dd { (self.words(text)) } } }
                }
            },
        )
    }

    fn taken(&self) -> Markup {
        let review = self.report.review;
        html! {
            @if !review.taken.is_empty() {
                h3 { "Data read " span.count { (review.taken.len()) } }
                (table("t-data", &rows::TAKEN_COLUMNS, &html! {
                    @for one in &review.taken {
                        @let cells = rows::taken(one, &self.say);
                        tr {
                            th scope="row" { (inline(&cells.what)) }
                            td { (cells.times) } td { (cells.size) }
                            td { (names(&cells.objects, 0)) }
                            td { (cells.when) }
                            td { code { (cells.event) } ", " (cells.place) }
                            td { @for id in &cells.sessions { code { (id) } " " } }
                        }
                    }
                }))
            }
        }
    }

    fn party(&self, party: &Party, open: bool) -> Markup {
        html! {
            details.session id=(party.id) open[open] {
                summary {
                    h4 { code { (party.id) } " " (self.say.name(party.short())) } " "
                    span.where { (self.say.message(&party.actor_words())) }
                }
                dl.facts.body { @for fact in rows::facts(party, &self.say) { (told(&fact)) } }
            }
        }
    }

    fn blast(&self) -> Markup {
        let review = self.report.review;
        let columns = ["secret", "reads", "changes", "first", "last", "sessions", "events"];
        section(
            "blast",
            "Blast radius",
            &html! {
                h3 { "Secrets " span.count { (review.secrets.len()) } }
                @if review.secrets.is_empty() { p { "None was read or changed in these logs." } }
                @else {
                    (table("t-secrets", &columns, &html! {
                        @for one in &review.secrets {
                            tr {
                                th scope="row" {
                                    code { (self.say.name(&one.name)) }
                                    @if one.only_decrypted { " (decrypted by KMS; the read itself is not in the logs)" }
                                }
                                td { (one.reads) } td { (one.writes) }
                                td { (rows::time(one.first)) } td { (rows::time(one.last)) }
                                td { @for id in &one.sessions { code { (id) } " " } }
                                td { @for at in &one.events { (self.event(at)) " " } }
                            }
                        }
                    }))
                }
                (self.taken())
                (self.left_behind())
                (self.calls("Changes", "t-changes", &review.changes))
                (self.calls("Refused", "t-refused", &review.denied))
                (self.calls("Failed otherwise", "t-failed", &review.failed))
                (self.only_read())
            },
        )
    }

    fn only_read(&self) -> Markup {
        let lines = rows::only_read(self.report);
        html! {
            @if !lines.is_empty() {
                h3 { "Reads" }
                ul.plain {
                    @for (service, calls) in &lines {
                        li { strong { (service) } ": " @for (at, (name, times)) in calls.iter().enumerate() {
                            @if at > 0 { ", " } code { (name) } " ×" (times)
                        } }
                    }
                }
            }
        }
    }

    fn left_behind(&self) -> Markup {
        let review = self.report.review;
        let columns = ["what", "when (UTC)", "by", "event", "since then"];
        html! {
            @if !review.lasting.is_empty() {
                h3 { "Left behind " span.count { (review.lasting.len()) } }
                (table("t-left", &columns, &html! {
                    @for one in &review.lasting {
                        tr {
                            th scope="row" { (self.words(&one.what)) }
                            td { (rows::time(one.made.at.time)) }
                            td { code { (self.say.name(&one.made.name)) } }
                            td { (self.event(&one.made.at)) }
                            td { (self.words(&rows::since_then(one))) }
                        }
                    }
                }))
            }
        }
    }

    fn calls(&self, title: &str, id: &str, all: &[Calls]) -> Markup {
        html! {
            @if !all.is_empty() {
                h3 { (title) " " span.count { (all.len()) } }
                (table(id, &CALL_COLUMNS, &html! {
                    @for calls in all {
                        @let cells = rows::call(calls, &self.say);
                        tr {
                            th scope="row" { code { (cells.call) } @if !cells.error.is_empty() { " " strong.bad { (cells.error) } } }
                            td { (cells.times) }
                            td { (names(&cells.objects, cells.more)) }
                            td { (cells.first) }
                            td { code { (cells.event) } ", " (cells.place) }
                            td { @for id in &cells.sessions { code { (id) } " " } }
                        }
                    }
                }))
            }
        }
    }

    fn not_shown(&self) -> Markup {
        let review = self.report.review;
        section(
            "not-shown",
            "Limits of this review",
            &html! {
                ul.plain {
                    @for gap in &review.gaps {
                        li {
                            strong.bad { "Not read:" } " " code { (self.say.name(&gap.name)) }
                            @if let Some(offset) = gap.offset { " at byte " (offset) }
                            ": " (self.words(&gap.reason))
                        }
                    }
                    @for text in &review.unseen { li { (self.words(text)) } }
                }
            },
        )
    }

    fn evidence(&self) -> Markup {
        let report = self.report;
        let row = |number: String, file: &Evidence| {
            html! {
                tr {
                    td { (number) }
                    th scope="row" { code { (self.say.path(&file.name)) } }
                    td { @match &file.sha256 { Some(hash) => code { (hash) }, None => strong.bad { "could not be read" } } }
                }
            }
        };
        section(
            "evidence",
            "Evidence",
            &html! {
                ul.plain { @for text in &report.coverage { li { (self.words(text)) } } }
                (table("t-evidence", &["log", "file", "SHA-256"], &html! {
                    @for (at, file) in report.logs.iter().enumerate() { (row((at + 1).to_string(), file)) }
                    @for file in &report.others { (row("other".to_owned(), file)) }
                }))
                p {
                    "The SHA-256 of the sorted lines " code { "hash, two spaces, file" } " of all files, as "
                    code { "sha256sum" } " writes them: " code { (report.digest()) }
                }
            },
        )
    }
}

fn section(id: &str, title: &str, inner: &Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby=(format!("h-{id}")) { h2 id=(format!("h-{id}")) { (title) } (inner) }
    }
}

fn table(id: &str, columns: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll role="region" aria-label=(format!("Table: {}", id.trim_start_matches("t-"))) tabindex="0" {
            table id=(id) {
                thead { tr { @for title in columns { th scope="col" { (title) } } } }
                tbody { (rows) }
            }
        }
    }
}

fn names(all: &[String], more: usize) -> Markup {
    let more = more + all.len().saturating_sub(MOST_NAMES);
    html! {
        @for (at, name) in all.iter().take(MOST_NAMES).enumerate() { @if at > 0 { ", " } code { (name) } }
        @if more > 0 { " and " (more) " more" }
    }
}

fn told((title, texts, are_names): &Fact) -> Markup {
    let more = texts.len().saturating_sub(MOST_NAMES);
    html! {
        dt { (title) }
        dd {
            @for (at, text) in texts.iter().take(MOST_NAMES).enumerate() {
                @if at > 0 { br; }
                @if *are_names { code { (text) } } @else { (inline(text)) }
            }
            @if more > 0 { br; "and " (more) " more" }
        }
    }
}
