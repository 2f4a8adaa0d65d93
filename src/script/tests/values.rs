//! Variables, functions, substitutions and filters carry secrets.

use crate::lands;

#[test]
fn variables() {
    lands!("A=⟦k⟧\nB=\"x $A\"\nexport C=${B}\necho \"$C\" > /a\n", "4 file /a <- k");
    lands!("A=⟦k⟧\nA+=more\necho $A > /a\n", "3 file /a <- k");
    lands!("A=(one \"⟦k⟧\")\necho \"${A[@]}\" > /a\n", "2 file /a <- k");
    lands!("declare -A m\nm[x]=⟦k⟧\necho ${m[x]} > /a\n", "3 file /a <- k");
    lands!("echo ${A:-⟦k⟧} > /a\n", "1 file /a <- k");
    lands!("A=⟦k⟧\necho ${A##*x} > /a\n", "2 file /a <- k");
    lands!("A=⟦k⟧\necho ${#A} > /a\n");
    lands!("A=⟦k⟧\nn=A\necho ${!n} > /a\n", "3 file /a <- k");
    lands!("T=abc\necho ${T//b/⟦k⟧} > /a\n", "2 file /a <- k");
    lands!("printf -v A '%s' ⟦k⟧\necho $A > /a\n", "2 file /a <- k");
    lands!("read -r A <<< ⟦k⟧\necho $A > /a\n", "2 file /a <- k");
    lands!("echo ⟦k⟧ | while read -r l; do\necho $l >> /a\ndone\n", "2 file /a <- k");
    lands!("A=⟦k⟧\nA=none\necho $A > /a\n");
    lands!("A=⟦k⟧\nunset A\necho $A > /a\n");
    lands!("A=`echo ⟦k⟧`\necho $A > /a\n", "2 file /a <- k");
    lands!("A=`echo \\`echo ⟦k⟧\\``\necho $A > /a\n", "2 file /a <- k");
    lands!("for A in ⟦k⟧ b; do\necho $A > /a\ndone\n", "2 file /a <- k");
}

#[test]
fn branches_are_joined() {
    lands!("if x; then A=⟦k⟧; else A=b; fi\necho $A > /a\n", "2 file /a <- k");
    lands!("A=⟦k⟧\n[ -z \"$A\" ] && A=b\necho $A > /a\n", "3 file /a <- k");
    lands!("case $x in\n a) A=⟦k⟧ ;;\n *) A=b ;;\nesac\necho $A > /a\n", "5 file /a <- k");
    lands!("A=⟦k⟧\nif x; then A=b; else A=c; fi\necho $A > /a\n");
    lands!("(A=⟦k⟧)\necho $A > /a\n");
}

#[test]
fn functions() {
    lands!("w() {\n  echo \"$1\" > \"$2\"\n}\nw ⟦k⟧ /a\nw public /b\n", "2 file /a <- k");
    lands!("function w {\n local v=$1\n echo $v > /a\n}\nw ⟦k⟧\n", "3 file /a <- k");
    lands!(
        "get() { aws secretsmanager get-secret-value --secret-id \"$1\" --query SecretString --output text > \"$2\"; }\nget app/key /etc/k\nget app/cert /etc/c\n",
        "1 file /etc/c <- cert",
        "1 file /etc/k <- key",
    );
    lands!("f() { echo ⟦k⟧ > /a; }\n", "1 file /a <- k");
    lands!("f() { f; echo ⟦k⟧ > /a; }\nf\n", "1 file /a <- k");
    lands!("f() { echo ⟦k⟧; }\nx=$(f)\necho $x > /a\n", "3 file /a <- k");
    lands!("main() {\n w \"$@\"\n}\nw() { echo $2 > /a; }\nmain x ⟦k⟧\n", "4 file /a <- k");
}

#[test]
fn filters() {
    for filter in [
        "jq -r .password",
        "cut -d: -f2",
        "tr -d x",
        "sed 's/a/b/'",
        "awk '{print $1}'",
        "base64 -d",
        "head -1",
    ] {
        lands!(format!("J=⟦k⟧\nP=$(echo \"$J\" | {filter})\necho $P > /a\n").as_str(), "3 file /a <- k");
    }
    for filter in [
        "jq -r .username",
        "jq -r '.host'",
        "sha256sum",
        "md5sum | cut -c1-8",
        "wc -c",
        "openssl passwd -6 -stdin",
    ] {
        lands!(format!("J=⟦k⟧\nP=$(echo \"$J\" | {filter})\necho $P > /a\n").as_str());
    }
    lands!(
        "P=$(echo ⟦k⟧ | python3 -c \"import json,sys;print(json.load(sys.stdin)['password'])\")\necho $P > /a\n",
        "2 file /a <- k"
    );
    lands!(
        "P=$(echo ⟦k⟧ | python3 -c \"import json,sys;print(json.load(sys.stdin)['username'])\")\necho $P > /a\n"
    );
}

