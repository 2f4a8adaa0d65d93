//! What a rule means, for people at a terminal.

use super::Rule;
use super::example::{Example, ExampleInput};
use crate::shown::shown_page;

/// Lines are not longer than this many characters.
const COLUMNS: usize = 100;

/// One line for a list of rules: name, level and title in columns.
pub fn list_line(rule: &Rule) -> String {
    format!("{:<40}  {:<13}  {}", rule.name(), rule.severity().word(), rule.file().title)
}

/// All that a user needs to know of a rule.
pub fn explain(rule: &Rule) -> String {
    let file = rule.file();
    let mut page = Page(String::new());
    page.line(rule.name());
    page.wrapped(&file.title, "");
    page.line("");
    page.fact("Level", rule.severity().word());
    if let Some(confidence) = rule.confidence() {
        page.fact("Confidence", confidence.word());
    }
    let source = &file.logsource;
    let parts = [&source.product, &source.service, &source.category];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    page.fact("Looks at", &parts.join(" / "));
    if let Some(correlation) = &file.correlation {
        page.fact("Looks for", &correlation.told());
    }
    for (title, value) in [("Status", &file.status), ("Author", &file.author), ("Id", &file.id)] {
        if let Some(value) = value {
            page.fact(title, value);
        }
    }
    page.fact("Tags", &file.tags.join(", "));
    for (title, text) in [("What is wrong", &file.description), ("How to fix it", &file.remediation)] {
        if let Some(text) = text {
            page.head(title);
            page.wrapped(text, "  ");
        }
    }
    let cases: Vec<String> = file.remedies.iter().map(|remedy| remedy.text.replace('\n', " ")).collect();
    page.list("What to do in other cases", &cases);
    page.list("What meets it without being wrong", &file.falsepositives);
    page.list("References", &file.references);
    if !file.examples.is_empty() {
        page.head("Examples");
        file.examples.iter().for_each(|example| page.example(example));
    }
    page.0
}

struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        // A rule may come from strangers.
        self.0.push_str(&shown_page(text.trim_end()));
        self.0.push('\n');
    }

    fn head(&mut self, title: &str) {
        self.line("");
        self.line(title);
    }

    fn fact(&mut self, title: &str, value: &str) {
        if !value.trim().is_empty() {
            self.filled(value, &format!("{title:<12}"), &" ".repeat(12));
        }
    }

    fn list(&mut self, title: &str, items: &[String]) {
        if !items.is_empty() {
            self.head(title);
            items.iter().for_each(|item| self.filled(item, "  - ", "    "));
        }
    }

    /// A text in paragraphs; lines that are indented or start a list stay lines of their own.
    fn wrapped(&mut self, text: &str, indent: &str) {
        let mut paragraph = String::new();
        for line in text.lines() {
            let own = line.starts_with([' ', '\t', '-', '*']);
            if (own || line.trim().is_empty()) && !paragraph.is_empty() {
                self.filled(&std::mem::take(&mut paragraph), indent, indent);
            }
            match line.trim() {
                "" => self.line(""),
                _ if line.starts_with([' ', '\t']) => self.line(&format!("{indent}{line}")),
                item if own => self.filled(item, indent, &format!("{indent}  ")),
                words => {
                    paragraph.push_str(words);
                    paragraph.push(' ');
                }
            }
        }
        if !paragraph.is_empty() {
            self.filled(&paragraph, indent, indent);
        }
    }

    /// Words in lines of at most [`COLUMNS`]; a word that is longer (an address) stays whole.
    fn filled(&mut self, text: &str, first: &str, indent: &str) {
        let mut line = first.to_owned();
        let mut empty = true;
        for word in text.split_whitespace() {
            if !empty && line.chars().count() + 1 + word.chars().count() > COLUMNS {
                self.line(&line);
                line = indent.to_owned();
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.line(&line);
    }

    fn example(&mut self, example: &Example) {
        let kind = match example.is_positive() {
            Some(true) => "found",
            Some(false) => "not found",
            None => "fixture",
        };
        self.filled(&format!("{} ({kind})", example.name), "  - ", "    ");
        match &example.input {
            ExampleInput::Fixture(path) => self.line(&format!("      fixtures/{path}")),
            ExampleInput::Record { fields, .. } => {
                for (name, _) in fields.iter() {
                    // The template's rendering, so that users see values as in messages.
                    let value = super::message::told(fields, name);
                    self.filled(&format!("{name}: {value}"), "      ", "        ");
                }
            }
            ExampleInput::Records { records, .. } => {
                for (time, fields) in records {
                    let told = |name| format!("{name}: {}", super::message::told(fields, name));
                    let told: Vec<String> = fields.iter().map(|(name, _)| told(name)).collect();
                    self.filled(&format!("at {time} s: {}", told.join(", ")), "      ", "        ");
                }
            }
            input => {
                let files = input.files();
                for (name, text) in &files {
                    if files.len() > 1 {
                        self.line(&format!("      {name}"));
                    }
                    // Code is shown as it is written: breaking its lines would change it.
                    text.lines().for_each(|line| self.line(&format!("      {line}")));
                }
            }
        }
    }
}
