//! YAML: every style keeps its holes and places.

use super::*;
use crate::script::tests::rig::Rig;

/// The tree in one line, holes by their labels.
fn shown(node: &Node) -> String {
    match &node.data {
        Data::Scalar(text) => format!("{:?}", text.shown()),
        Data::List(items) => {
            format!("[{}]", items.iter().map(|item| shown(item)).collect::<Vec<_>>().join(", "))
        }
        Data::Map(entries) => {
            let entry = |entry: &Entry| format!("{}: {}", entry.key, shown(&entry.value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

fn read_text(text: &str) -> (String, bool) {
    let rig = Rig::new(text);
    let document = read(&Flat::new(&rig.text), false, rig.context(crate::script::Role::UserData).fallback);
    let all: Vec<String> = document.roots.iter().map(|root| shown(root)).collect();
    (all.join(" "), document.broken.is_some())
}

#[track_caller]
fn same(text: &str, expected: &str) {
    assert_eq!(read_text(text), (expected.to_owned(), false), "{text}");
}

#[track_caller]
fn tolerant(text: &str, expected: &str) {
    assert_eq!(read_text(text), (expected.to_owned(), true), "{text}");
}

#[test]
fn scalars_keep_their_text_in_every_style() {
    same("a: ⟦k⟧ b # c\n", r#"{a: "${var.k} b"}"#);
    same("a: 'it''s ⟦k⟧'\n", r#"{a: "it's ${var.k}"}"#);
    same("a: \"x\\\"⟦k⟧\\n\\u00e9é\\\n  y\"\n", r#"{a: "x\"${var.k}\néé y"}"#.replace(" y", "y").as_str());
    same(
        "a: |\n  one ⟦k⟧\n\n    two é\n  three\nb: c\n",
        r#"{a: "one ${var.k}\n\n  two é\nthree\n", b: "c"}"#,
    );
    same("a: |2-\n    one\n  two\n", r#"{a: "  one\ntwo"}"#);
    same("a: >\n  one ⟦k⟧\n  two\n\n  three\n", r#"{a: "one ${var.k} two\nthree\n"}"#);
    same("a: one\n  two ⟦k⟧\nb:\n", r#"{a: "one two ${var.k}", b: ""}"#);
    same("a: |\n\n\n  x\n  y", r#"{a: "\n\nx\ny\n"}"#);
    same("a: |\r\n  x ⟦k⟧\r\n  y\r\nb: 1\r\n", "{a: \"x ${var.k}\\r\\ny\\r\\n\", b: \"1\"}");
}

#[test]
fn anchors_flow_and_documents() {
    same("a: &x |\n  ⟦k⟧\nb: *x\nc: &y d\n", r#"{a: "${var.k}\n", b: "${var.k}\n", c: "d"}"#);
    same("a: &x >\n  p\n  q\nb: &z\n  - *x\n", r#"{a: "p q\n", b: ["p q\n"]}"#);
    same("{\"a\": [1, \"⟦k⟧\"],\n\"b\": {c: d}}", r#"{a: ["1", "${var.k}"], b: {c: "d"}}"#);
    same("a: !!binary aGk=\n---\nb: 1\n", r#"{a: "aGk="} {b: "1"}"#);
}

#[test]
fn lines_that_are_holes_do_not_break_it() {
    same("a:\n  - 1\n⟪more⟫\nb: 2\n", r#"{a: ["1"], b: "2"}"#);
    same("a:\n  ⟦k⟧\nb: |\n  ⟦k⟧\n", r#"{a: "${var.k}", b: "${var.k}\n"}"#);
}

#[test]
fn what_is_no_yaml_is_read_line_by_line() {
    tolerant(
        "#cloud-config\nwrite_files:\n  - path: /etc/x\n    content: |\n      a ⟦k⟧\necho at the margin\n      b\n  - path: /y\n    content: \"q\"\nruncmd:\n  - [a, \"⟦k⟧\"]\n  - b: 'c\n",
        r#"{write_files: [{path: "/etc/x", content: "a ${var.k}\necho at the margin\nb\n"}, {path: "/y", content: "q"}], runcmd: [["a", "${var.k}"], {b: "'c"}]}"#,
    );
    tolerant("a: b\n\tc: d\n", r#"{a: "b", c: "d"}"#);
}
