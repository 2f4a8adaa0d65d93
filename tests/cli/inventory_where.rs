//! `secretrail inventory where`: copies of keys, by name and by value.

use std::fmt::Write as _;

use crate::rig::{Folder, Ran, command, run, text};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Made up, as all values here.
const VALUE: &str = "sk-fixture-Zq9/xW8v+T7uS6rQ5pO4nM3l";
const FORMATS: [&str; 10] =
    ["table", "json", "sarif", "markdown", "github", "gitlab", "junit", "oneline", "csv", "ocsf"];
const KEY: &str = "ANTHROPIC_API_KEY=/paperclip-app/anthropic/api-key";
const WITH_VALUE: [&str; 4] = ["--key", KEY, "--value-from-env", "ANTHROPIC_API_KEY=OLD_KEY"];

fn by_value(folder: &Folder, more: &[&str]) -> Ran {
    let mut command = command(folder.path());
    command.args(["inventory", "where"]).args(WITH_VALUE).args(more).env("OLD_KEY", VALUE);
    run(&mut command)
}

fn by_name(folder: &Folder, more: &[&str]) -> Ran {
    folder.run(
        &[&["inventory", "where", "--key", KEY, "--key", "GITHUB_PAT", "--format", "json"], more].concat(),
    )
}

fn utf16(value: &str) -> Vec<u8> {
    value.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The value in twelve encodings.
fn encoded() -> Vec<(&'static str, Vec<u8>)> {
    let hex = |mark: &str| {
        VALUE.bytes().fold(String::new(), |mut out, byte| {
            write!(out, "{mark}{byte:02x}").expect("a text");
            out
        })
    };
    let json = VALUE.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
    let html = VALUE.chars().map(|letter| format!("&#{};", letter as u32)).collect::<String>();
    let texts = [
        ("plain", VALUE.to_owned()),
        ("base64", STANDARD.encode(format!("a{VALUE}b"))),
        ("base64url", URL_SAFE.encode(format!("ab?~{VALUE}"))),
        ("url", VALUE.replace('/', "%2F").replace('+', "%2B")),
        ("url-lower", hex("%")),
        ("hex", hex("")),
        ("hex-upper", hex("").to_uppercase()),
        ("json", json),
        ("json-slash", VALUE.replace('/', "\\/")),
        ("c", hex("\\x")),
        ("html", html),
        ("base64-utf16", STANDARD.encode(utf16(VALUE))),
        ("twice", STANDARD.encode(format!("x:{}", STANDARD.encode(format!("user:{VALUE}"))))),
    ];
    let mut all: Vec<_> = texts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    all.push(("utf16", utf16(VALUE)));
    all
}

fn has_piece(text: &str) -> Option<String> {
    let mut needles: Vec<String> = VALUE
        .as_bytes()
        .windows(7)
        .skip(8)
        .map(|piece| String::from_utf8_lossy(piece).into_owned())
        .collect();
    for (_, form) in encoded() {
        let form = String::from_utf8_lossy(&form).into_owned();
        let letters: Vec<char> = form.chars().collect();
        needles.extend(letters.windows(14).skip(20).map(|piece| piece.iter().collect::<String>()));
    }
    needles.into_iter().find(|needle| text.contains(needle.as_str()))
}

#[test]
fn values_are_found_in_every_encoding_once_and_never_shown() {
    let folder = Folder::new(&[]);
    for (name, form) in encoded() {
        let text = [b"line one\nkey = \"", &form[..], b"\" # end\n"].concat();
        folder.write(&format!("texts/{name}.conf"), text);
        let mut binary = vec![0_u8; 3000];
        binary.extend_from_slice(b"\xff\xfe\n");
        binary.extend_from_slice(&form);
        binary.extend_from_slice(&[0, 1, 2]);
        folder.write(&format!("binaries/{name}.bin"), binary);
    }
    // With two bytes a character it is no text, and has no lines.
    let line = |name: &str| if name == "utf16" { 1 } else { 2 };
    let expected: Vec<String> =
        encoded().iter().map(|(name, _)| format!("texts/{name}.conf:{}:", line(name))).collect();
    let ran = by_value(&folder, &["--format", "json"]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    let json = ran.json();
    let mut found: Vec<String> = Vec::new();
    for finding in json["findings"].as_array().expect("findings") {
        let at = &finding["location"];
        assert_eq!(text(&finding["rule"]), "key-outside-its-home");
        found.push(format!("{}:{}:{}", text(&at["path"]), at["line"], at["column"]));
    }
    for place in &expected {
        // Where the known part of base64 begins depends on what stands before the value.
        let count = found.iter().filter(|one| one.starts_with(place.as_str())).count();
        assert_eq!(count, 1, "{place}: {found:#?}");
    }
    assert!(found.contains(&"texts/plain.conf:2:8".to_owned()), "{found:#?}");
    assert_eq!(found.len(), 2 * expected.len(), "{found:#?}");
    for format in FORMATS {
        for verbose in [&[][..], &["-vvv"]] {
            let ran = by_value(&folder, &[&["--format", format, "--all"], verbose].concat());
            assert_eq!(has_piece(&ran.out), None, "{format}: {}", ran.out);
            assert_eq!(has_piece(&ran.err), None, "{format}: {}", ran.err);
        }
    }
}

#[test]
fn a_value_is_found_over_pieces_of_a_large_file() {
    let folder = Folder::new(&[]);
    let mut text = Vec::new();
    let mut lines = Vec::new();
    for number in 0..6_usize {
        text.resize(1024 * 1024 * (number + 1) - 9 - number, b'.');
        text.push(b'\n');
        text.extend_from_slice(VALUE.as_bytes());
        text.push(b'\n');
        lines.push(format!("key-outside-its-home large.txt:{}", 2 * number + 2));
    }
    folder.write("large.txt", text);
    assert_eq!(by_value(&folder, &["--format", "json"]).findings(), lines);
}

#[test]
fn a_file_s_name_can_hold_a_value() {
    let folder = Folder::new(&[("a/b.txt", "x\n")]);
    let value = VALUE.replace('/', "_");
    folder.write(&format!("a/{value}.txt"), "nothing\n");
    let mut command = command(folder.path());
    command
        .args(["inventory", "where", "--value-from-env", "X=OLD_KEY", "--format", "json"])
        .env("OLD_KEY", &value);
    let ran = run(&mut command);
    assert_eq!(ran.findings(), ["key-outside-its-home a/********.txt:1"]);
    assert!(ran.out.contains("rename the file"), "{}", ran.out);
}

#[test]
fn a_value_that_stands_in_files_by_chance_is_a_gap() {
    let folder = Folder::new(&[("a.txt", "test test\n")]);
    let ran = folder.run_with_input(
        &["inventory", "where", "--values-stdin", "--format", "json"],
        "SHORT=test\nWORD=password123\nGOOD=Zq9xW8vT7u\n",
    );
    assert_eq!(ran.code, 3, "{ran:#?}");
    let gaps = ran.gaps().join("\n");
    assert!(gaps.contains("shorter than 8 characters") && gaps.contains("a placeholder"), "{gaps}");
    assert!(!gaps.contains("password123"), "{gaps}");
}

#[test]
fn copies_and_references_are_told_by_name() {
    let folder = Folder::new(&[
        (".env", "# mine\nANTHROPIC_API_KEY=fixture-a1b2c3d4e5\n"),
        (".env.example", "ANTHROPIC_API_KEY=\n"),
        (".github/workflows/ci.yml", "env:\n  ANTHROPIC_API_KEY: ${{ secrets.ANTHROPIC_API_KEY }}\n"),
        (
            ".claude/settings.local.json",
            "{\"permissions\": {\"allow\": [\n\"Bash(GITHUB_PAT=fixture-a1b2c3d4e5 gh pr list:*)\"]}}\n",
        ),
        (".mcp.json", "{\"env\": {\"GITHUB_PAT\": \"fixture-a1b2c3d4e5\"}}\n"),
        ("app.py", "import os\nkey = os.environ[\"ANTHROPIC_API_KEY\"]\n"),
        ("README.md", "Set ANTHROPIC_API_KEY.\n"),
        ("node_modules/x/index.js", "process.env.ANTHROPIC_API_KEY\n"),
    ]);
    // As `reg export` writes it.
    let registry = "\u{feff}Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Environment]\r\n\"ANTHROPIC_API_KEY\"=\"fixture-a1b2c3d4e5\"\r\n";
    folder.write("environment.reg", utf16(registry));
    let ran = by_name(&folder, &[]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    let mut found = ran.findings();
    found.sort();
    assert_eq!(
        found,
        [
            "key-outside-its-home .claude/settings.local.json:2",
            "key-outside-its-home .env:2",
            "key-outside-its-home .mcp.json:1",
            "key-outside-its-home environment.reg:4",
            "key-outside-its-home-reference .env.example:1",
            "key-outside-its-home-reference .github/workflows/ci.yml:2",
            "key-outside-its-home-reference app.py:2",
        ]
    );
    for words in
        ["HKEY_CURRENT_USER", "reg delete", "a saved permission", "SSM /paperclip-app/anthropic/api-key"]
    {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(!ran.out.contains("a1b2c3d4e5"), "{}", ran.out);
}

#[test]
fn a_flow_of_terraform_is_a_copy() {
    let folder = Folder::new(&[
        (
            "main.tf",
            "variable \"anthropic_api_key\" {\n  sensitive = true\n}\nresource \"aws_instance\" \"web\" {\n  user_data = templatefile(\"${path.module}/boot.sh.tftpl\", { key = var.anthropic_api_key })\n}\n",
        ),
        ("boot.sh.tftpl", "#!/bin/sh\necho \"ANTHROPIC_API_KEY=${key}\" > /opt/app/.env\n"),
    ]);
    let ran = by_name(&folder, &[]);
    let found = ran.findings();
    assert!(found.contains(&"key-outside-its-home boot.sh.tftpl:2".to_owned()), "{found:#?}");
    assert!(ran.out.contains("is written to /opt/app/.env"), "{}", ran.out);
}

#[test]
fn the_known_places_of_a_home_are_looked_into() {
    let folder = Folder::new(&[
        ("work/a.txt", "nothing\n"),
        ("home/.zsh_history", ": 1774706400:0;export ANTHROPIC_API_KEY=fixture-a1b2c3d4e5\n"),
        ("home/.netrc", "machine github.com login me password fixture-a1b2c3d4e5\n"),
        ("home/projects/other/.env", "ANTHROPIC_API_KEY=fixture-a1b2c3d4e5\n"),
    ]);
    let ran = by_name(&folder, &["--home=home", "work"]);
    let mut found = ran.findings();
    found.sort();
    assert_eq!(found, ["key-outside-its-home ~/.zsh_history:1", "key-outside-its-home-possibly ~/.netrc:1"]);
    assert!(
        ran.out.contains("typed on 2026-03-28") && ran.out.contains("a login for github.com"),
        "{}",
        ran.out
    );
}

#[test]
fn a_wrong_call_looks_at_nothing_and_quotes_nothing() {
    let folder = Folder::new(&[("a.txt", "x\n")]);
    for (arguments, told) in [
        (vec!["inventory", "where"], "there are no keys to search for"),
        (vec!["inventory", "where", "--value-from-env", "A=UNSET_VARIABLE"], "UNSET_VARIABLE is not set"),
        (vec!["inventory", "where", "--key", "A=fixture-a1b2c3d4e5"], "starts with `/`"),
        (vec!["inventory", "where", "--value-from-env", "A=fixture a1b2c3d4e5"], "the name of a variable"),
    ] {
        let ran = folder.run(&arguments);
        assert_eq!(ran.code, 2, "{ran:#?}");
        assert!(ran.err.contains(told) && !ran.err.contains("a1b2c3d4e5"), "{ran:#?}");
    }
}

#[test]
fn what_is_silenced_and_excluded_stays_so() {
    let folder = Folder::new(&[
        ("a/.env", "ANTHROPIC_API_KEY=fixture-a1b2c3d4e5\n"),
        ("b/.env", "ANTHROPIC_API_KEY=fixture-a1b2c3d4e5\n"),
        (
            "secretrail.toml",
            "exclude = [\"b/**\"]\n[[ignore]]\nrule = \"key-outside-its-home\"\npath = \"a/.env\"\nreason = \"mine\"\n",
        ),
    ]);
    let ran = by_name(&folder, &[]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(ran.findings().is_empty(), "{ran:#?}");
    assert_eq!(ran.silenced(), ["settings key-outside-its-home a/.env:1"]);
}

/// As teams keep it.
const LIST: &str = "# Keys\n\n| Key | Location | Last Rotated | Owner |\n|---|---|---|---|\n| ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key | 2026-03-28 | Paperclip |\n| LINEAR_API_KEY | — | — | needs migration |\n";

#[test]
fn the_keys_are_those_of_the_list() {
    let folder = Folder::new(&[
        ("SECRETS.md", LIST),
        ("run.sh", "aws ssm get-parameter --name /paperclip-app/anthropic/api-key --with-decryption\n"),
        (".env", "LINEAR_API_KEY=fixture-a1b2c3d4e5\nOTHER_KEY=fixture-a1b2c3d4e5\n"),
    ]);
    let ran = folder.run(&["inventory", "where", "--format", "json"]);
    let mut found = ran.findings();
    found.sort();
    assert_eq!(found, ["key-outside-its-home .env:1", "key-outside-its-home-reference run.sh:1"], "{ran:#?}");
    assert!(ran.out.contains("its home is not listed"), "{}", ran.out);
    // From here, whatever folder is looked into.
    folder.write("below/.env", "LINEAR_API_KEY=fixture-a1b2c3d4e5\n");
    for more in [&[][..], &["--list", "SECRETS.md"]] {
        let ran = folder.run(&[&["inventory", "where", "below", "--format", "json"], more].concat());
        assert_eq!(ran.findings(), ["key-outside-its-home .env:1"], "{ran:#?}");
    }
    let ran = folder.run(&["inventory", "where", "--list", "none.md", "."]);
    assert_eq!(ran.code, 2, "{ran:#?}");
}

#[test]
fn what_only_passes_through_memory_is_no_copy() {
    let folder = Folder::new(&[(
        "boot.sh",
        "#!/bin/sh\nkey=$(aws ssm get-parameter --name /paperclip-app/anthropic/api-key --with-decryption --query Parameter.Value --output text)\necho \"$key\" > /run/app/key\necho \"$key\" > /opt/app/key\n",
    )]);
    let deep = "d/".repeat(80) + ".env";
    folder.write(&deep, "GITHUB_PAT=fixture-a1b2c3d4e5\n");
    let ran = by_name(&folder, &[]);
    let found = ran.findings();
    assert!(found.contains(&"key-outside-its-home boot.sh:4".to_owned()), "{found:#?}");
    assert!(!found.contains(&"key-outside-its-home boot.sh:3".to_owned()), "{found:#?}");
    assert!(found.contains(&format!("key-outside-its-home {deep}:1")), "{found:#?}");
}
