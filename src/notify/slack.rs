//! A message for Slack's incoming webhooks, and for all that take the same form: Mattermost, Rocket.Chat, Discord's
//! `/slack`.

use serde_json::{Value, json};

use super::message::Message;
use super::text::{clipped, gap_lines, headline, lists, open};
use super::{Change, Item};

/// Characters of a section's text that Slack takes.
const MOST_TEXT: usize = 3_000;
/// The same of a header.
const MOST_HEADER: usize = 150;
/// Blocks that it takes.
const MOST_BLOCKS: usize = 50;
/// Findings of each list that are shown: a channel is no report.
const MOST_LISTED: usize = 20;
/// Words that call everybody.
const ALL: [&str; 4] = ["channel", "here", "everyone", "all"];
/// Characters of one finding, before they are escaped: each may become five.
const MOST_LINE: usize = 500;

/// The message.
pub fn slack(change: &Change) -> Message {
    let headline = headline(change);
    let mut blocks = vec![
        json!({"type": "header", "text": {"type": "plain_text", "text": header(&headline)}}),
        section(&escaped(&clipped(&change.verdict, MOST_LINE))),
    ];
    for (title, items) in lists(change) {
        let lines = listed(title, items);
        blocks.extend(sections(&lines).iter().map(|text| section(text)));
    }
    let gaps: Vec<String> = gap_lines(change).iter().map(|line| escaped(&clipped(line, MOST_LINE))).collect();
    blocks.extend(sections(&gaps).iter().map(|text| section(text)));
    if let Some(url) = &change.report_url {
        blocks.push(section(&format!("<{}|Open the report>", escaped(url))));
    }
    let about = format!("Open now: {} · {} · {}", open(change), change.scope, change.at);
    let about = json!({"type": "mrkdwn", "text": escaped(&clipped(&about, MOST_LINE)), "verbatim": true});
    blocks.truncate(MOST_BLOCKS - 1);
    blocks.push(json!({"type": "context", "elements": [about]}));
    let text = escaped(&clipped(&headline, MOST_LINE));
    let body = json!({"text": text, "blocks": blocks, "unfurl_links": false, "unfurl_media": false});
    Message { content_type: "application/json", headers: Vec::new(), body: body.to_string().into_bytes() }
}

/// Short, and without marks: a clipped escape would be none.
fn header(headline: &str) -> String {
    clipped(&uncalled(&headline.replace(['<', '>', '&'], " ")), MOST_HEADER)
}

fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

/// Lines in as few texts as there have to be.
fn sections(lines: &[String]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for line in lines {
        match texts.last_mut() {
            Some(text) if text.chars().count() + line.chars().count() < MOST_TEXT => {
                text.push('\n');
                text.push_str(line);
            }
            _ => texts.push(line.clone()),
        }
    }
    texts
}

fn listed(title: &str, items: &[Item]) -> Vec<String> {
    if items.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("*{title}*")];
    lines.extend(items.iter().take(MOST_LISTED).map(line));
    if items.len() > MOST_LISTED {
        lines.push(format!("… and {} more", items.len() - MOST_LISTED));
    }
    lines
}

fn line(item: &Item) -> String {
    let place = escaped(&clipped(&item.place, 200)).replace('`', "'");
    let message = escaped(&clipped(&item.message, 200));
    let print: String = item.fingerprint.chars().take(8).collect();
    let rule = escaped(&clipped(&item.rule, 100));
    format!("• {} {rule} at `{place}`: {message} ({})", item.severity, escaped(&print))
}

/// What Slack takes for its own marks stands for itself: a name in a log must call nobody.
fn escaped(text: &str) -> String {
    uncalled(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Mattermost, Rocket.Chat and Discord call everybody at a plain `@channel`, and make links of `[a](b)`: a letter that
/// nobody sees takes that away.
fn uncalled(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        told.push(letter);
        let rest = text.get(at + letter.len_utf8()..).unwrap_or_default();
        let calls =
            |word: &&str| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if (letter == '@' && ALL.iter().any(calls)) || (letter == ']' && rest.starts_with('(')) {
            told.push('\u{200b}');
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::super::sample::{change, item};
    use super::*;
    use crate::finding::Severity;

    /// Slack's limits, over all texts of a message.
    fn check(message: &Message) -> Value {
        let body: Value = serde_json::from_slice(&message.body).unwrap();
        let blocks = body["blocks"].as_array().unwrap();
        assert!(blocks.len() <= MOST_BLOCKS, "{}", blocks.len());
        for block in blocks {
            let most = if block["type"] == "header" { MOST_HEADER } else { MOST_TEXT };
            let text = block["text"]["text"].as_str().or(block["elements"][0]["text"].as_str()).unwrap();
            let length = text.chars().count();
            assert!((1..=most).contains(&length), "{length} {text}");
        }
        body
    }

    #[test]
    fn all_is_told() {
        let body = check(&slack(&change()));
        let text = "secretrail: 1 new finding, 1 is back, 1 fixed; the audit fails now (terraform infra)";
        assert_eq!(body["text"], text);
        let told = body.to_string();
        for part in [
            "*New*\\n• critical secret-written-to-disk at `user_data.sh:235`: anthropic_api_key is",
            "*Back again*",
            "*Fixed*",
            "<https://ci.example.com/audit.html|Open the report>",
            "Open now: 1 critical, 1 high · terraform infra · 2026-03-28T",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }

    #[test]
    fn its_limits_are_kept_whatever_is_found() {
        let mut change = change();
        let mut long = item("0123456789abcdef", Severity::High);
        let hostile = "<!channel> & `<@U1>`\n• @Everyone @here [a](https://evil.example) *".repeat(100);
        (long.place, long.message, long.rule) = (hostile.clone(), hostile.clone(), hostile.clone());
        change.new = vec![long.clone(); 3_000];
        change.reopened = vec![long.clone(); 3_000];
        change.fixed = vec![long; 3_000];
        change.gap_reasons = vec![hostile.clone(); 20];
        change.gaps = 20;
        (change.verdict, change.scope) = (hostile.clone(), hostile);
        let body = check(&slack(&change)).to_string();
        assert!(!body.contains("<!") && !body.contains("<@"), "nobody is called");
        let lower = body.to_lowercase();
        assert!(!lower.contains("@everyone") && !lower.contains("@here") && !body.contains("]("), "{lower}");
        assert!(!body.contains("`\\n• @"), "no line of its own");
        assert!(body.contains("… and 2980 more"));
        assert!(body.len() < 200_000, "{}", body.len());
    }
}
