//! A job in a folder of its own, and a receiver of webhooks that checks what it is sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::Value;

use crate::rig::{Folder, LEAK, Ran, command, run};
use crate::serve::rig::{Call, StandIn};

pub const SECRET: &str = "a-webhook-secret-of-some-length";

/// Settings with one webhook.
pub const WEBHOOK: &str = "[notify]\nwebhook = { url-env = \"HOOK\", secret-env = \"HOOK_SECRET\" }\n";

/// A job that runs again and again.
pub struct Job {
    pub folder: Folder,
    environment: Vec<(String, String)>,
}

impl Job {
    pub fn new(settings: &str) -> Self {
        let folder = Folder::new(&[("main.tf", LEAK), ("secretrail.toml", settings)]);
        Self { folder, environment: vec![("HOOK_SECRET".into(), SECRET.into())] }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.into()));
    }

    /// What the job is called.
    pub fn scope(&self) -> String {
        let name = self.folder.path().file_name().unwrap_or_default().to_string_lossy();
        format!("terraform . in {name}")
    }

    /// `secretrail scan`, with the history.
    pub fn scan(&self) -> Ran {
        self.run(&["scan", "--history", "audit.db", "-f", "json"])
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = command(self.folder.path());
        command.envs(self.environment.iter().cloned()).args(arguments);
        // Only a file that is named says who is told.
        if ["scan", "audit"].contains(&arguments.first().copied().unwrap_or_default()) {
            command.args(["--settings", "secretrail.toml"]);
        }
        run(&mut command)
    }
}

/// Takes all that it is sent.
pub fn receiver() -> StandIn {
    StandIn::new(|_, _| Some((200, String::new(), b"ok".to_vec())))
}

/// The address of a webhook there.
pub fn url(receiver: &StandIn) -> String {
    format!("http://{}/hook", receiver.address)
}

/// What a receiver does that follows Standard Webhooks: the body, if the signature is right.
pub fn verified(call: &Call) -> Value {
    let (id, time) = (call.header("webhook-id"), call.header("webhook-timestamp"));
    let signed = [format!("{id}.{time}.").as_bytes(), &call.body].concat();
    let tag = STANDARD.decode(call.header("webhook-signature").strip_prefix("v1,").expect("a version"));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    hmac::verify(&key, &signed, &tag.expect("base64")).expect("the right signature");
    let sent: i64 = time.parse().expect("seconds");
    assert!((jiff::Timestamp::now().as_second() - sent).abs() < 120, "{time}");
    assert_eq!((call.method.as_str(), call.header("content-type")), ("POST", "application/json"));
    call.json()
}

/// How many findings came, are back, went.
pub fn counts(change: &Value) -> (usize, usize, usize) {
    let count = |list: &str| change[list].as_array().expect("a list").len();
    (count("new"), count("reopened"), count("fixed"))
}
