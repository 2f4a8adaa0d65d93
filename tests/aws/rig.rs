//! The servers, and the command with nothing of the machine around it.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "the servers are processes of their own, on loopback"
)]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use secretrail::evidence::Bundle;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A server that is not there by then does not come.
const START: Duration = Duration::from_secs(90);
/// A test that hangs fails.
const MOST_TIME: Duration = Duration::from_secs(180);

/// AWS's documented example.
pub const KEY: Key = Key { id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
/// The account of both servers.
pub const ACCOUNT: &str = "123456789012";

/// An access key.
#[derive(Debug, Clone, Copy)]
pub struct Key<'k> {
    pub id: &'k str,
    pub secret: &'k str,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Python that has the servers.
pub fn python() -> PathBuf {
    let venv =
        std::env::var_os("SECRETRAIL_RIG_VENV").map_or_else(|| root().join("target/rig-venv"), PathBuf::from);
    let python = venv.join("bin/python");
    assert!(
        venv.join("installed").is_file() && python.is_file(),
        "the servers for these tests are not installed in {}: run `make test` once",
        venv.display()
    );
    python
}

pub fn script(name: &str) -> Command {
    let mut command = Command::new(python());
    command.arg("-B").arg(root().join("tests/aws").join(name)).env_clear();
    command.env("PATH", "/usr/bin:/bin").env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// What one of our scripts prints.
#[cfg(feature = "verify")]
pub fn run_script(name: &str, arguments: &[&str]) -> Value {
    let output = script(name).args(arguments).output().expect("Python starts");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A server on loopback. It ends when this is dropped, or when the test's process does: it holds its input.
pub struct Server {
    child: Child,
    pub endpoint: String,
    address: String,
    folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number").port()
}

impl Server {
    fn start(kind: &str, environment: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a folder");
        let port = free_port();
        let log = File::create(folder.path().join("log")).expect("a log");
        let child = script("serve.py")
            .args([kind, &port.to_string()])
            .env("HOME", folder.path())
            .env("TMPDIR", folder.path())
            .envs(environment.iter().copied())
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("Python starts");
        let address = format!("127.0.0.1:{port}");
        let mut server = Self { child, endpoint: format!("http://{address}"), address, folder };
        server.wait_until_it_answers();
        server
    }

    fn wait_until_it_answers(&mut self) {
        let begun = Instant::now();
        while TcpStream::connect(&self.address).is_err() {
            let ended = self.child.try_wait().expect("a state");
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(ended.is_none(), "the server ended: {}", log());
            assert!(begun.elapsed() < START, "the server does not answer: {}", log());
            sleep(Duration::from_millis(50));
        }
    }

    /// Calls AWS's API on it: `[service, operation, {parameters}]`.
    pub fn call(&self, key: Key<'_>, calls: &Value) -> Vec<Value> {
        let order = json!({"endpoint": self.endpoint, "key": key.id, "secret": key.secret, "calls": calls});
        let mut child = script("call.py")
            .env("HOME", self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        child.stdin.take().expect("input").write_all(order.to_string().as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        serde_json::from_slice(&output.stdout).expect("answers")
    }

    /// The same, and each of them has to work.
    pub fn set(&self, key: Key<'_>, calls: &Value) -> Vec<Value> {
        let answers = self.call(key, calls);
        for (answer, call) in answers.iter().zip(calls.as_array().expect("calls")) {
            assert!(answer.get("Error").is_none(), "{call}: {answer}");
        }
        answers
    }

    /// Asks the server itself.
    pub fn http(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        stream.set_read_timeout(Some(MOST_TIME)).expect("a limit");
        let head =
            format!("{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Length: {}", self.address, body.len());
        stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.contains(" 200 "), "{path}: {head} {body}");
        body.to_owned()
    }
}

/// moto with our plugin, as it starts: nothing is in it.
pub struct Moto(MutexGuard<'static, Server>);

impl Moto {
    /// One server for all tests, one test at a time. Its own account is [`ACCOUNT`]; a name for it in the environment
    /// would be that of all sessions.
    pub fn new() -> Self {
        static MOTO: LazyLock<Mutex<Server>> = LazyLock::new(|| Mutex::new(Server::start("moto", &[])));
        let moto = Self(MOTO.lock().unwrap_or_else(PoisonError::into_inner));
        moto.clear();
        moto
    }

    /// As it started: nothing is in it.
    pub fn clear(&self) {
        self.0.http("POST", "/moto-api/reset", "");
        self.0.http("POST", "/moto-api/plus/reset", "");
    }

    /// Sets what `moto_plus.py` knows as STATE.
    pub fn state(&self, state: &Value) {
        self.0.http("POST", "/moto-api/plus/state", &state.to_string());
    }

    /// Makes users, at once.
    pub fn users(&self, count: usize) {
        self.users_from(0, count);
    }

    /// The same, numbered from `first` on.
    pub fn users_from(&self, first: usize, count: usize) {
        let order = json!({"first": first, "count": count, "prefix": "user"});
        self.0.http("POST", "/moto-api/plus/users", &order.to_string());
    }

    /// Adds whole CloudTrail records: `{"Records": [...]}`.
    pub fn events(&self, records: &Value) {
        self.0.http("POST", "/moto-api/plus/events", &records.to_string());
    }

    /// What was called, in order.
    pub fn calls(&self) -> Vec<String> {
        serde_json::from_str(&self.0.http("GET", "/moto-api/plus/calls", "")).expect("names")
    }
}

impl std::ops::Deref for Moto {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.0
    }
}

/// ministack, which checks signatures and policies.
pub fn ministack() -> Server {
    Server::start(
        "ministack",
        &[("AUTH", "true"), ("MINISTACK_ACCOUNT_ID", ACCOUNT), ("CLOUDTRAIL_RECORDING", "1")],
    )
}

/// A folder of its own, and the command in it.
pub struct Here {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Here {
    /// Asks `endpoint` with [`KEY`].
    pub fn new(endpoint: &str) -> Self {
        let here = Self { folder: TempDir::new().expect("a folder"), environment: Vec::new() };
        here.with("AWS_ENDPOINT_URL", endpoint).key(KEY)
    }

    pub fn key(self, key: Key<'_>) -> Self {
        self.with("AWS_ACCESS_KEY_ID", key.id).with("AWS_SECRET_ACCESS_KEY", key.secret)
    }

    /// Without a key in the environment.
    pub fn no_key(mut self) -> Self {
        self.environment.retain(|(name, _)| !name.contains("_KEY"));
        self
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    /// All that the command may see.
    pub fn environment(&self) -> Vec<(String, String)> {
        let own = |name: &str| self.path(name).to_string_lossy().into_owned();
        let mut all = vec![
            ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
            ("HOME".to_owned(), own("home")),
            ("TMPDIR".to_owned(), own("")),
            ("AWS_CONFIG_FILE".to_owned(), own("config")),
            ("AWS_SHARED_CREDENTIALS_FILE".to_owned(), own("credentials")),
            ("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned()),
        ];
        all.extend(self.environment.iter().cloned());
        all
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let begun = Instant::now();
        let mut command = assert_cmd::Command::cargo_bin("secretrail").expect("the command");
        command.env_clear().envs(self.environment()).current_dir(self.folder.path()).args(arguments);
        let output = command.timeout(MOST_TIME).output().expect("it runs");
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            took: begun.elapsed(),
        }
    }

    /// `secretrail collect --out evidence`.
    pub fn collect(&self, more: &[&str]) -> Ran {
        self.run(&[&["collect", "--out", "evidence"], more].concat())
    }

    /// What it collected.
    pub fn bundle(&self) -> Bundle {
        secretrail::evidence::read(&self.path("evidence"), None).expect("a bundle")
    }

    /// Names of all that lies here.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder");
        let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> = entries.map(|one| name(one).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// What a run left.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

/// `permission: code` of each refusal.
pub fn refusals(bundle: &Bundle) -> Vec<String> {
    bundle.refusals.iter().map(|refusal| format!("{}: {}", refusal.permission, refusal.code)).collect()
}

/// Names of the documents, without the account's folder.
pub fn documents(bundle: &Bundle) -> Vec<String> {
    let short = |name: &str| name.split_once('/').map(|(_, rest)| rest.to_owned()).expect("a folder");
    bundle.documents.iter().map(|document| short(&document.name)).collect()
}

/// Sends Ctrl-C to a process.
pub fn interrupt(process: u32) {
    let status = Command::new("kill").args(["-INT", &process.to_string()]).status().expect("kill runs");
    assert!(status.success());
}
