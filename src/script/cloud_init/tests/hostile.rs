//! User data made to stop a reader: nothing may panic, take long or grow without end.

use super::*;

/// Reads a text in a debug build within what a person waits.
#[track_caller]
fn survives(name: &str, text: &str) {
    let started = std::time::Instant::now();
    let _ = told(text);
    let seconds = started.elapsed().as_secs();
    assert!(seconds < 30, "{name}: {seconds} s");
}

/// A text of about 64 KiB.
fn many(part: &str) -> String {
    part.repeat((64 << 10) / part.len())
}

#[test]
fn deep_and_wide_yaml() {
    for (name, part) in [
        ("flow lists", "["),
        ("flow maps", "{a: "),
        ("dashes", "- "),
        ("keys in one line", "a: "),
        ("questions", "? "),
        ("anchors", "&a "),
        ("blanks", " "),
        ("tabs", "\t"),
        ("quotes", "\"'"),
        ("escapes", "\\"),
        ("blocks", "a: |\n  x\n"),
        ("items", "- a\n"),
        ("bars", "a: >\n"),
        ("holes", "⟦k⟧\n"),
        ("directives", "%{{"),
        ("merges", "- <<: *a\n"),
        ("colons", ":"),
        ("hashes", "#"),
        ("documents", "---\n"),
    ] {
        survives(name, &format!("#cloud-config\n{}", many(part)));
        survives(name, &format!("#cloud-config\nwrite_files:\n  - content: |\n      {}", many(part)));
        survives(name, &format!("#cloud-config\nx: \"{}", many(part)));
    }
}

#[test]
fn deeper_line_by_line() {
    let stairs: String = (0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    survives("stairs", &format!("#cloud-config\n\ta: b\n{stairs}"));
    survives("jinja", &format!("## template: jinja\n#cloud-config\n{}", many("{{ ")));
}

#[test]
fn alias_bombs() {
    let mut bomb = String::from("#cloud-config\na: &a [x, x]\n");
    let mut before = 'a';
    for name in 'b'..='z' {
        bomb.push_str(&format!("{name}: &{name} [{}]\n", format!("*{before}, ").repeat(9)));
        before = name;
    }
    survives("laughs", &format!("{bomb}mounts: *z\nruncmd: *z\nwrite_files: *z\npuppet: {{conf: *z}}\n"));
    let wide = format!(
        "#cloud-config\nc: &c |\n  {}\ne: &e {{path: /x, content: *c}}\nwrite_files:\n{}",
        "⟦k⟧ x".repeat(10_000),
        "- *e\n".repeat(20_000)
    );
    survives("wide", &wide);
    assert!(told(&wide).1 > 0, "what was left out is told");
    let keys = format!(
        "#cloud-config\nm: &m {{{}}}\nwrite_files:\n{}yum_repos: &y {{a: *m}}\n",
        (0..3_000).map(|number| format!("k{number}: v, ")).collect::<String>(),
        "- *m\n".repeat(3_000)
    );
    survives("keys", &keys);
}

#[test]
fn mails_without_end() {
    let head = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (name, part) in [
        ("boundaries", "--b\n"),
        ("almost boundaries", "--bb\n"),
        ("headers", "--b\nX: y\n z\n"),
        ("equals", "="),
        ("base64", "--b\nContent-Transfer-Encoding: base64\n\nIyEvYmluL3NoCg==\n"),
    ] {
        survives(name, &format!("{head}{}", many(part)));
        survives(name, &format!("{head}--b\nContent-Transfer-Encoding: quoted-printable\n\n{}", many(part)));
    }
    let nested: String = (0..5_000)
        .map(|level| format!("--b{level}\nContent-Type: multipart/mixed; boundary=b{}\n\n", level + 1))
        .collect();
    survives("nested", &format!("Content-Type: multipart/mixed; boundary=b0\n\n{nested}"));
}

#[test]
fn archives_that_burst() {
    let zeros = gzip(&vec![b'x'; 40 << 20]);
    let twice = gzip(&zeros);
    for packed in [&zeros, &twice] {
        let (_, gaps) = told(&base64(packed));
        assert_eq!(gaps, 1);
    }
    let parts =
        format!("--b\nContent-Transfer-Encoding: base64\n\n{}\n", base64(&gzip(&vec![b'y'; 8 << 20])));
    survives("parts", &format!("Content-Type: multipart/mixed; boundary=b\n\n{}", parts.repeat(200)));
    let cut = gzip(SCRIPT.as_bytes());
    survives("cut", &base64(&cut[..cut.len() / 2]));
    let mut layers = SCRIPT.as_bytes().to_vec();
    for _ in 0..12 {
        layers = base64(&gzip(&layers)).into_bytes();
    }
    assert_eq!(told(&String::from_utf8(layers).unwrap()).1, 1, "told, not silent");
}

#[test]
fn random_texts_do_not_panic() {
    use proptest::prelude::*;
    let words = prop::sample::select(vec![
        "#cloud-config\n",
        "write_files:",
        "runcmd:",
        "- ",
        "  ",
        "\n",
        "path: ",
        "content: ",
        "|",
        ">",
        "&a ",
        "*a",
        "<<: ",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "\\",
        "⟦k⟧",
        "é",
        "\t",
        "\r\n",
        ": ",
        "#",
        "!!binary ",
        "aGVsbG8=",
        "--b\n",
        "Content-Type: multipart/mixed; boundary=b\n\n",
        "=3D",
        "variant: fcos\n",
        "storage:\n  files:\n",
        "## template: jinja\n",
        "{{",
        "{%",
        "data:;base64,",
        "\u{feff}",
        "\u{fdd0}",
        "\0",
    ]);
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 600, ..Default::default() });
    let heads = prop::sample::select(vec![
        "#cloud-config\n",
        "variant: fcos\n",
        "#cloud-config-archive\n",
        "Content-Type: multipart/mixed; boundary=b\n\n",
        "## template: jinja\n#cloud-config\n",
    ]);
    let texts = (heads, prop::collection::vec(words, 0..60));
    runner
        .run(&texts, |(head, words)| {
            told(&format!("{head}{}", words.concat()));
            Ok(())
        })
        .unwrap();
}
