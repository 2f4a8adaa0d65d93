//! `[notify]`: whom to tell of changes.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::finding::Severity;
use crate::notify::{
    Event, Hub, Kind, Notify, Origin, Ping, Target, Through, Topic, is_account, is_bus, is_region,
};

/// More targets are a mistake.
const MOST_TARGETS: usize = 64;
/// A longer time-out is a mistake.
const MOST_SECONDS: i64 = 60;

/// What is wrong: where it stands, and why. Quotes nothing.
type Wrong = (usize, &'static str);

/// One table, or a list of them.
struct Many<T>(Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
            type Value = Many<T>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a table, or a list of tables")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
                Ok(Many(vec![T::deserialize(MapAccessDeserializer::new(map))?]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Many<T>, A::Error> {
                Ok(Many(Vec::deserialize(SeqAccessDeserializer::new(list))?))
            }
        }
        deserializer.deserialize_any(OneOrMany(PhantomData))
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Written {
    on: Option<Vec<Spanned<String>>>,
    min_severity: Option<Spanned<String>>,
    report_url: Option<Spanned<String>>,
    timeout_seconds: Option<Spanned<i64>>,
    slack: Placed<Many<WrittenSlack>>,
    webhook: Placed<Many<WrittenWebhook>>,
    sns: Placed<Many<WrittenSns>>,
    event_bridge: Placed<Many<WrittenBus>>,
    security_hub: Placed<Many<WrittenHub>>,
    prometheus: Option<Spanned<WrittenPrometheus>>,
    ping: Placed<Many<WrittenPing>>,
}

/// A value and where it stands; nowhere, where it is not written.
struct Placed<T>(T, usize);

impl<T: Default> Default for Placed<T> {
    fn default() -> Self {
        Self(T::default(), 0)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<T>::deserialize(deserializer)?;
        let at = spanned.span().start;
        Ok(Self(spanned.into_inner(), at))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenSlack {
    name: Option<String>,
    url_env: Option<String>,
    url_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenWebhook {
    name: Option<String>,
    url_env: Option<String>,
    url_file: Option<PathBuf>,
    secret_env: Option<String>,
    secret_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenSns {
    name: Option<String>,
    topic_arn: String,
    profile: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenBus {
    name: Option<String>,
    bus: Option<String>,
    region: Option<String>,
    profile: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenHub {
    name: Option<String>,
    account: String,
    region: String,
    profile: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenPrometheus {
    file: PathBuf,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenPing {
    url_env: Option<String>,
    url_file: Option<PathBuf>,
    #[serde(default = "yes")]
    findings_fail: bool,
}

fn yes() -> bool {
    true
}

/// The settings.
pub(super) fn notify(written: Written) -> Result<Notify, Wrong> {
    let mut all = Notify::default();
    if let Some(words) = written.on {
        all.on = events(words)?;
    }
    if let Some(word) = written.min_severity {
        let wrong = (word.span().start, "min-severity is one of informational, low, medium, high, critical");
        all.min_severity = Severity::from_word(word.get_ref()).ok_or(wrong)?;
    }
    if let Some(url) = written.report_url {
        let at = url.span().start;
        let url = url.into_inner();
        if !is_plain_url(&url) {
            return Err((at, "report-url is an address that begins with https://"));
        }
        all.report_url = Some(url);
    }
    if let Some(seconds) = written.timeout_seconds {
        let at = seconds.span().start;
        let seconds = Some(seconds.into_inner()).filter(|seconds| (1..=MOST_SECONDS).contains(seconds));
        let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
        all.timeout = Duration::from_secs(seconds.ok_or((at, "this must be a whole number from 1 to 60"))?);
    }
    targets(&mut all.targets, "slack", written.slack, |one: WrittenSlack| {
        let needed = "slack needs url-env or url-file, and one of them only";
        Ok((one.name, Kind::Slack { url: origin(one.url_env, one.url_file, needed)? }))
    })?;
    targets(&mut all.targets, "webhook", written.webhook, |one: WrittenWebhook| {
        let url =
            origin(one.url_env, one.url_file, "a webhook needs url-env or url-file, and one of them only")?;
        let needed =
            "a webhook needs secret-env or secret-file, and one of them only: its messages are signed";
        Ok((one.name, Kind::Webhook { url, secret: origin(one.secret_env, one.secret_file, needed)? }))
    })?;
    aws(&mut all, written.sns, written.event_bridge, written.security_hub)?;
    if let Some(written) = written.prometheus {
        let at = written.span().start;
        let file = written.into_inner().file;
        // Nothing else reads another one, and no other file is taken for one.
        if file.extension().is_none_or(|extension| extension != "prom") {
            return Err((at, "the file for Prometheus has a name that ends in .prom"));
        }
        all.prometheus = Some(file);
    }
    let Placed(Many(pings), at) = written.ping;
    for one in pings {
        let needed = "a ping needs url-env or url-file, and one of them only";
        let url = origin(one.url_env, one.url_file, needed).map_err(|reason| (at, reason))?;
        all.pings.push(Ping { url, findings_fail: one.findings_fail });
    }
    Ok(all)
}

fn aws(
    all: &mut Notify,
    topics: Placed<Many<WrittenSns>>,
    buses: Placed<Many<WrittenBus>>,
    hubs: Placed<Many<WrittenHub>>,
) -> Result<(), Wrong> {
    targets(&mut all.targets, "sns", topics, |one: WrittenSns| {
        let arn = "topic-arn is written as arn:aws:sns:us-east-1:123456789012:topic";
        let topic = Topic::parse(&one.topic_arn).ok_or(arn)?;
        Ok((one.name, Kind::Sns { through: through(one.profile, Some(topic.region.clone()))?, topic }))
    })?;
    targets(&mut all.targets, "event-bridge", buses, |one: WrittenBus| {
        let bus = one.bus.unwrap_or_else(|| "default".to_owned());
        if !is_bus(&bus) {
            return Err("a bus is a name or an ARN");
        }
        Ok((one.name, Kind::EventBridge { bus, through: through(one.profile, one.region)? }))
    })?;
    targets(&mut all.targets, "security-hub", hubs, |one: WrittenHub| {
        if !is_account(&one.account) {
            return Err("an account is a number of twelve digits");
        }
        let through = through(one.profile, Some(one.region.clone()))?;
        Ok((one.name, Kind::SecurityHub { hub: Hub { account: one.account, region: one.region }, through }))
    })
}

fn through(profile: Option<String>, region: Option<String>) -> Result<Through, &'static str> {
    if region.as_ref().is_some_and(|region| !is_region(region)) {
        return Err("write a Region as us-east-1");
    }
    Ok(Through { profile, region })
}

/// Adds targets of one kind. Without a name the first one is called as its kind is, the next one `webhook-2`.
fn targets<T>(
    all: &mut Vec<Target>,
    kind: &str,
    written: Placed<Many<T>>,
    target: impl Fn(T) -> Result<(Option<String>, Kind), &'static str>,
) -> Result<(), Wrong> {
    let Placed(Many(written), at) = written;
    for (position, one) in written.into_iter().enumerate() {
        let (name, how) = target(one).map_err(|reason| (at, reason))?;
        let own = if position == 0 { kind.to_owned() } else { format!("{kind}-{}", position + 1) };
        let name = name.unwrap_or(own);
        if !is_name(&name) {
            return Err((at, "the name of a target has letters, digits, - and _ only"));
        }
        if all.iter().any(|other| other.name == name) {
            return Err((at, "another target has this name already"));
        }
        if all.len() >= MOST_TARGETS {
            return Err((at, "these are too many targets"));
        }
        all.push(Target { name, kind: how });
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(fit)
}

fn events(words: Vec<Spanned<String>>) -> Result<BTreeSet<Event>, Wrong> {
    let event = |word: Spanned<String>| {
        let reason = "this is one of new, reopened, fixed, verdict, gap, not-audited";
        Event::from_word(word.get_ref()).ok_or((word.span().start, reason))
    };
    words.into_iter().map(event).collect()
}

fn origin(
    variable: Option<String>,
    file: Option<PathBuf>,
    needed: &'static str,
) -> Result<Origin, &'static str> {
    match (variable, file) {
        (Some(name), None) if is_variable(&name) => Ok(Origin::Variable(name)),
        (Some(_), None) => Err("this is no name of a variable; write the name, and the value nowhere"),
        (None, Some(path)) => Ok(Origin::File(path)),
        _ => Err(needed),
    }
}

/// Who writes the value here instead of the variable's name is told so, and the value is not repeated.
fn is_variable(text: &str) -> bool {
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&text.len())
        && !text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(fit)
}

/// Harmless in every message: no control, blank, quote or bracket.
fn is_plain_url(text: &str) -> bool {
    let fit = |byte: u8| byte.is_ascii_graphic() && !b"<>\"'`|\\".contains(&byte);
    let rest = text.strip_prefix("https://").unwrap_or_default();
    !rest.is_empty() && text.len() <= 1_000 && !rest.starts_with('/') && text.bytes().all(fit)
}

/// Paths are relative to the settings file.
pub(super) fn beside(notify: &mut Notify, home: &Path) {
    let origins = notify.targets.iter_mut().flat_map(|target| match &mut target.kind {
        Kind::Slack { url } => vec![url],
        Kind::Webhook { url, secret } => vec![url, secret],
        Kind::Sns { .. } | Kind::EventBridge { .. } | Kind::SecurityHub { .. } => Vec::new(),
    });
    notify.prometheus = notify.prometheus.take().map(|file| home.join(file));
    for origin in origins.chain(notify.pings.iter_mut().map(|ping| &mut ping.url)) {
        if let Origin::File(path) = origin {
            *path = home.join(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn read(text: &str) -> Notify {
        Settings::parse(text, "s").unwrap().notify
    }

    #[test]
    fn one_table_or_several() {
        let one = read("[notify]\nwebhook = { url-env = \"U\", secret-env = \"S\" }\n");
        let kind = Kind::Webhook { url: Origin::Variable("U".into()), secret: Origin::Variable("S".into()) };
        assert_eq!(one.targets, [Target { name: "webhook".into(), kind: kind.clone() }]);
        let two = "[[notify.webhook]]\nurl-env = \"U\"\nsecret-env = \"S\"\n";
        let names: Vec<String> = read(&two.repeat(2)).targets.into_iter().map(|target| target.name).collect();
        assert_eq!(names, ["webhook", "webhook-2"]);
        assert!(read("").is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_never_quoted() {
        for (line, told) in [
            ("on = [\"new\", \"canary\"]", "s:2:14: this is one of new"),
            ("min-severity = \"canary\"", "s:2:16: min-severity is one of"),
            ("report-url = \"http://canary\"", "s:2:14: report-url is an address"),
            ("report-url = \"https://a/<canary>\"", "s:2:14: report-url"),
            ("timeout-seconds = 0", "s:2:19: this must be a whole number"),
            ("timeout-seconds = 61", "s:2:19: this must be a whole number"),
            ("webhook = { url-env = \"U\" }", "s:2:11: a webhook needs secret-env"),
            (
                "webhook = { url-env = \"U\", url-file = \"f\", secret-env = \"S\" }",
                "s:2:11: a webhook needs url",
            ),
            (
                "webhook = { url-env = \"https://canary/\", secret-env = \"S\" }",
                "s:2:11: this is no name of a",
            ),
            (
                "webhook = { name = \"a b\", url-env = \"U\", secret-env = \"S\" }",
                "s:2:11: the name of a target",
            ),
            ("webhook = { url = \"https://canary\" }", "s:2:13: unknown field `url`"),
            ("webhook = \"https://canary\"", "s:2:11: invalid type: string, expected a table"),
            ("sns = { topic-arn = \"canary\" }", "s:2:7: topic-arn is written as"),
            ("event-bridge = { bus = \"can ary\" }", "s:2:16: a bus is a name or an ARN"),
            ("event-bridge = { region = \"canary.example\" }", "s:2:16: write a Region as"),
            ("security-hub = { account = \"1\", region = \"us-east-1\" }", "s:2:16: an account is a number"),
            ("prometheus = { file = \"canary\" }", "s:2:14: the file for Prometheus has a name"),
            ("ping = {}", "s:2:8: a ping needs url-env"),
            ("webhooks = []", "s:2:1: unknown field `webhooks`"),
        ] {
            let error = Settings::parse(&format!("[notify]\n{line}\n"), "s").unwrap_err();
            assert!(error.message.starts_with(told), "{}", error.message);
            assert!(!error.message.contains("canary"), "{}", error.message);
        }
        let twice = "[[notify.webhook]]\nname = \"a\"\nurl-env = \"U\"\nsecret-env = \"S\"\n".repeat(2);
        assert!(Settings::parse(&twice, "s").unwrap_err().message.contains("has this name already"));
    }
}
