//! Little languages inside of words: what `sed`, `awk` and one-line programs write and print.

use crate::lands;

#[test]
fn sed_writes_files_of_its_own() {
    lands!("echo ⟦k⟧ | sed -n 'w /a'\n", "1 file /a <- k");
    lands!("sed -n \"s/X/⟦k⟧/w /a\" /t\n", "1 file /a <- k");
    lands!("sed -e 's/a/b/' -ne \"s/X/⟦k⟧/gw /a\" /t\n", "1 file /a <- k");
    lands!("sed \"s/w x/⟦k⟧/\" /t > /a\n", "1 file /a <- k");
    lands!("sed -n \"/⟦k⟧/=\" /t > /a\n", "1 file /a <- k");
    // Nothing is printed.
    lands!("sed -n \"/⟦k⟧/q1\" /t\n");
}

#[test]
fn what_sed_takes_out_is_not_put_in() {
    lands!("sed -i 's/⟦k⟧/xxxxxxxx/' /a\n");
    lands!("sed -i \"s|⟦k⟧|⟦j⟧|g\" /a\n", "1 file /a <- j");
    lands!("sed -i -e 's#P#⟦k⟧#' /a\n", "1 file /a <- k");
    lands!("cat /t | sed \"s/⟦k⟧/x/\" > /a\n");
    lands!("sed -i \"/^P=/c P=⟦k⟧\" /a\n", "1 file /a <- k");
}

#[test]
fn sed_reads_its_commands_from_a_file() {
    lands!("sed -i -f - /a <<E\ns/X/⟦k⟧/\nE\n", "1 file /a <- k");
    lands!(
        "echo \"s/X/⟦k⟧/\" > /run/x\nsed -i -f /run/x /a\n",
        "1 file /run/x (memory) <- k",
        "2 file /a <- k"
    );
    lands!("sed -f <(echo \"s/X/⟦k⟧/\") /t > /a\n", "1 file /a <- k");
}

#[test]
fn awk_writes_files_of_its_own() {
    lands!("awk -v x=⟦k⟧ 'BEGIN {print x > \"/a\"}'\n", "1 file /a <- k");
    lands!("awk -v x=⟦k⟧ '{print x >> \"/a\"}' /t\n", "1 file /a <- k");
    lands!("gawk -i inplace -v x=⟦k⟧ '{gsub(\"P\",x)}1' /a\n", "1 file /a <- k");
    lands!("export S=⟦k⟧\nawk '{gsub(\"P\", ENVIRON[\"S\"]); print}' /t > /a\n", "2 file /a <- k");
    lands!("export S=⟦k⟧\nawk '{print ENVIRON[\"T\"]}' /t > /a\n");
}

#[test]
fn jq_reads_the_environment() {
    lands!("export S=⟦k⟧\njq -n '{p: env.S}' > /a\n", "2 file /a <- k");
    lands!("S=⟦k⟧ jq -n '{p: $ENV.S}' > /a\n", "1 file /a <- k");
    lands!("export S=⟦k⟧\njq -n '{p: env.T}' > /a\n");
    lands!("yq eval -i \".p = \\\"⟦k⟧\\\"\" /a\n", "1 file /a <- k");
}

