//! Ways of a secret that are easily lost.

use super::rig::at_boot;
use crate::lands;

#[test]
fn words_that_assign() {
    lands!("declare \"Q=⟦k⟧\"\necho $Q > /a\n", "2 file /a <- k");
    lands!("export \"DB_PASS=⟦k⟧\"\nenv > /a\n", "2 file /a <- k");
    lands!("f() { local \"v=$1\"; echo $v > /a; }\nf ⟦k⟧\n", "1 file /a <- k");
    lands!("P=⟦k⟧\ndeclare -n R=P\necho $R > /a\n", "3 file /a <- k");
    lands!("f() { local -n r=$1; r=⟦k⟧; }\nf P\necho $P > /a\n", "3 file /a <- k");
}

#[test]
fn variables_are_printed() {
    for print in ["set", "declare -p P", "declare -p", "typeset"] {
        lands!(format!("P=⟦k⟧\n{print} > /a\n").as_str(), "2 file /a <- k");
    }
    for print in ["env", "printenv", "export -p", "export", "declare -x"] {
        lands!(format!("export P=⟦k⟧\n{print} > /a\n").as_str(), "2 file /a <- k");
        lands!(format!("P=⟦k⟧\n{print} > /a\n").as_str());
    }
    lands!("P=⟦k⟧\ndeclare -p Q > /a\n");
}

#[test]
fn programs_of_other_languages() {
    for program in [
        "python3 - <<E\nopen('/a', 'w').write('⟦k⟧')\nE\n",
        "python3 -c \"open('/a','w').write('⟦k⟧')\"\n",
        "export P=⟦k⟧; python3 - <<'E'\nimport os\npathlib.Path('/a').write_text(os.environ['P'])\nE\n",
        "export P=⟦k⟧; python3 <<'E'\nimport os\nwith open(\"/a\", \"a\") as f: f.write(os.getenv(\"P\"))\nE\n",
        "P=⟦k⟧ perl -e 'open(F, \">\", \"/a\"); print F $ENV{P}'\n",
        "P=⟦k⟧ ruby -e 'File.write(\"/a\", ENV[\"P\"])'\n",
        "P=⟦k⟧ node -e 'fs.writeFileSync(\"/a\", process.env.P)'\n",
        "P=⟦k⟧ php -r 'file_put_contents(\"/a\", getenv(\"P\"));'\n",
    ] {
        let told = at_boot(program);
        assert!(told.iter().any(|line| line.ends_with("file /a <- k")), "{told:?} in\n{program}");
    }
    lands!("P=⟦k⟧ python3 -c 'import os; login(os.environ[\"P\"])'\n");
    lands!("export P=⟦k⟧; python3 -c 'open(\"/a\",\"w\").write(\"x\")'\n");
    lands!("p=⟦k⟧ yq -i '.a = strenv(p)' /a\n", "1 file /a <- k");
    lands!("p=⟦k⟧ yq -i '.a = strenv(q)' /a\n");
}

#[test]
fn commands_that_carry_out_texts() {
    lands!("echo ⟦k⟧ | xargs -I{} sh -c \"echo {} > /a\"\n", "1 file /a <- k");
    lands!("tmux new -d \"echo ⟦k⟧ > /a\"\n", "1 file /a <- k", "1 process-arguments (memory) <- k");
    lands!("at now <<E\necho ⟦k⟧ > /a\nE\n", "1 file /var/spool/at <- k", "2 file /a <- k");
    lands!("systemctl edit x --stdin <<E\nEnvironment=A=⟦k⟧\nE\n", "1 file /etc/systemd/system <- k");
    lands!("patch /a <<E\n+⟦k⟧\nE\n", "1 file /a <- k");
    lands!("tar czf /a <(echo ⟦k⟧)\n", "1 file /a <- k");
    lands!("echo ⟦k⟧ | zip /a -\n", "1 file /a <- k");
    lands!("wg set wg0 private-key <(echo ⟦k⟧)\n");
}

#[test]
fn links_lead_to_the_disk() {
    lands!("ln -s /etc/x /run/x\necho ⟦k⟧ > /run/x\n", "2 file /etc/x <- k");
    lands!("ln -sfn /var/lib/a /run/a\necho ⟦k⟧ > /run/a/b\n", "2 file /var/lib/a/b <- k");
    lands!("ln -s /run/x /etc/x\necho ⟦k⟧ > /etc/x\n", "2 file /run/x (memory) <- k");
    lands!("ln -s /b /a\nln -s /a /b\necho ⟦k⟧ > /a\n", "3 file /b <- k");
}

#[test]
fn what_comes_out_of_commands() {
    lands!("render-it ⟦k⟧ > /a\n", "1 file /a <- k", "1 process-arguments (memory) <- k");
    lands!("echo ⟦k⟧ | render-it > /a\n", "1 file /a <- k");
    lands!("helm template --set p=⟦k⟧ . > /a\n", "1 file /a <- k", "1 process-arguments (memory) <- k");
    lands!(
        "kubectl create secret generic x --from-literal=p=⟦k⟧ --dry-run=client -o yaml > /a\n",
        "1 file /a <- k",
        "1 process-arguments (memory) <- k"
    );
    lands!("fetch-it --token ⟦k⟧ list > /a\n", "1 process-arguments (memory) <- k");
    lands!("mysqldump -p⟦k⟧ db > /a\n", "1 process-arguments (memory) <- k");
    lands!("curl -H 'X-Key: ⟦k⟧' h > /a\n", "1 process-arguments (memory) <- k");
}

#[test]
fn what_is_left_tells_nothing() {
    for script in [
        "echo \"${T//?/*}\" > /a\n",
        "echo \"$T\" | head -c 0 > /a\n",
        "echo ${T:0:4} > /a\n",
        "echo ${T: -4} > /a\n",
        "echo ${#T} > /a\n",
        "echo $T | cut -c1-4 > /a\n",
    ] {
        lands!(format!("T=⟦k⟧\n{script}").as_str());
    }
    lands!("T=⟦k⟧\necho ${T:0:40} ${T//a/b} > /a\n", "2 file /a <- k");
    lands!("echo ⟦k⟧ | head -c 20 > /a\n", "1 file /a <- k");
}
