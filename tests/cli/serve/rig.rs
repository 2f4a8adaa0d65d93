//! The server as a process of its own, and the stand-in that it talks with.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "the stand-in and the server's process"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::rig::Folder;

pub const KEY: &str = "a-shared-key-of-some-length";
/// Stands in no log and no answer.
pub const TOKEN: &str = "task-token-9f8e7d6c5b4a.atlasv1";
/// A test that hangs fails.
const MOST_TIME: Duration = Duration::from_secs(60);

/// A plan without any secret.
pub const CLEAN_PLAN: &str = r#"{"format_version":"1.2","terraform_version":"1.13.0","resource_changes":[]}"#;

/// A token in the form of a vendor's, put together here: as one word it would be taken for a real one.
pub fn vendor_token() -> String {
    ["sk_live_", "51Hx0aKq7RzTfW", "mB9cYdNpJ4s"].concat()
}

/// A plan whose user data holds a literal token.
pub fn leaking_plan() -> String {
    let user_data = format!("#!/bin/sh\necho STRIPE_KEY={} > /etc/app.env\n", vendor_token());
    let after = json!({"instance_type": "t3.small", "user_data": user_data});
    json!({
        "format_version": "1.2",
        "terraform_version": "1.13.0",
        "resource_changes": [{
            "address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "name": "web",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": {},
                       "before_sensitive": false, "after_sensitive": {}},
        }],
    })
    .to_string()
}

/// A request that the stand-in got.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Call {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// `running`, `passed` or `failed`, where it is an answer.
    pub fn status(&self) -> Option<String> {
        (self.method == "PATCH")
            .then(|| self.json()["data"]["attributes"]["status"].as_str().unwrap().to_owned())
    }

    pub fn message(&self) -> String {
        self.json()["data"]["attributes"]["message"].as_str().unwrap().to_owned()
    }
}

/// What the stand-in says: status line, more header lines, body. `None` closes the connection.
pub type Said = Option<(u16, String, Vec<u8>)>;
type Answering = dyn Fn(&Call, usize) -> Said + Send + Sync;

/// HCP Terraform, or the place where it keeps plans.
pub struct StandIn {
    pub address: SocketAddr,
    calls: Arc<(Mutex<Vec<Call>>, Condvar)>,
}

impl StandIn {
    /// `answering` gets the call and how many the same path had before.
    pub fn new(answering: impl Fn(&Call, usize) -> Said + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let calls: Arc<(Mutex<Vec<Call>>, Condvar)> = Arc::default();
        let (shared, answering) = (Arc::clone(&calls), Arc::new(answering) as Arc<Answering>);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (shared, answering) = (Arc::clone(&shared), Arc::clone(&answering));
                thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    while let Some(call) = read_call(&mut reader) {
                        let before = {
                            let mut calls = shared.0.lock().unwrap();
                            let before = calls.iter().filter(|one| one.path == call.path).count();
                            calls.push(call.clone());
                            before
                        };
                        shared.1.notify_all();
                        let Some((status, headers, body)) = answering(&call, before) else { return };
                        // A length that the stand-in claims itself is not told twice.
                        let length = if headers.contains("Content-Length") {
                            String::new()
                        } else {
                            format!("Content-Length: {}\r\n", body.len())
                        };
                        let head = format!("HTTP/1.1 {status} x\r\n{headers}{length}\r\n");
                        let stream = reader.get_mut();
                        let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
                        if sent.is_err() || headers.contains("Connection: close") {
                            return;
                        }
                    }
                });
            }
        });
        Self { address, calls }
    }

    /// The API: a plan is fetched through a redirect to `archive`, answers are taken.
    pub fn api(archive: &Self) -> Self {
        let archive = archive.address;
        Self::new(move |call, _| match call.method.as_str() {
            "GET" => {
                let id = call.path.rsplit('/').nth(1).unwrap_or_default().to_owned();
                Some((307, format!("Location: http://{archive}/object/{id}?signed=yes\r\n"), Vec::new()))
            }
            _ => Some((200, String::new(), b"{}".to_vec())),
        })
    }

    /// Keeps one plan for everybody.
    pub fn archive(plan: impl Into<Vec<u8>>) -> Self {
        let plan = plan.into();
        Self::new(move |_, _| Some((200, String::new(), plan.clone())))
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.0.lock().unwrap().clone()
    }

    /// Waits for calls.
    pub fn wait(&self, what: &str, enough: impl Fn(&[Call]) -> bool) -> Vec<Call> {
        let (calls, more) = &*self.calls;
        let (calls, waited) =
            more.wait_timeout_while(calls.lock().unwrap(), MOST_TIME, |calls| !enough(calls)).unwrap();
        assert!(
            !waited.timed_out(),
            "{what}: {:#?}",
            calls.iter().map(|call| &call.path).collect::<Vec<_>>()
        );
        calls.clone()
    }

    /// Waits for the last word on a task.
    pub fn outcome(&self, id: &str) -> Call {
        let path = format!("/callback/{id}");
        let last = |call: &Call| call.path == path && call.status().is_some_and(|status| status != "running");
        let calls = self.wait(id, |calls| calls.iter().any(last));
        calls.into_iter().find(last).unwrap()
    }

    /// A request for a task whose plan is here.
    pub fn payload(&self, id: &str) -> Value {
        let api = self.address;
        json!({
            "payload_version": 1,
            "stage": "post_plan",
            "access_token": TOKEN,
            "capabilities": {"outcomes": true},
            "task_result_id": id,
            "task_result_enforcement_level": "mandatory",
            "task_result_callback_url": format!("http://{api}/callback/{id}"),
            "plan_json_api_url": format!("http://{api}/api/v2/plans/{id}/json-output"),
            "organization_name": "example", "workspace_name": "app", "run_id": "run-1",
            "run_message": "a message", "vcs_branch": null,
        })
    }
}

