//! What a `file` provisioner copies to a machine.

use super::*;

/// What lands on a machine of a `main.tf` with a key, something that writes it, and a copy of it.
fn copied(writer: &str, source: &str) -> Vec<String> {
    let text = format!(
        "resource \"tls_private_key\" \"k\" {{}}\n{writer}\nresource \"null_resource\" \"x\" {{\n  provisioner \"file\" {{\n    source = {source}\n    destination = \"/tmp/k.pem\"\n  }}\n}}\n"
    );
    let mut found = lands(&[("main.tf", text.as_str())]);
    found.retain(|line| line.contains(" /tmp/"));
    found
}

#[test]
fn a_key_that_terraform_writes_and_copies_is_on_the_machine() {
    let file = |kind: &str| {
        format!(
            "resource \"{kind}\" \"f\" {{\n  filename = \"${{path.module}}/keys/k.pem\"\n  content = tls_private_key.k.private_key_pem\n}}"
        )
    };
    let own = file("local_sensitive_file");
    let command = "resource \"null_resource\" \"w\" {\n  provisioner \"local-exec\" {\n    command = \"echo \\\"${tls_private_key.k.private_key_pem}\\\" > keys/k.pem\"\n  }\n}";
    for writer in [&file("local_file"), &own, command] {
        for source in ["\"keys/k.pem\"", "\"${path.module}/keys/k.pem\"", "\"${path.root}/keys/k.pem\""] {
            let found = copied(writer, source);
            let line = found.first().map(String::as_str).unwrap_or_default();
            assert!(
                found.len() == 1 && line.starts_with("k.private_key_pem > file /tmp/k.pem main.tf:"),
                "{writer} {source} {found:?}"
            );
        }
        assert_eq!(copied(writer, "\"other.pem\""), Vec::<String>::new());
    }
    for source in ["local_sensitive_file.f.filename", "\"${local_sensitive_file.f.filename}\""] {
        assert_eq!(copied(&own, source).len(), 1, "{source}");
    }
    for (source, path) in [("\"keys\"", "/tmp/k.pem/keys/k.pem"), ("\"./keys/\"", "/tmp/k.pem/k.pem")] {
        let found = copied(&own, source);
        assert!(found.len() == 1 && found.concat().contains(path), "{source} {found:?}");
    }
    let elsewhere = |path: &str| own.replace("${path.module}/keys", path);
    for path in ["/home/me", "..", "~/keys", "${var.folder}"] {
        assert_eq!(copied(&elsewhere(path), "\".\""), Vec::<String>::new(), "{path}");
    }
    assert_eq!(copied(&elsewhere("a"), "\".\"").len(), 1);
}

#[test]
fn copies_without_an_end_are_a_gap() {
    let mut text = "resource \"tls_private_key\" \"k\" {}\n".to_owned();
    for number in 0..40 {
        text.push_str(&format!(
            "resource \"local_file\" \"f{number}\" {{\n  filename = \"keys/{number}.pem\"\n  content = tls_private_key.k.private_key_pem\n}}\nresource \"null_resource\" \"x{number}\" {{\n  provisioner \"file\" {{\n    source = \"keys\"\n    destination = \"/tmp/{number}\"\n  }}\n}}\n"
        ));
    }
    let sources = Sources::default();
    let tree = tree_of(&[("main.tf", text)], &sources).facts;
    let directory = tree.roots().into_iter().next().unwrap();
    let gaps = flows_of_root(&tree, &sources, directory).0.gaps;
    assert!(gaps.iter().any(|gap| gap.reason.starts_with("more than 1000 copies") && gap.hides_findings));
}
