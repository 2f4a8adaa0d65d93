//! Damaged and hostile scripts: no panic, no endless work.

use proptest::prelude::*;

use super::rig::{Rig, told_as};
use crate::script::{Role, looks_like_shell};

const SAMPLE: &str = r#"#!/bin/bash -xe
exec > >(tee /var/log/user-data.log|logger -t user-data 2>/dev/console) 2>&1
set -o pipefail
P=$(aws ssm get-parameter --name "/app/⟪env⟫/pw" --with-decryption --query Parameter.Value --output text | tr -d '\n')
fetch() { local v=`vault kv get -field=password "$1"`; echo "${v:-none}" > "$2"; }
fetch secret/a /etc/a && fetch "secret/b" <(cat /etc/b) || true
cat > /opt/run.sh <<'EOF'
#!/bin/sh
K=⟦key⟧; printf '%s\n' "$K" >> ~/.env
cat <<-IN | sudo tee /x
	${K} \$P $(echo "⟦two⟧")
	IN
EOF
case "$1" in a|b) for x in "${A[@]}" $B; do sed -i "s/X/$P/" /c; done ;; *) (( a > 1 )) ;; esac
if [[ -z "$P" && $x =~ ^(a|b)$ ]]; then bash -c "echo '$P' > /f"; else ssh h "cat > /g" <<< "$P"; fi
while read -r l; do A=(x "$l" [3]=y); done < /opt/run.sh
trap 'rm -f "$t"' EXIT; t=$(mktemp); echo "$P" > "$t"; mv $t /y; docker run -e P="$P" i
eval "echo \"$P\" | base64 -d > /z"; . /opt/run.sh; /opt/run.sh; python3 -c "x['k']" <<< $P
git clone https://u:⟦tok⟧@h/r.git; curl -u "u:$P" h -o "$O"; echo $((1+2)) ${x//a/$P} $'a\'b'
"#;

/// Cuts, doubles and inserts at character boundaries.
fn mutate(edits: &[(usize, u8, usize)]) -> String {
    const PIECES: [&str; 16] = [
        "\"", "'", "`", "$(", ")", "${", "}", "<<E\n", "\n", "\\", "⟦s⟧", "fi", "do ", "|", "f() ",
        "\u{FDD0}",
    ];
    let mut text = SAMPLE.to_owned();
    for (at, kind, length) in edits {
        let mut from = at % (text.len() + 1);
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        let mut to = (from + length).min(text.len());
        while !text.is_char_boundary(to) {
            to += 1;
        }
        match kind % 4 {
            0 => text.truncate(to.max(1)),
            1 => text.replace_range(from..to, ""),
            2 => text.insert_str(from, PIECES[length % PIECES.len()]),
            _ => {
                let piece = text[from..to].to_owned();
                text.insert_str(from, &piece);
            }
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_scripts_are_read(edits in prop::collection::vec((0usize..4096, any::<u8>(), 0usize..64), 1..12)) {
        let text = mutate(&edits);
        let rig = Rig::new(&text);
        let mut context = rig.context(Role::UserData);
        context.guess_environment = true;
        let reading = rig.trace(&context);
        for landing in &reading.facts {
            prop_assert!(!landing.traces.is_empty());
            prop_assert!(landing.sink.at.end as usize <= text.len());
        }
        looks_like_shell(&text);
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        told_as(Role::Standalone, &text);
    }
}

#[test]
fn calls_that_multiply_end() {
    let mut script = String::from("f0() { echo ⟦k⟧ > /a; }\n");
    for number in 1..20 {
        script.push_str(&format!("f{number}() {{ f{0}; f{0}; f{0}; f{0}; }}\n", number - 1));
    }
    script.push_str("f19\n");
    let rig = Rig::new(&script);
    let reading = rig.trace(&rig.context(Role::UserData));
    assert!(reading.gaps.iter().any(|gap| gap.hides_findings));
}

#[test]
fn values_that_grow_end() {
    let mut script = String::from("A=⟦k⟧\n");
    for _ in 0..60 {
        script.push_str("A=\"$A$A$A$A\"\n");
    }
    script.push_str("eval \"$A\"\necho $A > /a\n");
    assert!(told_as(Role::UserData, &script).iter().any(|line| line.ends_with("file /a <- k")));
    let deep = format!("A='echo {}$(eval \"$A\"){}'\neval \"$A\"\n", "${x:-".repeat(60), "}".repeat(60));
    told_as(Role::UserData, &deep);
    told_as(Role::UserData, "A='eval \"$A$A\"'\neval \"$A\"\nbash -c 'bash -c \"bash -c $A\"'\n");
}

#[test]
fn a_long_line_takes_its_time_once() {
    let script = format!("X='{}'\necho ⟦k⟧ > /a\n", "a b ".repeat(500_000));
    let start = std::time::Instant::now();
    assert_eq!(told_as(Role::UserData, &script), ["2 file /a <- k"]);
    let script = format!("{}echo ⟦k⟧ > /a\n", "a b; ".repeat(100_000));
    assert_eq!(told_as(Role::UserData, &script), ["1 file /a <- k"]);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn of_a_very_long_script_the_rest_is_a_gap() {
    let script = format!("echo ⟦k⟧ > /a\n{}", "true;\n".repeat(400_000));
    let rig = Rig::new(&script);
    let reading = rig.trace(&rig.context(Role::UserData));
    assert_eq!(rig.told(&reading.facts), ["1 file /a <- k"]);
    let [gap] = reading.gaps.as_slice() else { panic!("{:?}", reading.gaps) };
    assert!(gap.hides_findings);
    assert!(gap.reason.starts_with("the script is longer than 2 MiB"), "{}", gap.reason);
}
