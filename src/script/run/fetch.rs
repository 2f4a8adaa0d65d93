//! Commands that fetch secrets.

use super::Machine;
use super::call::{Call, is};
use super::store_name::store_name;
use crate::finding::Confidence;
use crate::script::names::{Says, is_plain, last_segment, says};
use crate::script::table::Fetch;
use crate::value::{Origin, OriginKind, Text, Traces};

impl Machine<'_> {
    /// Where the command fetches a secret, its output is one.
    pub fn fetch(&mut self, call: &Call<'_>) -> bool {
        let table = self.table;
        let Some(rows) = table.fetches.get(call.name) else { return false };
        for row in rows {
            if let Some(after) = row.form.find(call) {
                self.fetched(call, row, after);
                return true;
            }
        }
        false
    }

    fn fetched(&mut self, call: &Call<'_>, row: &Fetch, after: usize) {
        let variable = self.assigning.clone();
        let Some((label, origin)) = origin(call, row, after, variable.as_deref()) else { return };
        let traces = Traces::from_origin(origin);
        // Some tools write the answer themselves: `--out-file`, `-out`.
        for option in ["--out-file", "-out", "--output-file", "--file", "--output", "-o"] {
            if let Some(path) = call.option(option).filter(|_| writes_itself(call.name, option)) {
                let path = self.path(&path);
                self.land_file(&path, call.at, format!("written by `{}`", call.name), traces.clone());
                return;
            }
        }
        self.emit(Text::hole(label, call.at, traces), call.at, call.name);
    }
}

/// What a fetching command fetches, with its label; none where it is no secret. `variable` takes the output.
pub fn origin(
    call: &Call<'_>,
    row: &Fetch,
    after: usize,
    variable: Option<&str>,
) -> Option<(String, Origin)> {
    let selected = row.selects.iter().find_map(|option| call.option(option)).and_then(|text| text.known());
    // The secret id of Vault's AppRole is half of a login, whatever ids are elsewhere.
    let plain = |selection: &str| judged(selection) == Says::Plain && last_segment(selection) != "secret_id";
    if selected.as_deref().is_some_and(plain) {
        return None;
    }
    let name = store_name(call, row, after);
    let words = std::iter::once(call.name).chain(row.form.words.iter().map(String::as_str));
    let label = words.collect::<Vec<_>>().join(" ");
    let secret = |name: &str| says(last_segment(name)) == Says::Secret;
    let said = variable.is_some_and(secret) || name.as_deref().is_some_and(secret);
    if !said && (row.named || row.generates && variable.is_some()) {
        return None;
    }
    let field =
        selected.as_deref().map(last_segment).filter(|field| secret(field) && !field.starts_with("Secret"));
    let key = key(variable, name.as_deref(), field, kind_of(call, row)).unwrap_or_else(|| label.clone());
    let confidence = confidence(call, row, name.as_deref(), selected.as_deref(), variable);
    let origin = Origin {
        kind: OriginKind::Command,
        name: name.map_or_else(|| label.clone(), |name| format!("{label} {name}")),
        key,
        at: call.at,
        confidence,
        literal: None,
    };
    Some((label, origin))
}

fn writes_itself(command: &str, option: &str) -> bool {
    match option {
        "-out" => command == "openssl",
        "-o" => matches!(command, "op" | "pwgen" | "gpg" | "age"),
        "--output" => matches!(command, "gpg" | "age" | "sops"),
        "--file" => command == "az",
        "--out-file" => matches!(command, "op" | "gcloud"),
        _ => true,
    }
}

/// What users call it: the variable where its name says secret, or the last segment of the secret's
/// name, `api-key` of `/app/api-key`.
fn key(variable: Option<&str>, name: Option<&str>, field: Option<&str>, kind: &str) -> Option<String> {
    let marks: &[char] = if name.is_some_and(|name| name.starts_with("arn:")) { &['/', ':'] } else { &['/'] };
    let named = name.map(|name| name.trim_end_matches('/').rsplit(marks).next().unwrap_or(name));
    let known = named.filter(|name| !name.contains("${") && !name.is_empty());
    let telling = variable.filter(|variable| says(variable) == Says::Secret);
    telling.or(known).or(variable).or(field).map(str::to_owned).or_else(|| held(named?, kind))
}

