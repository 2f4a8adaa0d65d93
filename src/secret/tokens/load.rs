//! From the wire form to a table that searches.

use std::collections::BTreeMap;

use super::allow::AllowList;
use super::file::{Allow, File, Rule};
use super::pattern::{self, Pattern};
use super::structure::Check;
use super::{TokenRule, TokenTable, Unusable};
use crate::error::{Error, ErrorKind, without_values};
use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Our own rules have their keyword in the token or just before it.
const OUR_REACH: usize = 384;
/// gitleaks lets a keyword stand anywhere in the text; a person who writes a rule means "nearby".
const USER_REACH: usize = 4096;
/// No token is longer than what a rule may ask for.
const MOST_REACH: usize = 64 * 1024;

/// Reads a table. `ours` is what a team's file adds to; none when our own is read.
pub(super) fn load(text: &str, name: &str, ours: Option<&str>) -> Result<TokenTable, Error> {
    let mut file = read(text, name)?;
    if ours.is_some() {
        usable(&file, text, name)?;
        file.mark_as_teams();
    }
    let mut loader = Loader { name, is_ours: ours.is_none(), table: TokenTable::default() };
    let reach = if ours.is_some() { USER_REACH } else { OUR_REACH };
    let mut rules: Vec<(Rule, usize)> = file.rules.into_iter().map(|rule| (rule, reach)).collect();
    let mut lists: Vec<Allow> = file.allowlists.into_iter().chain(file.allowlist).collect();
    if file.extend.path.is_some() || file.extend.url.is_some() {
        let reason = "`extend` refers to another table, which is not read".into();
        loader.table.unusable.push(Unusable { reason, hides_findings: true });
    }
    if ours.is_some() {
        for key in File::unknown_keys(text) {
            let reason = format!("unknown key {key}");
            loader.table.unusable.push(Unusable { reason, hides_findings: false });
        }
    }
    loader.table.is_without_ours = file.extend.use_default == Some(false);
    if let Some(ours) = ours.filter(|_| !loader.table.is_without_ours) {
        let default = read(ours, "tokens.toml")?;
        rules = extend(rules, default.rules, &file.extend.disabled_rules);
        lists.extend(default.allowlists.into_iter().chain(default.allowlist));
    }
    let mut keywords: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (rule, reach) in rules {
        loader.rule(rule, reach, &mut keywords);
    }
    for list in lists {
        let list = AllowList::new(list, |reason| loader.table.warnings.push(format!("{name}: {reason}")));
        loader.table.allow.push(list);
    }
    loader.keywords(keywords)?;
    Ok(loader.table)
}

/// A file that names no rule is most likely another file, or one whose key is misspelt.
fn usable(file: &File, text: &str, name: &str) -> Result<(), Error> {
    if file.says_something() || file.extend.use_default == Some(true) {
        return Ok(());
    }
    let unknown = File::unknown_keys(text);
    let unknown = if unknown.is_empty() { String::new() } else { format!("; it has {}", unknown.join(", ")) };
    let message = format!("{name} is not a token table: it has no rule and no allow-list{unknown}");
    Err(Error::new(ErrorKind::Settings, message)
        .hint("a token table is TOML in the gitleaks format: [[rules]] with id, regex and keywords"))
}

fn read(text: &str, name: &str) -> Result<File, Error> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        // The message only: the excerpt that comes with it can show what the file holds.
        Error::new(ErrorKind::Settings, format!("{name}:{line}: {}", without_values(error.message())))
            .hint("a token table is TOML in the gitleaks format: [[rules]] with id, regex and keywords")
    })
}

/// The user's rules first; one with the id of ours changes ours.
fn extend(users: Vec<(Rule, usize)>, ours: Vec<Rule>, disabled: &[String]) -> Vec<(Rule, usize)> {
    let (mut changes, mut rules): (Vec<_>, Vec<_>) =
        users.into_iter().partition(|(rule, _)| ours.iter().any(|own| own.id == rule.id));
    for own in ours.into_iter().filter(|own| !disabled.contains(&own.id)) {
        let at = changes.iter().position(|(change, _)| change.id == own.id);
        match at.map(|at| changes.swap_remove(at)) {
            Some((change, reach)) => {
                let reach = if change.regex.is_some() { reach } else { OUR_REACH };
                rules.push((own.changed_by(change), reach));
            }
            None => rules.push((own, OUR_REACH)),
        }
    }
    rules
}