#[test]
fn programs_print() {
    for script in [
        "python3 -c \"print('⟦k⟧')\" > /a\n",
        "X=$(python3 -c \"import urllib.parse; print(urllib.parse.quote('⟦k⟧'))\"); echo $X > /a\n",
        "S=⟦k⟧; X=$(python3 -c 'import sys,urllib.parse as u; print(u.quote(sys.argv[1]))' \"$S\"); echo $X > /a\n",
        "perl -e 'print \"'\"⟦k⟧\"'\"' > /a\n",
        "X=$(perl -MURI::Escape -e 'print uri_escape($ARGV[0])' ⟦k⟧); echo $X > /a\n",
        "X=$(node -p \"encodeURIComponent('⟦k⟧')\"); echo $X > /a\n",
        "S=⟦k⟧ python3 - > /a <<'E'\nimport os, json\ns = {}\ns[\"p\"] = os.environ[\"S\"]\nprint(json.dumps(s))\nE\n",
        "php -r 'echo rawurlencode(\"'⟦k⟧'\");' > /a\n",
    ] {
        let told = super::rig::at_boot(script);
        assert!(told.iter().any(|line| line.ends_with("file /a <- k")), "{told:?} in\n{script}");
    }
    for script in [
        "X=$(python3 -c \"import crypt; print(crypt.crypt('⟦k⟧'))\"); echo $X > /a\n",
        "X=$(python3 -c \"import hashlib; print(hashlib.sha256('⟦k⟧').hexdigest())\"); echo $X > /a\n",
        "X=$(python3 -c \"login('⟦k⟧'); print('ok')\"); echo $X > /a\n",
    ] {
        let told = super::rig::at_boot(script);
        assert!(!told.iter().any(|line| line.contains("file")), "{told:?} in\n{script}");
    }
}

#[test]
fn names_that_a_loop_goes_through() {
    lands!("S=⟦k⟧\nfor v in S HOME; do echo \"$v=${!v}\" >> /a; done\n", "2 file /a <- k");
    lands!("S=⟦k⟧\nfor v in T HOME; do echo \"$v=${!v}\" >> /a; done\n");
}

#[test]
fn programs_with_a_store_of_their_own() {
    lands!(
        "sqlite3 /a \"insert into u values ('⟦k⟧')\"\n",
        "1 file /a <- k",
        "1 process-arguments (memory) <- k"
    );
    lands!("sqlite3 /a <<E\nUPDATE u SET p='⟦k⟧';\nE\n", "1 file /a <- k");
    lands!("sqlite3 /a \"select * from u where p='⟦k⟧'\"\n", "1 process-arguments (memory) <- k");
    lands!("nmcli con modify w wifi-sec.psk ⟦k⟧\n", "1 file /etc/NetworkManager/system-connections <- k");
    lands!("nmcli dev wifi connect w password ⟦k⟧\n", "1 file /etc/NetworkManager/system-connections <- k");
    lands!("wp config create --dbpass=⟦k⟧\n", "1 file wp-config.php <- k");
    lands!("vim -c \"%s/X/⟦k⟧/\" -c wq /a\n", "1 file /a <- k");
    lands!("systemd-run -E P=⟦k⟧ /usr/bin/app\n", "1 process-arguments (memory) <- k");
}

#[test]
fn an_option_is_no_name() {
    let rig = super::rig::Rig::new(
        "P=\nX=$(aws ssm get-parameter --name $P --query Parameter.Value --with-decryption)\necho $X > /a\n",
    );
    let landings = rig.trace(&rig.context(crate::script::Role::UserData)).facts;
    let names: Vec<String> = landings
        .iter()
        .flat_map(|landing| landing.traces.iter().map(|trace| trace.origin.key.clone()))
        .collect();
    assert_eq!(names, ["X"]);
}

#[test]
fn what_a_secret_is_called() {
    lands!("vault read -field=constellation_pub_key q/b/$I > /a\n");
    lands!("vault read -field=private_key q/b/$I > /a\n", "1 file /a <- private_key");
    lands!(
        "aws secretsmanager get-secret-value --secret-id arn:aws:secretsmanager:r:1:secret:db-x > /a\n",
        "1 file /a <- db-x"
    );
}

#[test]
fn objects_whose_name_says_secret() {
    lands!(
        "if token=$(aws s3 cp \"s3://b/o\" - 2>/dev/null); then echo x; fi\necho \"t: $token\" >> /a\n",
        "2 file /a <- token"
    );
    lands!("aws s3 cp s3://b/rke2/join_token - > /a\n", "1 file /a <- join_token");
    lands!("aws s3 cp s3://b/app.conf - > /a\n");
    lands!("aws ssm get-parameter --name /x/CWAgent/Config --with-decryption > /a\n", "1 file /a <- Config");
}