fn read_call(reader: &mut BufReader<TcpStream>) -> Option<Call> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|length| *length > 0)?;
    let mut words = first.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Call { method, path, headers, body })
}

/// The server.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    log: Arc<Mutex<String>>,
    reader: Option<thread::JoinHandle<()>>,
    _folder: Folder,
}

impl Server {
    pub fn start(more: &[&str]) -> Self {
        let folder = Folder::new(&[("key", &format!("{KEY}\n"))]);
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("secretrail"))
            .args(["serve", "run-task", "--listen", "127.0.0.1:0", "--hmac-key-file", "key"])
            .args(["--allow-insecure-loopback", "-vvv"])
            .args(more)
            .env_clear()
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a log")).lines();
        let mut first = String::new();
        while !first.contains("listen=") {
            first = lines.next().expect("a line with the address").expect("text");
        }
        let address = first.split("listen=").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let shared = Arc::clone(&log);
        let reader = thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                shared.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        Self { child, address, log, reader: Some(reader), _folder: folder }
    }

    /// Sends a signed request; returns its status.
    pub fn ask(&self, payload: &Value) -> u16 {
        let body = payload.to_string();
        let signature = sign(body.as_bytes());
        self.post(body.as_bytes(), &[("X-TFC-Task-Signature", &signature)])
    }

    pub fn post(&self, body: &[u8], headers: &[(&str, &str)]) -> u16 {
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head =
            format!("POST /run-task HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{more}\r\n", body.len());
        status(&self.raw(&[head.as_bytes(), body]))
    }

    /// Sends bytes; returns all that comes back.
    pub fn raw(&self, parts: &[&[u8]]) -> String {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(MOST_TIME)).unwrap();
        for part in parts {
            // The server may have answered and left before all was sent.
            if stream.write_all(part).is_err() {
                break;
            }
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn wait_for_log(&self, text: &str) {
        let started = Instant::now();
        while !self.log().contains(text) {
            assert!(started.elapsed() < MOST_TIME, "{text}: {}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Tells it to stop.
    pub fn stop(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("sh").success());
    }

    /// Waits for its end; returns exit code and log.
    pub fn ended(mut self) -> (i32, String) {
        let code = self.child.wait().expect("an end").code().expect("no signal");
        self.reader.take().unwrap().join().expect("the log's reader");
        (code, self.log())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn sign(body: &[u8]) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA512, KEY.as_bytes());
    ring::hmac::sign(&key, body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The status of an answer; 0 where there was none.
pub fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}