#[test]
fn files_are_read_again() {
    lands!(
        "echo ⟦k⟧ > /tmp/k\nX=$(cat /tmp/k)\necho $X > /a\nrm /tmp/k\n",
        "1 file /tmp/k (removed) <- k",
        "3 file /a <- k"
    );
    lands!(
        "echo ⟦k⟧ > /tmp/k\nX=$(< /tmp/k)\necho $X > /a\nrm /tmp/k\n",
        "1 file /tmp/k (removed) <- k",
        "3 file /a <- k"
    );
    lands!("echo \"P=⟦k⟧\" > /e\n. /e\necho $P > /a\n", "1 file /e <- k", "3 file /a <- k");
}

#[test]
fn what_only_the_secret_knows() {
    lands!(
        "eval $(aws secretsmanager get-secret-value --secret-id app/env | jq -r 'to_entries[]|\"\\(.key)=\\(.value)\"')\necho $DB_PASSWORD > /a\necho $DB_HOST > /b\n",
        "2 file /a <- env"
    );
    lands!("source <(chamber export app)\necho $API_KEY > /a\n", "2 file /a <- app");
    lands!("export $(sops -d x.env | xargs)\necho $API_KEY > /a\n", "2 file /a <- x.env");
}

#[test]
fn scripts_inside() {
    lands!("echo ⟦k⟧ | sudo bash -c 'cat > /a'\n", "1 file /a <- k");
    lands!("while read -r l; do\n echo $l > /a\ndone < <(echo ⟦k⟧)\n", "2 file /a <- k");
    lands!("find . -name x -exec sed -i 's/X/⟦k⟧/' {} \\;\n", "1 file {} <- k");
    lands!("sed -i '' \"s/X/⟦k⟧/\" /a\n", "1 file /a <- k");
    lands!("bash -c 'echo ⟦k⟧ > /a'\n", "1 file /a <- k");
    lands!("sudo su - app -c \"echo ⟦k⟧ > /a\"\n", "1 file /a <- k");
    lands!("ssh -i k user@h 'echo ⟦k⟧ > /a'\n", "1 file /a <- k");
    lands!("sudo -u app bash <<EOF\necho ⟦k⟧ > /a\nEOF\n", "2 file /a <- k");
    lands!("sudo -i <<EOF\necho ⟦k⟧ > /a\nEOF\n", "2 file /a <- k");
    lands!("docker exec -i c bash <<'EOF'\necho ⟦k⟧ > /a\nEOF\n", "2 file /a <- k");
    lands!("kubectl exec p -- sh -c 'echo ⟦k⟧ > /a'\n", "1 file /a <- k");
    lands!("su - app <<EOF\necho ⟦k⟧ > /a\nEOF\n", "2 file /a <- k");
    lands!("xargs -I{} sh -c 'echo {} > /a' <<< ⟦k⟧\n", "1 file /a <- k");
    lands!("eval \"echo ⟦k⟧ > /a\"\n", "1 file /a <- k");
    lands!("sudo sh -c \"cat > /a <<X\nk=⟦k⟧\nX\"\n", "2 file /a <- k");
    lands!("cat > /r.sh <<'E'\nK=$1\necho $K\nE\nbash /r.sh\n");
    lands!(
        "cat > /one.sh <<'ONE'\n#!/bin/sh\ncat > /two.sh <<'TWO'\n#!/bin/sh\necho ⟦k⟧ > /a\nTWO\nONE\n",
        "5 file /a <- k",
        "5 file /one.sh <- k",
        "5 file /two.sh <- k",
    );
}

#[test]
fn holes_stand_anywhere() {
    lands!("⟪cmd⟫ a b\necho ⟦k⟧ > /a\n", "2 file /a <- k");
    lands!("cat > /a <<⟪EOF⟫\nx=⟦k⟧\n⟪EOF⟫\n", "2 file /a <- k");
    lands!("echo pre⟦k⟧post>/a\n", "1 file /a <- k");
    lands!("⟪maybe⟫\nif ⟪x⟫; then\n⟦whole⟧\nfi\n");
}
