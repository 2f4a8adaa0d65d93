//! What is read without a complaint, and how far damage goes.

use super::{DEEPEST, Kind, Script, read};

fn problems(text: &str) -> Vec<String> {
    let line =
        |at: usize| text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1;
    read(text).problems.iter().map(|problem| format!("{}: {}", line(problem.at), problem.reason)).collect()
}

#[test]
fn valid_scripts_have_no_problems() {
    for text in [
        "a && b || c; d & e\n",
        "if a; then b; elif c; then d; else e; fi\n",
        "if a\nthen\n  b\nfi > f 2>&1\n",
        "for x in a b \"c d\"; do echo $x; done\nfor x; do y; done\nfor ((i=0; i<3; i++)); do z; done\n",
        "while read -r x; do y; done < f\nuntil a; do b; done\n",
        "case $x in\n a|b) c ;;\n (d) e ;&\n *) f\nesac\n",
        "case \"$1\" in start) a;; esac\n",
        "f() { a; }\nfunction g { b; }\nfunction h() ( c )\ni ()\n{\n  d\n}\n",
        "[[ $a =~ ^[a-z]+(b|c)$ && ( -n x || y < z ) ]] && d\n",
        "(( a > b )) && c=$((1 + (2 * 3)))\n",
        "a=$(b \"$(c 'd' | e)\") f=`g \\`h\\`` i=${j:-${k:-\"l m\"}}\n",
        "a=(b \"c\" # no\n d [e]=f)\na+=(g)\na[1]=h\n",
        "cat <<A <<-'B' | c\nx $(y \"z\")\nA\n\tw\n\tB\n",
        "x=$(cat <<E\n(\nE\n)\n",
        "echo $'a\\'b\\n' $\"c\" a\\ b 'c'\"d\"'e' \\\n  next\n",
        "diff <(a) <(b) > >(c)\n",
        "echo ${x#*/} ${x%%.*} ${x//a/\\}} ${x:1:2} ${!x} ${#x} ${x^^} ${x[@]} ${x[1]} ${!x[@]} ${x@Q}\n",
        "! a | b |& c\ntime d\n",
        "{ a; b; } 2>/dev/null >&2 3>&1 <&3- {fd}>f\n",
        "# comment ' with quote\na # another \" one\necho a#b\n",
        "#!/bin/sh\r\nif a; then\r\n  b\r\nfi\r\n",
        "select x in a b; do c; done\n",
        "ls !(a|b) @(c|d)*.x\n",
        "echo {a,b} } { done\n",
        "if ! { a; }; then b; fi\n",
        "echo \"a `b \\\"c\\\"` d\"\n",
        "export A=(x y) B=z\nlocal -a C=(\n  1\n  2\n)\n",
        "cat <<EOF\n$ `echo hi` \\$x \" ' ${y}\nEOF",
    ] {
        assert_eq!(problems(text), Vec::<String>::new(), "in\n{text}");
    }
}

#[test]
fn damage_is_local() {
    assert_eq!(problems("a 'b\nc\nd\n"), ["1: a single quote is not closed"]);
    assert_eq!(read("a 'b\nc\nd\n").list.len(), 2);
    assert_eq!(problems("x=$(a\nb\n"), ["1: a command substitution is not closed"]);
    assert_eq!(problems("fi\na\n"), ["1: unexpected closing word"]);
    assert_eq!(problems("a )\nb\n"), ["1: unexpected closing word"]);
    assert_eq!(read("fi\na\nb )\nc\n").list.len(), 3);
    assert_eq!(problems("if a; then b\nc\n"), ["2: a compound command is not closed"]);
    let script = read("f() {\n  a \"b\n  c\n}\nd\n");
    assert_eq!(script.list.len(), 2);
    assert!(matches!(script.list[1].command.kind, Kind::Simple { .. }));
}

#[test]
fn nesting_is_bounded() {
    for (open, close) in
        [("$(", ")"), ("( ", ")"), ("{ ", ";}"), ("${x:-", "}"), ("\"$(", ")\""), ("if a; then ", ";fi")]
    {
        let text = format!("{}a{}\nlast\n", open.repeat(5000), close.repeat(5000));
        let script: Script = read(&text);
        assert!(script.problems.iter().any(|problem| problem.hides_findings), "{open}");
        assert!(!script.list.is_empty(), "{open}");
    }
    const { assert!(DEEPEST < 100) };
}

#[test]
fn time_is_linear_in_hostile_texts() {
    let start = std::time::Instant::now();
    for piece in [
        "$((",
        "${",
        "$(",
        "`",
        "\"",
        "'",
        "<<A\n",
        "<<A ",
        "((",
        "[[ ",
        "a=(",
        "case x in ",
        "@(",
        "if ",
        "\\`",
        "a\n'",
        "$'",
        "${x:-\"",
        "f() ",
        "x[",
        "|",
        "a|",
        ";;",
        ")",
        "}\n",
        "!(\n",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        read(&text);
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
