//! Files: all the ways to write one.

use crate::lands;

#[test]
fn redirections() {
    lands!("echo ⟦k⟧ > /a\n", "1 file /a <- k");
    lands!("echo \"K=⟦k⟧\" >> /opt/app/.env\n", "1 file /opt/app/.env <- k");
    lands!("printf '%s\\n' \"⟦k⟧\" >| /a\n", "1 file /a <- k");
    lands!("echo ⟦k⟧ &> /a\n", "1 file /a <- k");
    lands!("echo ⟦k⟧ 1> /a\n", "1 file /a <- k");
    lands!("date 2> /a\n");
    lands!("echo ⟦k⟧ >&2 2> /a\n", "1 boot-log /var/log/cloud-init-output.log <- k");
    lands!("{ echo a; echo ⟦k⟧; } > /a\n", "1 file /a <- k");
    lands!("(\n echo ⟦k⟧\n) >> /a\n", "2 file /a <- k");
    lands!("if true; then\n echo ⟦k⟧\nfi > /a\n", "2 file /a <- k");
    lands!("exec 3> /a\necho ⟦k⟧ >&3\n", "2 file /a <- k");
    lands!("echo ⟦k⟧ > /dev/null\n");
    lands!("> /a echo ⟦k⟧\n", "1 file /a <- k");
}

#[test]
fn paths_are_resolved() {
    lands!("D=/opt/app\nF=\"$D/.env\"\necho ⟦k⟧ >> \"$F\"\n", "3 file /opt/app/.env <- k");
    lands!("echo '⟦k⟧' > \"${HOME}/.ssh/id_rsa\"\n", "1 file ${HOME}/.ssh/id_rsa <- k");
    lands!("echo ⟦k⟧ > ~/.ssh/id_rsa\n", "1 file ~/.ssh/id_rsa <- k");
    lands!("cd /opt/app\necho ⟦k⟧ > .env\n", "2 file /opt/app/.env <- k");
    lands!("echo ⟦k⟧ > ${D:-/srv}/x\n", "1 file /srv/x <- k");
    lands!("echo ⟦k⟧ > ⟪path⟫/x\n", "1 file ${var.path}/x <- k");
    lands!("f=$(mktemp)\necho ⟦k⟧ > $f\n", "2 file ${f} <- k");
}

#[test]
fn commands_that_write() {
    lands!("echo ⟦k⟧ | sudo tee -a /a > /dev/null\n", "1 file /a <- k");
    lands!("T=⟦t⟧\nsed -i \"s/__T__/$T/\" /etc/c.toml\n", "2 file /etc/c.toml <- t");
    lands!("T=⟦t⟧\nsed -i.bak s/__T__/$T/g /etc/c.toml\n", "2 file /etc/c.toml <- t");
    lands!("sed -i -e \"s|A|⟦t⟧|\" -e 's/b/c/' /etc/c\n", "1 file /etc/c <- t");
    lands!("perl -pi -e 's/X/⟦t⟧/' /etc/c\n", "1 file /etc/c <- t");
    lands!("echo ⟦k⟧ | base64 -d > /a\n", "1 file /a <- k");
    lands!("echo ⟦k⟧ | install -m 600 /dev/stdin /a\n", "1 file /a <- k");
    lands!("install -m 600 <(echo \"⟦k⟧\") /a\n", "1 file /a <- k");
    lands!("echo ⟦k⟧ | dd of=/a\n", "1 file /a <- k");
    lands!("cp /dev/stdin /a <<< \"⟦k⟧\"\n", "1 file /a <- k");
    lands!("echo '⟦k⟧' | jq . > /a\n", "1 file /a <- k");
    lands!("jq --arg t '⟦k⟧' '.t=$t' a.json | sponge a.json\n", "1 file a.json <- k");
    lands!("jq -n --arg t '⟦k⟧' '{t:$t}' > a.json\n", "1 file a.json <- k");
    lands!("awk -v p=⟦k⟧ '{print p}' x > /a\n", "1 file /a <- k");
    lands!("export K=⟦k⟧\nenvsubst < /t > /a\n", "2 file /a <- k");
    lands!("export K=⟦k⟧ J=1\nenvsubst '$J' < /t > /a\n");
    lands!(
        "aws ssm get-parameter --with-decryption --name /app/key --output text > /a\n",
        "1 file /a <- key"
    );
    lands!("crudini --set /etc/x.conf db password \"⟦k⟧\"\n", "1 file /etc/x.conf <- k");
    lands!("(crontab -l; echo '* * * * * K=⟦k⟧ run') | crontab -\n", "1 file /var/spool/cron <- k");
    lands!("tee /a /b <<< ⟦k⟧ >/dev/null\n", "1 file /a <- k", "1 file /b <- k");
    lands!("ex /etc/x <<EOF\n%s/a/⟦k⟧/\nwq\nEOF\n", "1 file /etc/x <- k");
    lands!("echo ⟦k⟧ > >(tee /a >/dev/null)\n", "1 file /a <- k");
}