#[test]
fn a_loop_removes_only_what_it_surely_removes() {
    let whole = "echo ⟦k⟧ > /v/b\nfor f in a b; do rm -f /v/$f; done\n";
    lands!(whole, "1 file /v/b (removed) <- k");
    for rest in [
        "for f in a b; do [ $f = b ] && continue; rm -f /v/$f; done\n",
        "for f in a b; do rm -f /v/$f; break; done\n",
        "for f in a b; do if [ $f = b ]; then exit; fi; rm -f /v/$f; done\n",
        "g() { [ $f = a ] || exit 0; }\nfor f in a b; do g; rm -f /v/$f; done\n",
        "for f in a b; do true; done; rm -f /v/$f\n",
        "for f in a b; do f=$(x); rm -f /v/$f; done\n",
        "g() { local f=$1; rm -f /v/$f; }\nfor f in a b; do g x; done\n",
        "g() { local f=$1; rm -f /v/$f; }\nfor f in a b; do g $(x); done\n",
        "g() { local f=$1; rm -f /v/$f; }\nfor f in a b; do true; done; g $(x)\n",
        "for f in a b; do rm -f /v/${f%b}; done\n",
        "select f in a b; do rm -f /v/$f; done\n",
        "for f in a b; do [ -e /x ] && rm -f /v/$f; done\n",
        "for f in a *; do rm -f /v/$f; done\n",
    ] {
        lands!(&format!("echo ⟦k⟧ > /v/b\n{rest}"), "1 file /v/b <- k");
    }
    lands!("for f in a b; do echo ⟦k⟧ > /v/a; rm -f /v/$f; done\n", "1 file /v/a <- k");
    lands!("for f in a b; do echo ⟦k⟧ > /v/$f; rm -f /v/$f; done\n", "1 file /v/${f} (removed) <- k");
}

#[test]
fn sed_is_silent_only_where_that_is_sure() {
    for script in [
        "echo ⟦k⟧ | sed -n \"⟪e⟫\" > /a\n",
        "echo ⟦k⟧ | sed -n -f x > /a\n",
        "echo ⟦k⟧ | sed -nf x > /a\n",
        "echo ⟦k⟧ | sed -n '/x/p' > /a\n",
        "echo ⟦k⟧ | sed -n 's/x/y/;l' > /a\n",
        "echo ⟦k⟧ | sed -n -es/x/y/p > /a\n",
        "sed -n \"s/x/⟦k⟧/e\" /t > /a\n",
        "sed -n \"s/x/⟦k⟧/w /dev/stdout\" /t > /a\n",
        "sed \"s/x/⟦k⟧/w /dev/stderr\" /t > /a\n",
        "sed \"s/x/⟦k⟧/w /dev/null\" /t > /a\n",
        "sed \"s/x/w \\/b ⟦k⟧/\" /t > /a\n",
        "sed \"s|x y w /b|⟦k⟧|\" /t > /a\n",
        "sed \"s|w /b|⟦k⟧|\" /t > /a\n",
    ] {
        lands!(script, "1 file /a <- k");
    }
    lands!("echo ⟦k⟧ | sed -n '/x/d;s/a/b/g' > /a\n");
    lands!("sed \"s/x/⟦k⟧/w /b\" /t > /a\n", "1 file /a <- k", "1 file /b <- k");
    lands!("sed -n \"s/x/⟦k⟧/pw /b\" /t > /a\n", "1 file /a <- k", "1 file /b <- k");
}

