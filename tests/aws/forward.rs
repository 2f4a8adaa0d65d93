//! Port forwards with a stand-in for the AWS CLI and its plugin: they come back, they are given up, and nothing is left.
#![cfg(unix)]
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "looks whether ports answer, and runs it beside"
)]

use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::rig::{Here, Moto, Ran, free_port, interrupt, python};

/// A folder with settings, and with the stand-in as `aws`.
struct Scene {
    here: Here,
    port: u16,
}

impl Scene {
    fn new(moto: &Moto, mode: &str) -> Self {
        let here = Here::new(&moto.endpoint);
        let (port, log) = (free_port(), here.path("log"));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws/plugin.py");
        let text = format!("#!/bin/sh\nexec {} -B {} \"$@\"\n", python().display(), script.display());
        here.write("bin/aws", &text);
        fs::set_permissions(here.path("bin/aws"), fs::Permissions::from_mode(0o755)).expect("it may run");
        here.write(
            "secretrail.toml",
            &format!("[[session.forward]]\nname = \"db\"\ntarget = \"i-0123456789abcdef0\"\nhost = \"db.internal\"\nlocal-port = {port}\nremote-port = 5432\n"),
        );
        let path = format!("{}:/usr/bin:/bin", here.path("bin").display());
        let here =
            here.with("PATH", &path).with("PLUGIN_MODE", mode).with("PLUGIN_LOG", &log.to_string_lossy());
        Self { here, port }
    }

    fn run(&self, more: &[&str]) -> Ran {
        let ran = self.here.run(&[&["session", "--settings", "secretrail.toml"], more].concat());
        assert!(!ran.out.contains("CANARY") && !ran.err.contains("CANARY"), "{ran:?}");
        ran
    }

    fn answers(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    /// What was started: lines of the log.
    fn log(&self) -> String {
        fs::read_to_string(self.here.path("log")).unwrap_or_default()
    }

    /// Processes that were started and are still there.
    fn left(&self) -> Vec<String> {
        let log = self.log();
        let ids = log.lines().filter_map(|line| line.split(' ').nth(1));
        ids.filter(|id| is_running(id)).map(str::to_owned).collect()
    }

    /// Waits until none of them is.
    fn nothing_is_left(&self) {
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until && (self.answers() || !self.left().is_empty()) {
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(!self.answers() && self.left().is_empty(), "{:?}: {}", self.left(), self.log());
    }

    fn stay(&self) -> Child {
        Command::new(assert_cmd::cargo::cargo_bin!("secretrail"))
            .args(["session", "--settings", "secretrail.toml", "--stay"])
            .env_clear()
            .envs(self.here.environment())
            .current_dir(self.here.path(""))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts")
    }
}

/// One that ended and was not fetched by its parent does not run.
fn is_running(id: &str) -> bool {
    fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[test]
fn a_forward_that_drops_comes_back_and_ctrl_c_leaves_nothing() {
    let moto = Moto::new();
    let scene = Scene::new(&moto, "drop:1");
    let mut child = scene.stay();
    let begun = Instant::now();
    while scene.log().matches("plugin ").count() < 4 {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", scene.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    interrupt(child.id());
    let ended = Instant::now();
    let code = child.wait().expect("it ends").code();
    assert!(ended.elapsed() < Duration::from_secs(6), "{:?}", ended.elapsed());
    scene.nothing_is_left();
    let mut out = String::new();
    child.stdout.take().expect("output").read_to_string(&mut out).expect("text");
    assert_eq!(code, Some(0), "{out}");
    assert!(
        out.contains("OK       db: 127.0.0.1:") && out.contains("through i-0123456789abcdef0 answers"),
        "{out}"
    );
    assert!(
        out.matches("db: lost after ").count() >= 3 && out.matches("db: the port answers").count() >= 2,
        "{out}"
    );
    assert!(out.trim_end().ends_with("db: ended") && !out.contains("CANARY"), "{out}");
    let first = scene.log();
    let arguments = "[\"ssm\", \"start-session\", \"--target\", \"i-0123456789abcdef0\", \"--document-name\", \"AWS-StartPortForwardingSessionToRemoteHost\"";
    assert!(first.contains(arguments), "{first}");
}

#[test]
fn in_the_background_it_goes_on_until_it_is_ended() {
    let moto = Moto::new();
    let scene = Scene::new(&moto, "drop:2");
    let ran = scene.run(&[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("OK       db: 127.0.0.1:"), "{}", ran.out);
    let begun = Instant::now();
    while scene.log().matches("plugin ").count() < 3 {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", scene.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    let ran = scene.run(&[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("and came back"), "{}", ran.out);
    let ran = scene.run(&["--stop-forwards"]);
    assert!(ran.code == 0 && ran.out.contains("OK       db: ended"), "{ran:?}");
    scene.nothing_is_left();
    let ran = scene.run(&["--stop-forwards"]);
    assert!(ran.code == 0 && ran.out.contains("no forward is running"), "{ran:?}");
    let ran = scene.run(&["--no-forwards"]);
    assert!(
        ran.code == 1 && ran.out.contains("PROBLEM  db: ") && ran.out.contains("nothing listens there"),
        "{ran:?}"
    );
}

#[test]
fn forwards_of_a_file_that_nobody_named_are_left_alone() {
    let moto = Moto::new();
    let scene = Scene::new(&moto, "drop:1");
    let ran = scene.here.run(&["session"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("secretrail.toml is ignored: --settings "), "{}", ran.out);
    let ran = scene.here.run(&["session", "--stay"]);
    assert!(ran.code == 2 && ran.err.contains("trusts it"), "{ran:?}");
    let ran = scene.here.run(&["session", "--keep=db"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = scene.here.run(&["session", "--stop-forwards"]);
    assert!(ran.code == 0 && ran.out.contains("no forward is running"), "{ran:?}");
    assert_eq!(scene.log(), "");
}

#[test]
fn what_no_second_try_mends_is_given_up_at_once() {
    let moto = Moto::new();
    let scene = Scene::new(&moto, "denied");
    for arguments in [&[][..], &["--stay"]] {
        let ran = scene.run(arguments);
        assert!(ran.code == 1 && ran.took < Duration::from_secs(8), "{ran:?}");
        assert!(
            ran.out.contains("does not answer: the caller may not: it needs ssm:StartSession"),
            "{}",
            ran.out
        );
        scene.nothing_is_left();
    }
    assert_eq!(scene.log().matches("aws ").count(), 2);
    let nowhere = scene.here.path("empty");
    fs::create_dir(&nowhere).expect("a folder");
    let scene = Scene { here: scene.here.with("PATH", &nowhere.to_string_lossy()), ..scene };
    let ran = scene.run(&[]);
    assert!(ran.code == 1 && ran.out.contains("the AWS CLI (`aws`) is not installed"), "{ran:?}");
}

#[test]
fn what_may_pass_is_tried_again_and_a_port_that_stays_silent_is_told() {
    let moto = Moto::new();
    let scene = Scene::new(&moto, "once-away");
    let ran = scene.run(&[]);
    assert!(ran.code == 0 && scene.log().matches("aws ").count() == 2, "{ran:?} {}", scene.log());
    scene.run(&["--stop-forwards"]);
    scene.nothing_is_left();
    let scene = Scene::new(&moto, "silent");
    let ran = scene.run(&["--forward-timeout", "1"]);
    assert!(ran.code == 1 && ran.took < Duration::from_secs(5), "{ran:?}");
    assert!(ran.out.contains("--stop-forwards` ends that"), "{}", ran.out);
    scene.run(&["--stop-forwards"]);
    scene.nothing_is_left();
}
