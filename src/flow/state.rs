//! What one root module's state holds in clear: one summary, whatever the number of secrets.

use crate::counted::counted;
use crate::finding::Confidence;
use crate::record::{Field, FieldMap};
use crate::source::Span;
use crate::terraform::arrivals::{Arrival, Use};
use crate::terraform::directory::Directory;
use crate::terraform::state::{Held, StateSecrets};
use crate::value::SinkKind;

/// Secrets and ways out that a message names.
const MOST_TOLD: usize = 3;
/// Secrets that a finding points at.
const MOST_SHOWN: usize = 10;

/// The secrets in the state of one root module.
#[derive(Debug, Clone)]
pub struct StateExposure {
    /// The block that says where the state is kept, or else the first secret.
    pub at: Span,
    /// How many secrets.
    pub count: usize,
    /// Addresses and places of the first ones.
    pub shown: Vec<(String, Span)>,
    /// What would keep some of them out, each once.
    pub instead: Vec<String>,
}

impl StateExposure {
    /// The fields that rules see, with what they mean.
    pub const FIELDS: &'static [(&'static str, &'static str)] = &[
        ("state.secrets", "how many secrets the state contains"),
        ("state.in-words", "the same with its verb: `1 secret is`, `3 secrets are`"),
        ("state.names", "the first of them: `aws_db_instance.main.password`"),
        ("state.instead", "what would keep them out: write-only arguments and ephemeral resources"),
        ("state.avoidable", "whether anything would keep one of them out"),
    ];

    /// The exposure as a record of [`StateExposure::FIELDS`].
    pub fn record(&self) -> FieldMap {
        let names = self.shown.iter().map(|(name, _)| name.clone()).collect();
        let mut record = FieldMap::default();
        record.set("state.secrets", Field::Number(self.count as f64));
        record.text("state.in-words", counted(self.count as u64, "secret is", "secrets are"));
        record.text("state.names", first_of(names, self.count));
        let nothing = "no write-only argument is available";
        let count = self.instead.len();
        let instead = if count == 0 { nothing.to_owned() } else { first_of(self.instead.clone(), count) };
        record.text("state.instead", instead);
        record.flag("state.avoidable", !self.instead.is_empty());
        record
    }
}

/// `a, b and 3 more`.
fn first_of(mut names: Vec<String>, count: usize) -> String {
    names.truncate(MOST_TOLD);
    let more = count.saturating_sub(names.len());
    let list = names.join(", ");
    if more == 0 { list } else { format!("{list} and {more} more") }
}

/// Adds what arrives in an argument of a resource: the state keeps all arguments.
pub(super) fn keep_arrival(secrets: &mut StateSecrets, arrival: &Arrival) {
    let kept = match arrival.usage {
        Use::UserData | Use::LocalFile => true,
        Use::Kept => arrival.sink != SinkKind::Output,
        _ => false,
    };
    let sure = |arrival: &Arrival| {
        arrival.text.traces().iter().any(|trace| trace.origin.confidence > Confidence::Low)
    };
    // What is given to a module whose source is not here ends nobody knows where.
    let last = arrival.address.rsplit('.').nth(1).unwrap_or_default();
    if kept && last != "module" && sure(arrival) {
        let address = format!("{}.{}", arrival.address, arrival.argument);
        secrets.add(address, Held { at: arrival.at, instead: None, told: true });
    }
}

/// The summary of a root module; none for a module that only others apply, and none where each secret is in a
/// finding already.
pub(super) fn exposure_of(directory: &Directory, secrets: &StateSecrets) -> Option<StateExposure> {
    let count = secrets.iter().count();
    let (_, first) = secrets.iter().next()?;
    if !directory.is_applied() || secrets.iter().all(|(_, held)| held.told) {
        return None;
    }
    let mut instead: Vec<String> = secrets.iter().filter_map(|(_, held)| held.instead.clone()).collect();
    instead.sort();
    instead.dedup();
    let shown = secrets.iter().take(MOST_SHOWN).map(|(name, held)| (name.to_owned(), held.at)).collect();
    // Several roots can hold the secret of one module: each is at a place of its own.
    let own = secrets.iter().map(|(_, held)| held.at).find(|at| directory.holds(at.source));
    let at = directory.state_block().or(own).or_else(|| directory.first_block()).unwrap_or(first.at);
    Some(StateExposure { at, count, shown, instead })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    #[test]
    fn a_record_has_the_fields_that_are_documented() {
        let at = Span::start_of(SourceId(0));
        let names: Vec<(String, Span)> =
            (1..=7).map(|number| (format!("random_password.p{number}.result"), at)).collect();
        let exposure = StateExposure { at, count: 12, shown: names, instead: Vec::new() };
        let record = exposure.record();
        let fields: Vec<&str> = record.iter().map(|(name, _)| name).collect();
        assert_eq!(fields, StateExposure::FIELDS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        let told = format!("{record:?}");
        assert!(told.contains("random_password.p3.result and 9 more"), "{told}");
        assert!(told.contains("no write-only argument is available"), "{told}");
    }
}
