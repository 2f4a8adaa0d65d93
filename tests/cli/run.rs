//! `secretrail run`: what a program gets, what is seen of its output, and how it ends.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use pty_process::blocking::{Command as Typed, Pty, open};

use crate::rig::{Folder, Ran, command, run};

const KEY: &str = "sk-fake-0123456789abcdefghij";

/// `sh -c SCRIPT` under `run`, with a key in the environment.
fn shell(options: &[&str], script: &str) -> Ran {
    let folder = Folder::new(&[]);
    with_key(folder.path(), options, &["sh", "-c", script])
}

fn with_key(folder: &Path, options: &[&str], program: &[&str]) -> Ran {
    let mut command = command(folder);
    command.env("PATH", "/usr/bin:/bin").env("ANTHROPIC_API_KEY", KEY).env("USER", "jared");
    run(command.arg("run").args(options).arg("--").args(program))
}

#[test]
fn keys_that_override_a_subscription_are_taken_away() {
    let ran = shell(&[], "echo \"${ANTHROPIC_API_KEY-none} $AWS_SDK_UA_APP_ID\"; echo err >&2");
    assert_eq!((ran.code, ran.out.as_str()), (0, "none jared\n"));
    assert_eq!(ran.err, "secretrail: removed ANTHROPIC_API_KEY; masks 1 value\nerr\n");
    let ran = shell(&["--keep", "ANTHROPIC_API_KEY"], "echo \"it is $ANTHROPIC_API_KEY\"");
    assert_eq!(ran.out, "it is [secretrail: ANTHROPIC_API_KEY]\n");
    let ran = shell(&["-q", "--remove", "HOME_PAGE"], "env");
    assert!(!ran.out.contains("ANTHROPIC") && ran.err.is_empty(), "{ran:?}");
}

#[test]
fn settings_take_away_and_mask() {
    let folder = Folder::new(&[("secretrail.toml", "[run]\nremove = [\"EXTRA\"]\nmask = [\"URL\"]\n")]);
    let mut command = command(folder.path());
    command.env("PATH", "/usr/bin:/bin").env("EXTRA", "extra-fake").env("URL", "https://intern.example.com");
    let ran = run(command.args(["run", "--", "sh", "-c", "echo ${EXTRA-none} $URL"]));
    assert_eq!(ran.out, "none [secretrail: URL]\n");
    folder.write("secretrail.toml", "[run]\ninject = [\"A=/b\"]\n");
    let ran = with_key(folder.path(), &[], &["echo", "x"]);
    assert_eq!((ran.code, ran.out.as_str()), (125, ""));
    assert!(ran.err.contains("secretrail.toml:2:1: unknown field"), "{}", ran.err);
}

