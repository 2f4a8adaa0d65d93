//! The order of credentials beside botocore's own: who is taken, and who is after that one was taken out of the files.
//!
//! Set-ups are drawn by lot, the same ones each time. What secretrail says comes next is tried for real: the source that
//! it names is removed, and botocore is asked again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use secretrail::session::chain::{Chain, Ec2, File, Origin, Rung, Setup, State, evaluate};
use serde_json::json;

use crate::rig::script;

const SETUPS: usize = 400;
/// Longer ladders are not climbed.
const STEPS: usize = 6;
const PROFILES: [&str; 3] = ["default", "dev", "base"];

/// Numbers by lot, the same ones each time.
struct Lot(u64);

impl Lot {
    /// One of so many.
    fn of(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("it fits") % many
    }

    /// Yes, in so many of ten.
    fn yes(&mut self, of_ten: usize) -> bool {
        self.of(10) < of_ten
    }

    fn profile(&mut self) -> &'static str {
        PROFILES[self.of(PROFILES.len())]
    }
}

/// Settings of each profile.
type Settings = BTreeMap<&'static str, BTreeMap<&'static str, String>>;

/// A set-up whose parts can be taken out.
#[derive(Clone, Default)]
struct Made {
    variables: BTreeMap<&'static str, String>,
    profile: Option<&'static str>,
    config: Settings,
    credentials: Settings,
}

/// What belongs together in a profile.
const KEYS: [&str; 2] = ["aws_access_key_id", "aws_secret_access_key"];
const SSO: [&str; 4] = ["sso_account_id", "sso_role_name", "sso_start_url", "sso_region"];

fn made(lot: &mut Lot, process: &str) -> Made {
    let mut made = Made::default();
    let key = ["AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"].map(str::to_owned);
    let role = "arn:aws:iam::123456789012:role/r".to_owned();
    for profile in PROFILES {
        if lot.yes(3) {
            made.credentials.entry(profile).or_default().extend(KEYS.into_iter().zip(key.clone()));
        }
        let config = made.config.entry(profile).or_default();
        if lot.yes(2) {
            config.extend(KEYS.into_iter().zip(key.clone()));
        }
        if lot.yes(2) {
            let values = ["123456789012", "Developer", "https://example.awsapps.com/start", "us-east-1"];
            config.extend(SSO.into_iter().zip(values.map(str::to_owned)));
        }
        if lot.yes(1) {
            config.insert("sso_role_name", "Developer".into());
        }
        if lot.yes(2) {
            config.insert("login_session", "arn:aws:iam::123456789012:root".into());
        }
        if lot.yes(2) {
            config.insert("credential_process", process.into());
        }
        if lot.yes(3) {
            config.insert("role_arn", role.clone());
        }
        if lot.yes(3) {
            let source = if lot.yes(1) { "nowhere" } else { lot.profile() };
            config.insert("source_profile", source.into());
        }
        if lot.yes(1) {
            let source = ["Environment", "EcsContainer", "Ec2InstanceMetadata", "Nonsense"][lot.of(4)];
            config.insert("credential_source", source.into());
        }
        if lot.yes(1) {
            config.insert("web_identity_token_file", "/nowhere".into());
        }
        if config.is_empty() && lot.yes(5) {
            made.config.remove(profile);
        }
    }
    if lot.yes(3) {
        made.variables.extend(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].into_iter().zip(key));
    }
    if lot.yes(1) {
        made.variables.remove("AWS_SECRET_ACCESS_KEY");
    }
    for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
        if lot.yes(2) {
            made.variables.insert(name, if lot.yes(1) { "gone".into() } else { lot.profile().into() });
        }
    }
    if lot.yes(1) {
        made.variables.insert("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere".into());
    }
    if lot.yes(1) {
        made.variables.insert("AWS_ROLE_ARN", role);
    }
    if lot.yes(2) {
        made.variables.insert("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/x".into());
    }
    made.profile = lot.yes(2).then(|| lot.profile());
    made
}

impl Made {
    fn file(settings: &Settings, is_config: bool) -> String {
        let mut text = String::new();
        for (profile, settings) in settings {
            let kind = if is_config && *profile != "default" { "profile " } else { "" };
            let _ = writeln!(text, "[{kind}{profile}]");
            for (key, value) in settings {
                let _ = writeln!(text, "{key} = {value}");
            }
        }
        text
    }

    fn texts(&self) -> (String, String) {
        (Self::file(&self.config, true), Self::file(&self.credentials, false))
    }

    fn order(&self) -> serde_json::Value {
        let (config, credentials) = self.texts();
        json!({"variables": self.variables, "profile": self.profile, "config": config, "credentials": credentials})
    }