#[test]
fn stores_of_their_own() {
    lands!("aws configure set aws_secret_access_key ⟦k⟧\n", "1 file ~/.aws/credentials <- k");
    lands!("git clone https://x:⟦t⟧@github.com/a/b.git\n", "1 file b/.git/config <- t");
    lands!(
        "cd /root\ngit clone -b main \"https://x:⟦t⟧@h/a/b\" ansible\n",
        "2 file /root/ansible/.git/config <- t"
    );
    lands!(
        "ansible-pull -U https://⟦t⟧@h/r x.yml -d /root/a\n",
        "1 file /root/a/.git/config <- t",
        "1 process-arguments (memory) <- t"
    );
    lands!("git remote set-url origin https://⟦t⟧@h/a\n", "1 file .git/config <- t");
    lands!("npm config set //r/:_authToken ⟦t⟧\n", "1 file ~/.npmrc <- t");
    lands!("docker login -u a -p ⟦t⟧ r\n", "1 file ~/.docker/config.json <- t");
    lands!("echo ⟦t⟧ | docker login -u a --password-stdin r\n", "1 file ~/.docker/config.json <- t");
    lands!("docker run -d -e K=⟦t⟧ img\n", "1 environment <- t");
    lands!("export K=⟦t⟧\ndocker run -d -e K img\n", "2 environment <- t");
    lands!("aws ssm put-parameter --name /a --type String --value ⟦t⟧\n", "1 parameter <- t");
    lands!("echo ⟦t⟧ | aws s3 cp - s3://b/k\n", "1 object s3://b/k <- t");
    lands!(
        "echo ⟦t⟧ > /t\naws s3 cp /t s3://b/k\nrm /t\n",
        "1 file /t (removed) <- t",
        "2 object s3://b/k <- t"
    );
}

#[test]
fn how_long_a_file_stays() {
    lands!("echo ⟦k⟧ > /run/app/k\n", "1 file /run/app/k (memory) <- k");
    lands!("echo ⟦k⟧ > /dev/shm/k\n", "1 file /dev/shm/k (memory) <- k");
    lands!("mount -t tmpfs -o size=1m tmpfs /mnt/s\necho ⟦k⟧ > /mnt/s/k\n", "2 file /mnt/s/k (memory) <- k");
    lands!("echo ⟦k⟧ > /tmp/k\nrun\nrm -f /tmp/k\n", "1 file /tmp/k (removed) <- k");
    lands!("echo ⟦k⟧ > /tmp/k\nif bad; then rm -f /tmp/k; fi\n", "1 file /tmp/k <- k");
    lands!("t=$(mktemp)\ntrap 'rm -f \"$t\"' EXIT\necho ⟦k⟧ > \"$t\"\n", "3 file ${t} (removed) <- k");
    lands!(
        "d=$(mktemp -d)\nclean() { rm -rf \"$d\"; }\ntrap clean EXIT\necho ⟦k⟧ > \"$d/x\"\n",
        "4 file ${d}/x (removed) <- k"
    );
    lands!(
        "echo ⟦k⟧ > /tmp/k.inc\nmv /tmp/k.inc /var/www\n",
        "1 file /tmp/k.inc, then moved to /var/www <- k"
    );
    lands!("echo ⟦k⟧ > /tmp/k\ncp /tmp/k /etc/k\nrm /tmp/k\n", "1 file /tmp/k, then copied to /etc/k <- k");
    lands!("echo ⟦k⟧ > /tmp/a.pem\nrm -f /tmp/*.pem\n", "1 file /tmp/a.pem (removed) <- k");
}

