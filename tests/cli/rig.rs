//! A folder of its own for each test, and the command in it without anything of the machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use tempfile::TempDir;

/// A test that hangs fails.
const MOST_TIME: Duration = Duration::from_secs(120);

/// Terraform with one proven leak in line 5.
pub const LEAK: &str = r##"variable "token" {
  sensitive = true
}
resource "aws_instance" "web" {
  user_data = "#!/bin/sh\necho ${var.token} > /etc/token\n"
}
"##;

/// Terraform without any secret.
pub const CLEAN: &str = "resource \"aws_instance\" \"web\" {\n  instance_type = \"t3.small\"\n}\n";

/// A folder that is removed at the end.
pub struct Folder(TempDir);

impl Folder {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().expect("a temporary folder"));
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.join(name)).expect("a file")
    }

    /// Names of all that lies in the folder itself.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("the folder");
        let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> =
            entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        run(command(self.path()).args(arguments))
    }

    pub fn run_with_input(&self, arguments: &[&str], input: impl Into<Vec<u8>>) -> Ran {
        run(command(self.path()).args(arguments).write_stdin(input))
    }
}

/// What a run left.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The JSON report on standard output.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// `rule path:line` of each finding of a JSON report.
    pub fn findings(&self) -> Vec<String> {
        let json = self.json();
        let findings = json["findings"].as_array().expect("findings");
        let told = |finding: &serde_json::Value| {
            let at = &finding["location"];
            format!("{} {}:{}", text(&finding["rule"]), text(&at["path"]), at["line"])
        };
        findings.iter().map(told).collect()
    }

    /// `by rule path:line` of each silenced finding of a JSON report.
    pub fn silenced(&self) -> Vec<String> {
        let json = self.json();
        let silenced = json["silenced"].as_array().expect("silenced");
        let told = |one: &serde_json::Value| {
            format!("{} {} {}:{}", text(&one["by"]), text(&one["rule"]), text(&one["path"]), one["line"])
        };
        silenced.iter().map(told).collect()
    }

    /// `path: reason` of each gap of a JSON report.
    pub fn gaps(&self) -> Vec<String> {
        let json = self.json();
        let gaps = json["gaps"].as_array().expect("gaps");
        gaps.iter().map(|gap| format!("{}: {}", text(&gap["path"]), text(&gap["reason"]))).collect()
    }

    /// The output without the one line that tells the time.
    pub fn timeless(&self) -> String {
        timeless(&self.out)
    }
}

pub fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

pub fn timeless(out: &str) -> String {
    let line = |line: &str| match line.split_once(" in ") {
        Some((before, time)) if before.starts_with("Read ") => {
            let after = time.split_once(" s").map_or("", |(_, after)| after);
            format!("{before} in TIME{after}")
        }
        _ => line.to_owned(),
    };
    out.lines().map(|one| line(one) + "\n").collect()
}

/// The command in a folder, with an empty environment.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("secretrail"));
    command.env_clear().env("NO_COLOR", "1").current_dir(folder).timeout(MOST_TIME);
    command
}

pub fn run(command: &mut Command) -> Ran {
    let output = command.output().expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
    let code = output.status.code().unwrap_or_else(|| panic!("ended by a signal: {output:?}"));
    Ran { code, out: text(output.stdout), err: text(output.stderr) }
}

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
