//! User data in cloud-init's forms and where its secrets land.

use super::*;
use crate::script::tests::rig::Rig;
use crate::script::{Role, trace as trace_any};

#[track_caller]
fn lands(text: &str, expected: &[&str]) {
    let rig = Rig::new(text);
    let found = trace_any(&Flat::new(&rig.text), &rig.context(Role::UserData));
    assert_eq!(rig.told(&found.facts), expected, "in\n{text}");
    assert_eq!(found.gaps, [], "in\n{text}");
}

#[test]
fn files_are_written() {
    lands(
        "#cloud-config\nwrite_files:\n  - path: /etc/app.env\n    permissions: '0600'\n    content: |\n      A=1\n      KEY=⟦key⟧\n  - content: ⟦token⟧\n    path: /run/app/token\n",
        &["7 file /etc/app.env <- key", "8 file /run/app/token (memory) <- token"],
    );
}

#[test]
fn commands_run() {
    lands(
        "#cloud-config\nruncmd:\n  - echo ⟦key⟧ > /etc/key\n  - [sh, -c, \"echo ⟦token⟧ >> /etc/token\"]\n  - echo hello\nbootcmd: echo ⟦boot⟧ > /etc/boot\n",
        &["3 file /etc/key <- key", "4 file /etc/token <- token", "6 file /etc/boot <- boot"],
    );
}

#[test]
fn commands_know_the_files() {
    lands(
        "#cloud-config\nwrite_files:\n  - path: /tmp/key\n    content: ⟦key⟧\n  - path: /usr/local/bin/go.sh\n    content: |\n      #!/bin/bash\n      T=$(aws ssm get-parameter --with-decryption --name /a/token)\n      echo $T > /etc/token\nruncmd:\n  - rm -f /tmp/key\n  - /usr/local/bin/go.sh\n",
        &["4 file /tmp/key (removed) <- key", "9 file /etc/token <- token"],
    );
}