struct Loader<'n> {
    name: &'n str,
    is_ours: bool,
    table: TokenTable,
}

impl Loader<'_> {
    fn warn(&mut self, reason: String) {
        self.table.warnings.push(format!("{}: {reason}", self.name));
    }

    fn rule(&mut self, rule: Rule, reach: usize, keywords: &mut BTreeMap<String, Vec<u32>>) {
        let id = rule.id.clone();
        let hides_findings = rule.regex.is_some();
        match self.compile(rule, reach) {
            Ok((compiled, words)) => {
                let number = u32::try_from(self.table.rules.len()).unwrap_or(u32::MAX);
                for word in words {
                    let numbers = keywords.entry(word).or_default();
                    if !numbers.contains(&number) {
                        numbers.push(number);
                    }
                }
                self.table.has_rules_without_keywords |= !compiled.has_keywords;
                self.table.rules.push(compiled);
            }
            Err(reason) => {
                let reason = format!("rule `{id}` is ignored: {reason}");
                self.table.unusable.push(Unusable { reason, hides_findings });
            }
        }
    }

    fn compile(&mut self, rule: Rule, reach: usize) -> Result<(TokenRule, Vec<String>), String> {
        if rule.id.is_empty() {
            return Err("it has no id".into());
        }
        let regex =
            rule.regex.as_deref().ok_or("it has no regex, and rules on paths alone are not supported")?;
        let regex = Pattern::new(regex);
        let group = rule.secret_group.unwrap_or(0);
        // Tests compile all of ours: at a user's, most of them are never needed.
        if !self.is_ours && group >= regex.check()?.captures_len() {
            return Err(format!("its expression has no capture group {group}"));
        }
        let check = match rule.check.as_deref() {
            None => Check::Shape,
            Some(word) => Check::from_word(word).ok_or_else(|| format!("there is no check `{word}`"))?,
        };
        let mut keywords: Vec<String> = rule.keywords.iter().map(|word| word.to_ascii_lowercase()).collect();
        keywords.retain(|word| !word.is_empty());
        let id = &rule.id;
        if keywords.is_empty() {
            self.warn(format!("rule `{id}` has no keywords, so it is slow: it searches every text in full"));
        }
        let mut warnings = Vec::new();
        let lists = rule.allowlists.into_iter().chain(rule.allowlist);
        let allow = lists
            .map(|list| AllowList::new(list, |reason| warnings.push(format!("rule `{id}`: {reason}"))))
            .collect();
        for warning in warnings {
            self.warn(warning);
        }
        let compiled = TokenRule {
            description: rule.description.as_deref().unwrap_or(id).into(),
            id: id.as_str().into(),
            tags: rule.tags,
            regex,
            secret_group: group,
            entropy: rule.entropy.unwrap_or(0.0),
            path: rule.path.as_deref().map(pattern::compile).transpose()?,
            allow,
            check,
            reach: rule.reach.unwrap_or(reach).min(MOST_REACH),
            has_keywords: !keywords.is_empty(),
        };
        Ok((compiled, keywords))
    }

    fn keywords(&mut self, keywords: BTreeMap<String, Vec<u32>>) -> Result<(), Error> {
        let (words, numbers): (Vec<String>, Vec<Vec<u32>>) = keywords.into_iter().unzip();
        if words.is_empty() {
            return Ok(());
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            // Twice as fast as the default, for some MiB.
            .kind(Some(AhoCorasickKind::DFA))
            .build(words)
            .map_err(|error| Error::new(ErrorKind::Settings, format!("{}: keywords: {error}", self.name)))?;
        (self.table.keywords, self.table.by_keyword) = (Some(automaton), numbers);
        Ok(())
    }
}
