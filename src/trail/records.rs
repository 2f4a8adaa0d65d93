//! Sessions as fields, for the rules under `rules/trail/`.

use super::session::Session;
use crate::record::{Field, FieldMap};

/// Sigma's `logsource` of sessions.
pub const SESSION: [&str; 3] = ["secretrail", "trail", "session"];
/// Sigma's `logsource` of single events.
pub const EVENT: [&str; 3] = ["aws", "cloudtrail", ""];

/// The fields of a session, with what they mean: `rules/README.md` lists them.
pub const FIELDS: &[(&str, &str)] = &[
    ("session.id", "always the same for the same session"),
    ("session.account", "the account's number"),
    ("session.type", "`IAMUser`, `AssumedRole`, `Root`, `FederatedUser` ..."),
    ("session.principal", "the principal's ARN"),
    (
        "session.root",
        "`console`, `access-key`, `session-token`, `assume-root`, `service`, or null where nobody was root",
    ),
    ("session.mfa", "true, false, or null where no event shows it"),
    ("session.signed-in", "true if it began with a sign-in to the console"),
    ("session.actor.kind", "`human` (on positive evidence only), `agent`, `service` or `unknown`"),
    (
        "session.actor.level",
        "`asserted` by AWS, `declared` at issue, `marked`, `claimed` by a user agent, or `unknown`",
    ),
    ("session.actor.name", "the agent or person, where there is a name"),
    (
        "session.agent.events",
        "events of an agent: those that carry its mark, or all of them if the whole session is the agent's",
    ),
    ("session.agent.writes", "how many of them are writes"),
    ("session.agent.told", "both in words: `3 of 9 events carry its mark, 1 of them a write`"),
    ("session.long_lived_key", "true if a long-lived access key was used"),
    ("session.first", "the time of the first event"),
    ("session.last", "the time of the last event"),
    ("session.duration", "in words: `3 h 05 min`"),
    ("session.events", "events, each counted once"),
    ("session.reads", "read events"),
    ("session.writes", "write events"),
    ("session.denied", "events that AWS denied for lack of permission"),
    ("session.secrets_read", "names of the secrets that were read"),
    (
        "session.machines",
        "machines on which it ran commands or opened a shell, through SSM, EC2 Instance Connect or ECS",
    ),
    ("session.created_credentials", "credentials that were created: `access key of alice`"),
    ("session.persistence", "calls that allow someone to come back, or to go unseen: `CreateUser`"),
    ("session.tags", "session tags, including those of the chain: `key=value`"),
    ("session.source_identity", "the source identity, or null"),
    ("session.chain", "the callers that its credentials were issued to, back to the first one"),
    ("session.ips", "source addresses"),
    ("session.networks", "their networks: /24 of IPv4, /48 of IPv6"),
    ("session.new_network", "true if earlier sessions of the principal are known and none came from there"),
    ("session.regions", "Regions"),
    ("session.services", "services: `ssm.amazonaws.com`"),
    ("session.user_agents", "user agents"),
    (
        "session.fallback",
        "`sid` or `source-ip` if the same host or address had another identity until shortly before, else null",
    ),
    ("session.fallback_from", "that identity"),
    ("session.fallback_why", "why this counts as a fallback, in words"),
    ("session.failed_sign_ins", "sign-ins that failed shortly before"),
    ("session.outside_allowed", "services and Regions that the settings do not allow for this agent"),
    ("session.contradictions", "contradictions in the evidence for the actor"),
];

/// A session as a record.
pub fn record(session: &Session) -> FieldMap {
    let mut map = FieldMap::default();
    let tally = &session.tally;
    for (name, text) in [
        ("session.id", session.id.as_str()),
        ("session.account", &session.account),
        ("session.type", &session.kind),
        ("session.principal", &session.principal),
        ("session.actor.kind", session.actor.kind.word()),
        ("session.actor.level", session.actor.level.word()),
    ] {
        map.text(name, text);
    }
    map.text("session.first", super::time::written(tally.first.time));
    map.text("session.last", super::time::written(tally.last));
    map.text("session.duration", super::time::span(tally.last - tally.first.time));
    for (name, text) in [
        ("session.root", session.root.map(|root| root.word().to_owned())),
        ("session.actor.name", Some(session.actor.name.clone())),
        ("session.source_identity", Some(session.source_identity.clone())),
        ("session.fallback", session.fallback.as_ref().map(|one| one.by.to_owned())),
        ("session.fallback_from", session.fallback.as_ref().map(|one| one.from.clone())),
        ("session.fallback_why", session.fallback.as_ref().map(|one| one.told.clone())),
    ] {
        let text = text.filter(|text| !text.is_empty());
        map.set(name, text.map_or(Field::Null, |text| Field::Text(text.into())));
    }
    map.text("session.agent.told", session.agent_told());
    map.set("session.mfa", session.mfa.map_or(Field::Null, Field::Bool));
    map.flag("session.signed-in", session.signed_in);
    map.flag("session.long_lived_key", session.is_long_lived());
    map.flag("session.new_network", session.new_network);
    let (agent_events, agent_writes) = session.of_agent();
    for (name, number) in [
        ("session.agent.events", agent_events),
        ("session.agent.writes", agent_writes),
        ("session.events", tally.events),
        ("session.reads", tally.reads),
        ("session.writes", tally.writes()),
        ("session.denied", tally.denied),
        ("session.failed_sign_ins", session.failed_sign_ins),
    ] {
        map.set(name, Field::Number(number as f64));
    }
    lists(session, &mut map);
    map
}

fn lists(session: &Session, map: &mut FieldMap) {
    let tally = &session.tally;
    let mut list = |name: &'static str, items: Vec<String>| {
        map.set(name, Field::List(items.into_iter().map(|item| Field::Text(item.into())).collect()));
    };
    let owned = |items: &mut dyn Iterator<Item = &str>| items.map(str::to_owned).collect::<Vec<_>>();
    list("session.secrets_read", owned(&mut tally.secrets.iter()));
    list("session.machines", owned(&mut tally.machines.iter()));
    list("session.created_credentials", owned(&mut tally.credentials.iter()));
    list("session.persistence", owned(&mut tally.persistence.iter()));
    list("session.tags", session.tags.iter().map(|(key, value)| format!("{key}={value}")).collect());
    list("session.chain", session.chain.clone());
    list("session.ips", owned(&mut tally.ips.texts()));
    list("session.networks", session.networks());
    list("session.regions", owned(&mut tally.regions.iter()));
    list("session.services", owned(&mut tally.services.iter()));
    list("session.user_agents", owned(&mut tally.agents.texts()));
    list("session.outside_allowed", session.outside_allowed.clone());
    list("session.contradictions", session.actor.contradictions.clone());
}