#[test]
fn files_that_a_loop_removes() {
    lands!(
        "a=(x y)\nf() { echo ⟦k⟧ > \"$d/$1\"; a+=(\"$1\"); }\nf z\ntrap c EXIT\nc() { for n in \"${a[@]}\"; do rm -f \"$d/$n\"; done; }\n",
        "2 file ${d}/z (removed) <- k"
    );
    lands!(
        "for n in a b; do echo ⟦k⟧ > /t/$n; done\nfor n in a b; do rm /t/$n; done\n",
        "1 file /t/${n} (removed) <- k"
    );
}

#[test]
fn programs_that_fetch() {
    lands!(
        "python3 - <<EOF\nimport boto3, json\nsm = boto3.client('sm')\ndef get(name):\n    answer = sm.get_secret_value(SecretId='/app/db')\n    return json.loads(answer['SecretString'])\nwith open('/a', 'w') as f:\n    for k, v in get('x').items():\n        f.write(f'{k}={v}')\nEOF\n",
        "1 file /a <- db",
    );
    lands!(
        "cat > /x.py <<'EOF'\nimport boto3\nv = boto3.client('ssm').get_parameter(Name='/app/key', WithDecryption=True)['Parameter']['Value']\nopen('/a', 'w').write(v)\nEOF\npython3 /x.py\n",
        "6 file /a <- key",
    );
    // It logs in, and writes something else.
    lands!(
        "python3 - <<EOF\npassword = sm.get_secret_value(SecretId='x')['SecretString']\nrows = connect(password).fetch()\nopen('/a', 'w').write(rows)\nEOF\n"
    );
    lands!("python3 - <<EOF\nv = ssm.get_parameter(Name='/app/url')\nopen('/a', 'w').write(v)\nEOF\n");
}

#[test]
fn programs_that_are_too_long_to_follow_leave_a_gap() {
    let mut code = String::from("python3 - <<EOF\nx0 = '⟦k⟧'\n");
    for number in 1..200 {
        code.push_str(&format!("x{number} = x{}\n", number - 1));
    }
    code.push_str("print(x199)\nEOF\n");
    let rig = super::rig::Rig::new(&code);
    let reading = rig.trace(&rig.context(crate::script::Role::UserData));
    assert!(reading.facts.is_empty());
    assert!(reading.gaps.iter().any(|gap| gap.hides_findings), "{:?}", reading.gaps);
}

#[test]
fn the_database_of_sqlite_is_no_options_value() {
    lands!(
        "sqlite3 --unknown /opt/x.so /a.db \"insert into t values ('⟦k⟧')\"\n",
        "1 file /a.db <- k",
        "1 process-arguments (memory) <- k"
    );
    lands!(
        "sqlite3 --unknown /a.db \"insert into t values ('⟦k⟧')\"\n",
        "1 file /a.db <- k",
        "1 process-arguments (memory) <- k"
    );
    lands!(
        "sqlite3 -csv /a.db \"insert into t values ('⟦k⟧')\"\n",
        "1 file /a.db <- k",
        "1 process-arguments (memory) <- k"
    );
    lands!("echo \"insert into t values ('⟦k⟧')\" | sqlite3 --unknown 5 /a.db\n", "1 file /a.db <- k");
}

#[test]
fn installers_get_their_environment() {
    lands!(
        "DD_API_KEY=⟦k⟧ bash -c \"$(curl -L https://h/install.sh)\"\n",
        "1 process-arguments (memory) <- k"
    );
    lands!("K=⟦k⟧ bash -c 'true'\n");
    lands!("echo ⟦k⟧ | split -b 9 - /a.\n");
}

#[test]
fn a_program_of_python_is_user_data_too() {
    let text = "#!/usr/bin/env python3\nv = ssm.get_parameter(Name='/app/key', WithDecryption=True)\nopen('/a', 'w').write(v)\n";
    let rig = super::rig::Rig::new(text);
    let flat = crate::value::Flat::new(&rig.text);
    let reading = crate::script::trace(&flat, &rig.context(crate::script::Role::UserData));
    assert_eq!(rig.told(&reading.facts), ["1 file /a <- key"]);
}