#[test]
fn the_exit_code_is_the_program_s() {
    for (script, code) in
        [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -TERM $$", 143), ("kill -KILL $$", 137)]
    {
        assert_eq!(shell(&[], script).code, code, "{script}");
    }
    assert_eq!(shell(&["--no-mask"], "exit 7").code, 7);
    let folder = Folder::new(&[("plain.txt", "no program\n")]);
    for (program, code) in [("nowhere-to-be-found", 127), ("./plain.txt", 126), ("./none", 127)] {
        for options in [&[][..], &["--no-mask"]] {
            let ran = with_key(folder.path(), options, &[program]);
            assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{program}: {}", ran.err);
            assert!(ran.err.contains(program) && ran.err.contains(" hint: "), "{}", ran.err);
        }
    }
    assert_eq!(folder.run(&["run"]).code, 2);
    assert_eq!(folder.run(&["run", "--remove", "A=b", "--", "true"]).code, 2);
}

#[test]
fn both_outputs_are_masked_and_stay_apart() {
    let script = format!(
        "printf 'sk-fake-01234567'; sleep 0.3; echo 89abcdefghij; echo '{KEY}' >&2; echo '{KEY}' | base64"
    );
    let ran = shell(&["-q"], &script);
    assert_eq!(ran.out, "[secretrail: ANTHROPIC_API_KEY]\n[secretrail: ANTHROPIC_API_KEY]\n");
    assert_eq!(ran.err, "[secretrail: ANTHROPIC_API_KEY]\n");
}

#[test]
fn input_goes_through_and_output_that_nobody_reads_ends_the_program() {
    let folder = Folder::new(&[]);
    let mut with_input = command(folder.path());
    with_input.env("PATH", "/usr/bin:/bin").write_stdin("one\ntwo\n");
    assert_eq!(run(with_input.args(["run", "--", "cat"])).out, "one\ntwo\n");
    let ran = with_key(
        folder.path(),
        &["-q"],
        &["sh", "-c", "\"$0\" run -- yes | head -n 1", env!("CARGO_BIN_EXE_secretrail")],
    );
    assert_eq!((ran.code, ran.out.as_str()), (0, "y\n"));
}

#[test]
fn what_a_program_leaves_behind_is_not_waited_for() {
    let begun = Instant::now();
    let ran = shell(&["-q"], "sleep 30 & echo started");
    assert_eq!((ran.code, ran.out.as_str()), (0, "started\n"));
    assert!(begun.elapsed() < Duration::from_secs(20));
}

/// 20 MB in writes of odd sizes, so that the key is split at every place, over and over. Alone on a machine this runs at
/// 40 MB/s, unoptimised; beside other tests at less.
#[test]
fn megabytes_a_second_are_masked_at_every_split() {
    let folder = Folder::new(&[]);
    let unit = format!("{KEY}\n");
    let size = unit.len() * 700_000;
    folder.write("much", unit.repeat(700_000));
    let begun = Instant::now();
    let ran = with_key(folder.path(), &["-q"], &["dd", "if=much", "bs=4099", "status=none"]);
    let took = begun.elapsed().as_secs_f64();
    assert!(
        ran.out == "[secretrail: ANTHROPIC_API_KEY]\n".repeat(700_000),
        "a key got through, or too much was masked"
    );
    let rate = size as f64 / took / 1e6;
    assert!(rate > 2.0, "{rate:.1} MB/s");
}

#[test]
fn signals_are_handed_on() {
    for (signal, expected) in [("TERM", 41), ("INT", 42), ("HUP", 43), ("USR1", 44)] {
        let folder = Folder::new(&[]);
        let script = "trap 'exit 41' TERM; trap 'exit 42' INT; trap 'exit 43' HUP; trap 'exit 44' USR1; \
                      kill -s \"$0\" $PPID; while :; do sleep 0.05; done";
        let ran = with_key(folder.path(), &["-q"], &["sh", "-c", script, signal]);
        assert_eq!(ran.code, expected, "{signal}");
    }
}

/// A terminal with `run` in it.
struct Terminal {
    pty: Pty,
    child: std::process::Child,
    shown: std::sync::mpsc::Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    fn start(options: &[&str], script: &str, piped_input: bool) -> Self {
        let (pty, end) = open().expect("a terminal");
        pty.resize(pty_process::Size::new(33, 77)).expect("a size");
        let mut typed = Typed::new(env!("CARGO_BIN_EXE_secretrail"))
            .arg("run")
            .args(options)
            .args(["--", "sh", "-c", script])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("ANTHROPIC_API_KEY", KEY);
        if piped_input {
            typed = typed.stdin(Stdio::null());
        }
        let child = typed.spawn(end).expect("it starts");
        let (sender, shown) = channel();
        let reader =
            std::fs::File::from(std::os::fd::AsFd::as_fd(&pty).try_clone_to_owned().expect("a copy"));
        thread::spawn(move || {
            let (mut reader, mut buffer) = (reader, [0; 4096]);
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let _ = sender.send(buffer[..count].to_vec());
            }
        });
        Self { pty, child, shown, seen: String::new() }
    }

    fn wait_for(&mut self, text: &str) {
        let begun = Instant::now();
        while !self.seen.contains(text) {
            assert!(begun.elapsed() < Duration::from_secs(30), "{text} did not come: {:?}", self.seen);
            if let Ok(piece) = self.shown.recv_timeout(Duration::from_millis(100)) {
                self.seen.push_str(&String::from_utf8_lossy(&piece));
            }
        }
    }

    fn type_in(&mut self, text: &str) {
        self.pty.write_all(text.as_bytes()).expect("it takes keys");
    }

    /// The exit code, and all that was seen.
    fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().expect("it ends");
        while let Ok(piece) = self.shown.recv_timeout(Duration::from_millis(200)) {
            self.seen.push_str(&String::from_utf8_lossy(&piece));
        }
        (status.code(), self.seen)
    }
}