/// `${SECRET_ID}` holds the name of what is fetched: the finding is about the value, not about the name.
fn held(name: &str, kind: &str) -> Option<String> {
    let bare = name.trim_start_matches("${").trim_end_matches('}');
    if !bare.contains(char::is_alphabetic) {
        return None;
    }
    let one =
        name.strip_prefix("${").and_then(|name| name.strip_suffix('}')).filter(|name| !name.contains('$'));
    Some(match one {
        Some(one) if says(one) == Says::Secret => one.to_owned(),
        Some(one) if one.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
            format!("the value of {kind} ${one}")
        }
        _ => format!("the value of {kind} {name}"),
    })
}

/// What a command fetches, in people's words.
fn kind_of(call: &Call<'_>, row: &Fetch) -> &'static str {
    match (call.name, row.form.words.first().map(String::as_str)) {
        ("aws", Some("secretsmanager")) => "secretsmanager secret",
        ("aws", Some("ssm")) => "SSM parameter",
        _ => "secret",
    }
}

fn confidence(
    call: &Call<'_>,
    row: &Fetch,
    name: Option<&str>,
    selected: Option<&str>,
    variable: Option<&str>,
) -> Confidence {
    if row.short_lived || row.generates && variable.is_none() {
        return Confidence::Low;
    }
    let needed = |option: &String| {
        call.arguments.iter().any(|argument| {
            is(argument, option) || super::wire::known_start(argument).starts_with(option.as_str())
        })
    };
    let wanted = row.needs.as_ref().is_none_or(needed);
    let field = selected.map_or(Says::Nothing, judged);
    // What a variable *holding the id* is called (`$secret_id`) says nothing of the secret, but for what stands
    // before: `${username_key}` fetches a user's name.
    let whole_name = name;
    let name = match name.map(|name| (name, says(last_segment(name)))) {
        Some((name, Says::Plain | Says::Nothing)) if name.contains("${") => held_under(name),
        Some((_, said)) => said,
        None => Says::Nothing,
    };
    let variable = variable.map_or(Says::Nothing, says);
    if field == Says::Secret || name == Says::Secret || variable == Says::Secret {
        return if wanted { row.confidence } else { row.confidence.min(Confidence::Medium) };
    }
    if !wanted || name == Says::Plain || variable == Says::Plain {
        return Confidence::Low;
    }
    // The agent's own settings, which people fetch as they fetch all parameters.
    let agent =
        |name: &str| ["cwagent", "cloudwatch"].iter().any(|of| name.to_ascii_lowercase().contains(of));
    if row.needs.is_some() && whole_name.is_some_and(agent) {
        return Confidence::Low;
    }
    // A store that holds settings, too: the option that decrypts is often given for all of them.
    if row.needs.is_some() { row.confidence.min(Confidence::Medium) } else { row.confidence }
}

/// What a name of a variable that names a secret says of the secret: `redis_certificate_secret_id`.
fn held_under(name: &str) -> Says {
    const ABOUT: [&str; 12] = [
        "id",
        "key",
        "arn",
        "name",
        "path",
        "param",
        "parameter",
        "ssm",
        "secret",
        "ref",
        "store",
        "manager",
    ];
    let label = name.trim_start_matches("${").trim_end_matches('}').to_ascii_lowercase();
    let mut words: Vec<&str> = label.split(['_', '-', '.', '/']).filter(|word| !word.is_empty()).collect();
    while words.last().is_some_and(|word| ABOUT.contains(word)) {
        words.pop();
    }
    let last = words.last().copied().unwrap_or_default();
    let public = ["ca", "cacert", "chain", "fullchain", "crt", "bundle"].contains(&last);
    if public || is_plain(&words.join("_")) { Says::Plain } else { Says::Nothing }
}

/// What a selection says: `Parameter.ARN` is no secret, `SecretString` is one.
pub fn judged(selection: &str) -> Says {
    let bare = selection.trim_matches(|c: char| matches!(c, '\'' | '"' | ' '));
    let field = last_segment(bare);
    if is_plain(field) { Says::Plain } else { says(field) }
}
