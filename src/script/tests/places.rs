//! The places that are pointed at, the way that is told, and what is a script at all.

use super::rig::Rig;
use crate::script::{Role, is_named_program, looks_like_shell};
use crate::value::Landing;

fn hops(rig: &Rig, landing: &Landing) -> Vec<String> {
    let trace = landing.traces.iter().next().unwrap();
    trace.hops().iter().map(|hop| format!("{} {}", rig.sources.position(hop.at).line, hop.message)).collect()
}

#[test]
fn the_way_is_told_hop_by_hop() {
    let rig = Rig::new(
        "w() {\n  local v=$1\n  cat > $2 <<EOF\nx\nk=$v\nEOF\n}\nA=⟦k⟧\nB=$(echo $A | base64)\nw \"$B\" /a\n",
    );
    let reading = rig.trace(&rig.context(Role::UserData));
    let [landing] = reading.facts.as_slice() else { panic!("{:?}", rig.told(&reading.facts)) };
    assert_eq!(
        hops(&rig, landing),
        [
            "8 assigned to shell variable A",
            "9 assigned to shell variable B",
            "10 passed to function w as argument 1",
            "2 assigned to shell variable v",
            "3 in the here-document of `cat`",
        ]
    );
    let at = rig.sources.position(landing.sink.at);
    assert_eq!((at.line, at.column, at.end_line, at.end_column), (5, 1, 5, 5));
    assert_eq!(landing.sink.by, "written by `cat`");
}

#[test]
fn the_command_is_the_place() {
    let rig = Rig::new("x=1\n  echo \"a\n⟦k⟧\" >> /a\n");
    let reading = rig.trace(&rig.context(Role::UserData));
    let at = rig.sources.position(reading.facts[0].sink.at);
    assert_eq!((at.line, at.column, at.end_line), (2, 3, 3));
    assert_eq!(reading.facts[0].sink.by, "appended by `echo`");
}

#[test]
fn a_gap_is_one_place() {
    let rig = Rig::new("echo ⟦k⟧ > /a\nx=$(\necho ⟦j⟧ > /b\n");
    let reading = rig.trace(&rig.context(Role::UserData));
    assert_eq!(rig.told(&reading.facts), ["1 file /a <- k", "3 file /b <- j"]);
    let [gap] = reading.gaps.as_slice() else { panic!("{:?}", reading.gaps) };
    assert_eq!(rig.sources.position(gap.at).line, 2);
    assert!(!gap.hides_findings);
}

#[test]
fn what_is_a_shell_script() {
    for text in [
        "#!/bin/bash\n",
        "#!/usr/bin/env bash\n",
        "#! /bin/sh -e\n",
        "#!/usr/bin/env -S bash -x\n",
        "\u{FEFF}#!/bin/bash\n",
        "#cloud-boothook\n#!/bin/sh\n",
        "echo hi\n",
        "# a comment\nyum install -y x\n",
        "[ -f /x ] && y\n",
        "{ a; b; }\n",
        ": ${X:=1}\n",
        "[[ -z $x ]]\n",
        "main() {\n",
        "function main {\n",
        "if true; then {\n",
        "{{ if .x }}\necho a\necho b\n{{ end }}\necho c\n",
        "while read -r line {\necho a\necho b\n",
        "sudo bash {\necho a\necho b\n",
        "/* x */\necho a\necho b\n",
        "// boot\necho a\necho b\n",
        "@echo on\necho a\necho b\n",
        "install -d /etc/a,\necho a\necho b\n",
    ] {
        assert!(looks_like_shell(text), "{text}");
    }
    for text in [
        "",
        "#cloud-config\nx: y\n",
        "#!/usr/bin/python3\n",
        "#!/usr/bin/env perl\n",
        "<powershell>\n",
        "Content-Type: multipart/mixed\n",
        "{\"a\": 1}\n",
        "{\n  \"a\": 1\n}\n",
        "[\"a\"]\n",
        "key: value\n",
        "# comment\nkey:\n  - a\n",
        "---\na: b\n",
        "[section]\na=b\n",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "<?xml version=\"1.0\"?>\n",
        "body {\n  color: red;\n}\n",
        "h1,\nh2 {\n}\n",
        "@media print {\n}\n",
        "/* site */\n.a > .b {\n}\n",
        "upstream app {\n  server a;\n}\n",
        "{{- define \"x\" -}}\n",
    ] {
        assert!(!looks_like_shell(text), "{text}");
    }
}

#[test]
fn the_inner_ending_says_the_language() {
    for name in ["all.css.tpl", "page.html.tftpl", "nginx.conf.tpl", "app.py.template", "server.cfg", "q.sql"]
    {
        assert!(is_named_program(name, "echo a\n"), "{name}");
    }
    for name in ["setup.sh.tpl", "user_data.tpl", "init.tftpl", "boot.template", "conf"] {
        assert!(!is_named_program(name, "echo a\n"), "{name}");
    }
    for text in [
        "#cloud-config\nruncmd: []\n",
        "Content-Type: multipart/mixed; boundary=\"b\"\nMIME-Version: 1.0\n\n--b\n",
        "#!/bin/bash\necho a\n",
    ] {
        assert!(!is_named_program("cloud-init.cfg.tpl", text), "{text}");
    }
}