#[test]
fn awk_prints_into_files_only_where_it_says_so() {
    for script in [
        "echo ⟦k⟧ | awk '{printed = $2 > \"x\"} 1' > /a\n",
        "echo ⟦k⟧ | awk '{print; printed = $2 > \"/x\"}' > /a\n",
        "echo ⟦k⟧ | awk '{print > \"/dev/stdout\"}' > /a\n",
        "echo ⟦k⟧ | awk '{print ($1 > \"/x\")}' > /a\n",
        "echo ⟦k⟧ | awk '{print \"a > b\" $1}' > /a\n",
    ] {
        lands!(script, "1 file /a <- k");
    }
    for script in [
        "echo ⟦k⟧ | awk '{print > \"/b\"} 1' > /a\n",
        "echo ⟦k⟧ | awk '/x/; {print > \"/b\"}' > /a\n",
        "echo ⟦k⟧ | awk '{print > \"/b\"; print}' > /a\n",
    ] {
        lands!(script, "1 file /a <- k", "1 file /b <- k");
    }
    lands!("echo ⟦k⟧ | awk '{printf \"%s;\", $1 > \"/b\"}' > /a\n", "1 file /b <- k");
}

#[test]
fn the_database_is_the_first_word() {
    let seen = "1 process-arguments (memory) <- k";
    lands!(
        "sqlite3 -cmd \"PRAGMA key='s3cr3t'\" /a \"insert into u values ('⟦k⟧')\"\n",
        "1 file /a <- k",
        seen
    );
    lands!(
        "sqlite3 -separator , -lookaside 1 2 -batch 'file:/a?key=x' \"select 1; UPDATE u SET p='⟦k⟧'\"\n",
        "1 file /a <- k",
        seen
    );
    lands!("sqlite3 -cmd \"PRAGMA key='⟦k⟧'\" /a \"insert into u values (1)\"\n", seen);
    lands!("sqlite3 /a \"select updated from u where p='⟦k⟧'\"\n", seen);
    lands!("sqlite3 -unheard \"create 's3cr3t'\" \"insert into u values ('⟦k⟧')\"\n", seen);
    lands!("sqlite3 :memory: \"insert into u values ('⟦k⟧')\"\n", seen);
    lands!("sqlite3 /a <<E\n.mode csv\nINSERT INTO u\nVALUES ('⟦k⟧');\nE\n", "1 file /a <- k");
}

#[test]
fn what_a_replacement_brings_back_is_put_in() {
    lands!("sed -i \"s/⟦k⟧/&&/\" /a\n", "1 file /a <- k");
    lands!("sed -i \"s/\\(⟦k⟧\\)/\\1/\" /a\n", "1 file /a <- k");
    lands!("sed -i 's/\\\\/⟦k⟧/' /a\n", "1 file /a <- k");
    lands!("sed -i 's/\\//⟦k⟧/' /a\n", "1 file /a <- k");
}

#[test]
fn a_program_prints_what_stands_in_its_print() {
    for script in [
        "python3 -c \"if login('⟦k⟧'): print('ok')\"\n",
        "python3 -c \"print(requests.get(u, auth=('x','⟦k⟧')).status_code)\"\n",
        "python3 -c \"r = requests.get(u, auth=('x','⟦k⟧')); print(r.status_code)\"\n",
        "python3 -c \"[send('⟦k⟧'), print('ok')]\"\n",
        "node -e \"if (check('⟦k⟧')) console.log('ok')\"\n",
        "node -p \"check('⟦k⟧')\"\n",
        "ruby -e \"puts login('⟦k⟧')\"\n",
    ] {
        let told = super::rig::at_boot(script);
        assert!(!told.iter().any(|line| line.contains("log")), "{told:?} in\n{script}");
    }
    for script in [
        "python3 -c \"x = 'a ⟦k⟧'; print('p: ' + x)\"\n",
        "python3 -c \"print('a) b; (⟦k⟧')\"\n",
        "node -e \"const x = '⟦k⟧'; console.log(JSON.stringify({p: x}))\"\n",
        "ruby -e \"puts '⟦k⟧'\"\n",
    ] {
        let told = super::rig::at_boot(script);
        assert!(told.iter().any(|line| line.contains("log")), "{told:?} in\n{script}");
    }
}