    fn evaluated(&self) -> Chain {
        let (config, credentials) = self.texts();
        let mut variables: Vec<_> =
            self.variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
        variables.push(("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned().into()));
        let setup = Setup {
            profile: self.profile.map(str::to_owned),
            variables,
            config: File::Read(config.into()),
            credentials: File::Read(credentials.into()),
            ec2: Ec2::No,
            ..Setup::default()
        };
        evaluate(&setup, "2026-11-26T10:00:00Z".parse().expect("a time"))
    }

    /// Takes a source out, as if it had vanished.
    fn without(&mut self, (origin, profile): &(Origin, Option<String>)) {
        let profile = profile.as_deref().unwrap_or_default();
        let gone: &[&str] = match origin {
            Origin::Environment => &[],
            Origin::Sso => &SSO,
            Origin::Login => &["login_session"],
            Origin::Process => &["credential_process"],
            Origin::WebIdentity => &["web_identity_token_file"],
            _ => &KEYS,
        };
        let file = if *origin == Origin::CredentialsFile { &mut self.credentials } else { &mut self.config };
        if let Some(settings) = file.get_mut(profile) {
            settings.retain(|key, _| !gone.contains(key));
            // A role that is assumed with nothing else went with its web identity.
            let says_how =
                ["source_profile", "credential_source"].iter().any(|key| settings.contains_key(key));
            if *origin == Origin::WebIdentity && !says_how {
                settings.remove("role_arn");
            }
        }
        let gone: &[&str] = match origin {
            Origin::Environment => &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
            Origin::WebIdentity if profile.is_empty() => &["AWS_WEB_IDENTITY_TOKEN_FILE"],
            Origin::Container => &["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
            _ => &[],
        };
        self.variables.retain(|name, _| !gone.contains(name));
    }
}

/// What we say, in botocore's words.
fn ours(rung: Option<&Rung>) -> &'static str {
    match rung {
        None => "none",
        Some(Rung { state: State::Broken(_), .. }) => "stops",
        // botocore fetches what these give at once, and says so before the role is met.
        Some(rung) if rung.origin == Origin::Role && rung.base.0 == Origin::Login => "login",
        Some(rung) if rung.origin == Origin::Role && rung.base.0 == Origin::Container => "container-role",
        Some(rung) => match rung.origin {
            Origin::Environment => "env",
            Origin::Role => "assume-role",
            Origin::WebIdentity => "assume-role-with-web-identity",
            Origin::Sso => "sso",
            Origin::CredentialsFile => "shared-credentials-file",
            Origin::Login => "login",
            Origin::Process => "custom-process",
            Origin::ConfigFile => "config-file",
            Origin::Container => "container-role",
            Origin::OlderFile | Origin::BotoFile | Origin::Instance => "other",
        },
    }
}

fn botocore(orders: &[serde_json::Value]) -> Vec<String> {
    let mut child =
        script("chain.py").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python starts");
    let mut input = child.stdin.take().expect("input");
    let text = json!(orders).to_string();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("it wrote").expect("it reads");
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("a word")).collect()
}

#[test]
fn the_order_is_botocore_s_and_so_is_what_comes_next() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let given = folder.path().join("given.json");
    let key = json!({"Version": 1, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x"});
    std::fs::write(&given, key.to_string()).expect("a file");
    let process = format!("cat {}", given.display());
    let mut lot = Lot(20_261_126);
    let (mut orders, mut said, mut seen) = (Vec::new(), Vec::new(), BTreeMap::new());
    for _ in 0..SETUPS {
        let mut made = made(&mut lot, &process);
        let chain = made.evaluated();
        for step in 0..STEPS.min(chain.rungs.len() + 1) {
            let rung = chain.rungs.get(step);
            orders.push(made.order());
            said.push((ours(rung), step));
            *seen.entry((ours(rung), step > 0)).or_insert(0) += 1;
            match rung {
                Some(rung) if !matches!(rung.state, State::Broken(_)) => made.without(&rung.base),
                _ => break,
            }
        }
    }
    let answers = botocore(&orders);
    assert_eq!(answers.len(), orders.len());
    let differs = |at: &usize| answers[*at] != said[*at].0;
    let wrong: Vec<usize> = (0..orders.len()).filter(differs).collect();
    let first = wrong.first().map(|at| {
        let order = &orders[*at];
        format!(
            "{:?} and not {}: {} {}\n{}\n{}",
            said[*at],
            answers[*at],
            order["variables"],
            order["profile"],
            order["config"].as_str().unwrap_or_default(),
            order["credentials"].as_str().unwrap_or_default()
        )
    });
    assert!(wrong.is_empty(), "{} of {}: {}", wrong.len(), orders.len(), first.unwrap_or_default());
    // All of it was met, first and as what comes next.
    assert!(orders.len() > SETUPS + SETUPS / 2 && seen.len() >= 18, "{} {seen:?}", orders.len());
}