#[test]
fn on_a_terminal_the_program_has_one_too() {
    let script = "test -t 0 && test -t 1 && test -t 2 && stty size; printf '\\033[31mred\\033[0m'; printf 'go on? '; read answer; \
                  echo \"you said $answer\"; echo sk-fake-0123456789abcdefghij; exit 5";
    let mut terminal = Terminal::start(&[], script, false);
    // A prompt without an end of line is seen.
    terminal.wait_for("go on? ");
    terminal.type_in("yes\r");
    let (code, seen) = terminal.end();
    assert_eq!(code, Some(5), "{seen}");
    assert!(seen.contains("33 77\r\n") && seen.contains("\u{1b}[31mred"), "{seen:?}");
    assert!(seen.contains("yes\r\nyou said yes\r\n[secretrail: ANTHROPIC_API_KEY]\r\n"), "{seen:?}");
    assert!(!seen.contains("\r\r\n") && !seen.contains(KEY), "{seen:?}");
}

#[test]
fn on_a_terminal_without_keys_input_comes_from_elsewhere() {
    let terminal = Terminal::start(&["-q"], "test -t 1 && ! test -t 0 && cat && echo end", true);
    assert_eq!(terminal.end(), (Some(0), "end\r\n".to_owned()));
    let terminal = Terminal::start(&["-q", "--no-terminal"], "test -t 1 || echo no terminal", true);
    assert_eq!(terminal.end(), (Some(0), "no terminal\r\n".to_owned()));
}

#[test]
fn ctrl_c_reaches_the_program_and_the_terminal_is_as_it_was() {
    let (ready, waits) = ("echo ready", "while :; do sleep 0.05; done");
    let mut terminal =
        Terminal::start(&["-q"], &format!("trap 'echo caught; exit 6' INT; {ready}; {waits}"), false);
    terminal.wait_for("ready");
    let raw = modes(&terminal.pty);
    terminal.type_in("\u{3}");
    terminal.wait_for("caught");
    let pty = std::os::fd::AsFd::as_fd(&terminal.pty).try_clone_to_owned().expect("a copy");
    assert_eq!(terminal.end().0, Some(6));
    let after = rustix::termios::tcgetattr(&pty).expect("modes").local_modes;
    let typing = rustix::termios::LocalModes::ICANON | rustix::termios::LocalModes::ECHO;
    assert!(!raw.intersects(typing) && after.contains(typing), "{raw:?} {after:?}");
}

fn modes(pty: &Pty) -> rustix::termios::LocalModes {
    rustix::termios::tcgetattr(pty).expect("modes").local_modes
}

#[test]
fn a_terminal_that_changes_its_size_tells_the_program() {
    let script = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done";
    let mut terminal = Terminal::start(&["-q"], script, false);
    terminal.wait_for("ready");
    terminal.pty.resize(pty_process::Size::new(44, 99)).expect("a size");
    terminal.wait_for("44 99");
    terminal.type_in("\u{3}");
    // The shell dies of it, as it does without us.
    assert_eq!(terminal.end().0, Some(130));
}
