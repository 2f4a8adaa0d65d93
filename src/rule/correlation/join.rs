//! Finds the rules that correlations refer to.

use std::collections::BTreeSet;

use super::super::Rule;
use super::super::problem::{RuleError, shown};

/// Joins the correlations of a set with their rules. Those whose rules are not there are taken out and told.
pub(in super::super) fn join(
    rules: &mut Vec<Rule>,
    joined: &mut Vec<(usize, Vec<usize>)>,
    unusable: &mut Vec<RuleError>,
) {
    let mut lame: BTreeSet<String> = BTreeSet::new();
    for rule in rules.iter() {
        if let Err(error) = bases(rule, rules, !unusable.is_empty()) {
            lame.insert(rule.name().to_owned());
            unusable.push(error);
        }
    }
    rules.retain(|rule| !lame.contains(rule.name()));
    for (at, rule) in rules.iter().enumerate() {
        let found = bases(rule, rules, false).unwrap_or_default();
        if !found.is_empty() {
            joined.push((at, found));
        }
    }
    let (mut quiet, mut loud) = (BTreeSet::new(), BTreeSet::new());
    for (at, bases) in joined.iter() {
        let Some(rule) = rules.get(*at) else { continue };
        let generate = rule.file().correlation.as_ref().is_some_and(|correlation| correlation.generate);
        let home = rule.file().home.clone();
        let source =
            bases.first().and_then(|base| rules.get(*base)).map(|base| base.file().logsource.clone());
        let own = bases.iter().filter(|base| rules.get(**base).is_some_and(|base| base.file().home == home));
        if generate {
            loud.extend(own.copied())
        } else {
            quiet.extend(own.copied())
        }
        if let (Some(rule), Some(source)) = (rules.get_mut(*at), source) {
            rule.file.logsource = source;
        }
    }
    for (at, rule) in rules.iter_mut().enumerate() {
        rule.quiet = quiet.contains(&at) && !loud.contains(&at);
    }
}

/// The places of the rules that a correlation refers to; none for other rules.
fn bases(rule: &Rule, rules: &[Rule], others_failed: bool) -> Result<Vec<usize>, RuleError> {
    let Some(correlation) = &rule.file().correlation else { return Ok(Vec::new()) };
    let mut found = Vec::with_capacity(correlation.rules.len());
    for (reference, at) in &correlation.rules {
        let wrong = |message: String, unsupported: bool| RuleError {
            file: rule.file().home.clone(),
            line: at.line,
            column: at.column,
            message,
            unsupported,
        };
        let Some(base) = find(reference, &rule.file().home, rules) else {
            let name = shown(reference);
            // Where other rules can't be used, it may be one of them.
            return Err(wrong(format!("no rule has the name or id `{name}`"), others_failed));
        };
        if rules.get(base).is_some_and(|base| base.file().correlation.is_some()) {
            return Err(wrong("a correlation of correlations is not supported".to_owned(), true));
        }
        found.push(base);
    }
    Ok(found)
}

/// A rule by its `name`, its id, its file's name, or its title, by which some collections call it; of several the
/// one in the same file.
fn find(reference: &str, home: &str, rules: &[Rule]) -> Option<usize> {
    let is_meant = |rule: &Rule| {
        let file = rule.file();
        let names = [
            file.reference.as_deref(),
            file.id.as_deref(),
            Some(file.name.as_str()),
            Some(file.title.as_str()),
        ];
        names.contains(&Some(reference))
    };
    let meant = || rules.iter().enumerate().filter(|(_, rule)| is_meant(rule));
    let near = meant().find(|(_, rule)| rule.file().home == home);
    near.or_else(|| meant().next()).map(|(at, _)| at)
}
