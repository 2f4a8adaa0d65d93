//! User data in cloud-init's forms and where its secrets land.

mod hostile;

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

/// The landings of a text, and whether a gap was told.
fn told(text: &str) -> (Vec<String>, usize) {
    let rig = Rig::new(text);
    let found = trace_any(&Flat::new(&rig.text), &rig.context(Role::UserData));
    (rig.told(&found.facts), found.gaps.len())
}

const SCRIPT: &str =
    "#!/bin/bash\nT=$(aws ssm get-parameter --with-decryption --name /a/token)\necho $T > /etc/token\n";

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn encodings_in_any_nesting_point_at_the_outer_line() {
    let config = format!(
        "#cloud-config\nwrite_files:\n- path: /opt/x.sh\n  encoding: gz+b64\n  content: {}\n",
        base64(&gzip(SCRIPT.as_bytes()))
    );
    lands(&config, &["5 file /etc/token <- token"]);
    for word in ["gzip+base64", "gz+base64", "b64", "base64", "gzip"] {
        lands(&config.replace("gz+b64", word), &["5 file /etc/token <- token"]);
    }
    lands(&base64(&gzip(config.as_bytes())), &["1 file /etc/token <- token"]);
    lands(&base64(&gzip(base64(config.as_bytes()).as_bytes())), &["1 file /etc/token <- token"]);
    let binary = config.replace("  encoding: gz+b64\n", "").replace("content: ", "content: !!binary ");
    lands(&binary, &["4 file /etc/token <- token"]);
}

#[test]
fn secrets_in_encoded_settings_are_told_at_their_code() {
    let settings = base64(b"REGION=eu-central-1\nDB_PASSWORD=\"tr0ub4dor-x9\"\nTOKEN_FILE=/run/token\n");
    lands(
        &format!("#cloud-config\nwrite_files:\n- path: /etc/e\n  encoding: b64\n  content: {settings}\n"),
        &["5 file /etc/e <- DB_PASSWORD", "5 source-code <- DB_PASSWORD"],
    );
}

#[test]
fn plain_text_of_an_encoded_file_is_what_terraform_will_encode() {
    lands(
        "#cloud-config\nwrite_files:\n- path: /etc/k\n  encoding: b64\n  content: ⟦key⟧\n- {path: /etc/l, encoding: text/plain, content: 'x ⟦token⟧'}\n",
        &["5 file /etc/k <- key", "6 file /etc/l <- token"],
    );
}

#[test]
fn anchors_and_merges_bring_content() {
    lands(
        "#cloud-config\nenv: &env |\n  KEY=⟦key⟧\nbase: &base\n  owner: root\n  content: *env\nwrite_files:\n  - path: /etc/a\n    content: *env\n  - <<: *base\n    path: /etc/b\n",
        &["3 file /etc/a <- key", "3 file /etc/b <- key"],
    );
}

#[test]
fn templates_are_read_below_their_header() {
    lands(
        "## template: jinja\n#cloud-config\nhostname: {{ v1.local_hostname }}\n{% if v1.region == 'x' %}\nwrite_files:\n  - path: /etc/{{ v1.region }}\n    content: ⟦key⟧\n{% endif %}\n",
        &["7 file /etc/{{ v1.region }} <- key"],
    );
    lands("## template: jinja\n#!/bin/sh\necho ⟦key⟧ > /etc/k\n", &["3 file /etc/k <- key"]);
    lands("#cloud-boothook\n#!/bin/sh\necho ⟦key⟧ > /etc/k\n", &["3 file /etc/k <- key"]);
    lands("#cloud-boothook\necho ⟦key⟧ > /etc/k\n", &["2 file /etc/k <- key"]);
}

#[test]
fn mails_have_parts() {
    let nested = base64(b"#cloud-config\nruncmd:\n - echo ok\n");
    let mail = format!(
        "Content-Type: multipart/mixed;\n boundary=\"==B==\"\nMIME-Version: 1.0\n\n--==B==\nContent-Type: text/x-shellscript; charset=\"us-ascii\"\n\n#!/bin/bash\necho ⟦key⟧ > /etc/k\n\n--==B==\nContent-Type: text/cloud-config\nContent-Transfer-Encoding: 7bit\n\nwrite_files:\n- path: /etc/l\n  content: ⟦token⟧\n--==B==\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\n{}\n--==B==\nContent-Type: multipart/mixed; boundary=in\n\n--in\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: quoted-printable\n\n#!/bin/sh\nX=3D⟦inner⟧; echo \"$=\nX\" > /etc/q\n--in--\n--==B==\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{nested}\n--==B==--\nafter\n",
        base64(SCRIPT.as_bytes()),
    );
    lands(
        &mail,
        &[
            "9 file /etc/k <- key",
            "17 file /etc/l <- token",
            "22 file /etc/token <- token",
            "31 file /etc/q <- inner",
        ],
    );
    assert_eq!(told("Content-Type: multipart/mixed; boundary=x\n\n⟦key⟧\n").1, 1);
    assert_eq!(told("Content-Type: multipart/mixed\n\n⟦key⟧\n").1, 1);
}

#[test]
fn archives_have_parts() {
    lands(
        "#cloud-config-archive\n- type: text/cloud-config\n  content: |\n    write_files:\n      - {path: /etc/a, content: \"⟦key⟧\"}\n- |\n  #!/bin/sh\n  echo ⟦token⟧ > /etc/t\n",
        &["5 file /etc/a <- key", "8 file /etc/t <- token"],
    );
}

#[test]
fn modules_write_files() {
    lands(
        "#cloud-config\napt:\n  conf: |\n    Acquire::https::Password \"⟦key⟧\";\n  sources:\n    mine.list:\n      source: deb https://u:⟦token⟧@apt.example.com/ stable main\nyum_repos:\n  inner:\n    baseurl: https://example.com/\n    password: ⟦pass⟧\nssh_keys:\n  rsa_private: |\n    ⟦host⟧\n  rsa_public: ⟦pub⟧\nmounts:\n  - [ //nas/x, /mnt, cifs, 'username=u,password=⟦cifs⟧' ]\nrh_subscription:\n  activation-key: ⟦rh⟧\npower_state:\n  message: ⟦msg⟧\n",
        &[
            "4 file /etc/apt/apt.conf.d/94cloud-init-config <- key",
            "7 file /etc/apt/sources.list.d/mine.list <- token",
            "11 file /etc/yum.repos.d/inner.repo <- pass",
            "14 file /etc/ssh/ssh_host_rsa_key <- host",
            "17 file /etc/fstab <- cifs",
            "19 process-arguments (memory) <- rh",
        ],
    );
}

#[test]
fn passwords_in_the_text_are_told_once() {
    lands(
        "#cloud-config\npassword: tr0ub4dor-x9\nchpasswd:\n  list: |\n    root:c0rrect-horse7\n    bob:RANDOM\n  expire: false\nusers:\n  - name: a\n    passwd: $6$salt$Zm9vYmFyYmF6\n    lock_passwd: true\n  - name: b\n    plain_text_passwd: '⟦key⟧'\nubuntu_advantage:\n  token: C1a2b3c4d5e6f7g8\n",
        &[
            "2 source-code <- password",
            "5 source-code <- password",
            "10 source-code <- passwd",
            "15 source-code <- token",
        ],
    );
}

#[test]
fn ignition_writes_files() {
    lands(
        "---\nvariant: fcos\nversion: 1.5.0\nsystemd:\n  units:\n    - name: a.service\n      contents: |\n        [Service]\n        Environment=KEY=⟦key⟧\n      dropins:\n        - name: 10.conf\n          contents: X=⟦drop⟧\nstorage:\n  files:\n    - path: /etc/k\n      contents:\n        inline: |\n          ⟦kube⟧\n    - path: /etc/d\n      contents:\n        source: data:,hello%20⟦data⟧\n    - path: /etc/remote\n      contents:\n        source: https://example.com/⟦remote⟧\n",
        &[
            "9 file /etc/systemd/system/a.service <- key",
            "12 file /etc/systemd/system/a.service.d/10.conf <- drop",
            "18 file /etc/k <- kube",
            "21 file /etc/d <- data",
        ],
    );
    let packed = base64(&gzip(SCRIPT.as_bytes()));
    lands(
        &format!(
            "{{\"ignition\": {{\"version\": \"3.4.0\"}},\n\"storage\": {{\"files\": [\n{{\"path\": \"/opt/x.sh\", \"contents\": {{\"compression\": \"gzip\",\n\"source\": \"data:;base64,{packed}\"}}}},\n{{\"path\": \"/etc/y\", \"contents\": {{\"source\": \"data:,⟦key⟧\"}}}}]}}}}"
        ),
        &["4 file /etc/token <- token", "5 file /etc/y <- key"],
    );
}

#[test]
fn lines_that_nobody_knows_are_told_where_they_hold_a_secret() {
    let config = "#cloud-config\nwrite_files:\n⟪files⟫\nruncmd:\n  - echo ok\n";
    assert_eq!(told(config), (Vec::new(), 0));
    assert_eq!(told(&config.replace("⟪files⟫", "⟦files⟧")), (Vec::new(), 1));
    assert_eq!(told("#cloud-config\nwrite_files:\n- path: /a\n  content: |\n    ⟦k⟧\n").1, 0);
}

#[test]
fn other_modules_run_commands() {
    lands(
        "#cloud-config\nsnap:\n  commands:\n    00: [sh, -c, \"echo ⟦a⟧ > /etc/a\"]\n    01: echo ⟦b⟧ > /etc/b\nautoinstall:\n  late-commands:\n    - echo ⟦c⟧ > /target/etc/c\n",
        &["4 file /etc/a <- a", "5 file /etc/b <- b", "8 file /target/etc/c <- c"],
    );
}

#[test]
fn what_is_no_secret_is_quiet() {
    lands("#include\nhttps://example.com/a\n", &[]);
    lands(
        "#cloud-config\nusers:\n  - name: a\n    ssh_authorized_keys: [\"ssh-ed25519 AAAA⟪x⟫\"]\nca_certs:\n  trusted: [⟦ca⟧]\nntp: {servers: [a]}\n",
        &[],
    );
    lands(
        "#cloud-config\nusers:\n  - name: a\n    plain_text_passwd: ⟦key⟧\nchpasswd: {list: \"a:⟦key⟧\"}\n",
        &[],
    );
    assert_eq!(told("machine:\n  token: ⟦key⟧\n"), (Vec::new(), 0));
}
