//! What stands in a secret's place is hidden; names, variables and paths stay.

use proptest::prelude::*;

use super::in_secret_places;

fn shown(text: &str) -> String {
    let hidden = in_secret_places(text);
    text.char_indices()
        .map(|(at, letter)| if hidden.iter().any(|range| range.contains(&at)) { '*' } else { letter })
        .collect()
}

/// `«…»` marks what must be hidden, and nothing else may be.
#[track_caller]
fn hides(marked: &str) {
    let text: String = marked.chars().filter(|c| !matches!(c, '«' | '»')).collect();
    let mut inside = false;
    let mut expected = String::new();
    for letter in marked.chars() {
        match letter {
            '«' => inside = true,
            '»' => inside = false,
            _ if inside => expected.push('*'),
            other => expected.push(other),
        }
    }
    assert_eq!(shown(&text), expected, "of {text}");
}

#[test]
fn assignments_and_keys() {
    hides("DB_PASSWORD=«hunter2»");
    hides("export API_TOKEN=\"«Sum,mer#(20[24{<`x y»\" B=c");
    hides("docker run -e \"DB_PASSWORD=«Sum,mer#2024Xy z»\" img");
    hides("docker run -e DB_PASSWORD=«Sum,mer#2024;Xy» img");
    hides("{\"password\": \"«a;b c»\", \"user\": \"bob\"}");
    hides("curl -d '{\\\"password\\\":\\\"«a;b c»\\\"}' h");
    hides("  password: «a, b [c»");
    hides("password = \"«hunter2»\"");
    hides("password = «hunter2»");
    hides("$env:API_TOKEN = \"«hunter2»\"");
    hides("Environment=\"API_TOKEN=«hunter two»\" DB_PASSWORD=«hunter3»");
    hides("ENV DB_PASSWORD=«hunter2» A=b");
    hides("ENV API_KEY «Hunter2»");
    hides("machine h login u password «velvetcanyonmarigold»");
    hides("P_PASSWORD=«hunter2»; echo $P_PASSWORD > \"/etc/$P_PASSWORD\"");
    hides(r"P_PASSWORD='«it'\''s»' ; echo");
    hides("SetEnvironmentVariable(\"API_TOKEN\", \"«hunter2»\", \"Machine\")");
    hides("{ name = \"DB_PASSWORD\", value = \"«hunter2»\" }");
    hides("Set-ItemProperty -Path HKLM:\\x -Name Password -Value \"«hunter2»\"");
    hides("reg add HKLM\\x /v Password /t REG_SZ /d \"«hunter2»\"");
    hides("echo \"password=«Summer2024» token=«Winter2024»\" > /etc/x");
    hides("B_PASSWORD=`«hunter2»`");
}

#[test]
fn typed_seeded_and_replaced() {
    hides(r#"expect -c 'send "«hunter2»\r"' ; x"#);
    hides(r#"  send -- "«Qvxcdfg7x»\r""#);
    hides(r#"expect -c "send \"«hunter2»\\r\"""#);
    hides(r#"send "ls -la\r" ; send "$PASS\r" ; send "yes\r" ; resend "abcd\r""#);
    hides("app --seed «hunter2» --user-pin «4711» --recovery-code=«ab12-cd34» --passcode \"«a b c»\" x");
    hides("seed hunter2 ; db-seed --file seed.sql ; app --pinned hunter2 --spin hunter2");
    hides("echo \"u:«Zq/Velx+mari7gOld==»@h\" >> x");
    hides("rsync u:/srv/data/x@y h");
    hides("sed -i \"s/database_password_here/«Zq/Velx+mari7gOld==»/\" x");
    hides("sed -i -e \"s/^#\\?requirepass.*/requirepass «Zq/Velx+mari7gOld==»/\" x");
    hides("sed 's/PASSWORD/«hunter2»/;s/a/b/' x");
    hides("curl https://api.telegram.org/bot123456789:«Qvxcdfg7x»/sendMessage");
    hides("curl https://api.telegram.org/bot$TOKEN/sendMessage https://h/bot:80/x");
}

#[test]
fn options_headers_and_addresses() {
    hides("app --password «hunter2» --token=«hunter3» x");
    hides("mysql -u root -p«hunter2» -e 'select 1'");
    hides("docker login -u x -p «hunter2» reg");
    hides("schtasks /create /tn x /ru u /rp «hunter2»");
    hides("cmdkey /add:x /user:u /pass:«hunter2»");
    hides("curl -u user:«hunter2» https://h");
    hides("curl -H \"Authorization: Bearer «hunter2»\" h");
    hides("curl -H \"X-Api-Key: «hunter 2»\" h");
    hides("psql \"postgresql://u:«hun;ter2»@h/db\"");
    hides("helm upgrade x y --set db.password=«hunter2»");
    hides("kubectl create secret generic x --from-literal=password=«hunter2»");
    hides("[\"CMD\",\"mysql\",\"-p«hunter2»\"]");
    hides("[\"app\",\"--password\",\"«hunter2»\"]");
    hides("curl \"https://h/?access_token=«hunter2»\"");
    hides("htpasswd -b /etc/h u «hunter2»");
}

#[test]
fn ways_that_many_commands_share() {
    hides("mongodump -u a -p «hunter2» db");
    hides("app -p «hunter2» -u a");
    hides("ipmitool -U u -P«hunter2» x");
    hides("curl -sSu user:«hunter2» https://h");
    hides("curl --proxy-user u:«hunter2» h");
    hides("winexe -U user%«hunter2» //h cmd");
    hides("sshpass -p «hunter2» ssh h");
    hides("echo «hunter2» | sudo -S ls");
    hides("echo -n '«hunter2»' | cryptsetup luksOpen /dev/x y -");
    hides("echo «hunter2» | docker login -u u --password-stdin h");
    hides("kinit u <<< «hunter2»");
    hides("read -r PASSWORD <<< \"«hunter2»\"");
    hides("ssh h \"echo «hunter2» | sudo -S x\"");
    hides("useradd -p $(openssl passwd -1 «hunter2») u");
    hides("echo \"h:5432:db:u:«hunter2»\" >> ~/.pgpass");
    hides("app --db u:«hunter2»@h/db");
    hides("htpasswd -nbB u «hunter2»");
    hides("sqlplus scott/«hunter2@db»");
    hides("aws s3 cp a s3://b --sse-c AES256 --sse-c-key «hunter2»");
    hides("curl \"https://h/x?X-Amz-Signature=«hunter2»&X-Amz-Expires=30\"");
    hides("curl \"https://h/x?sv=2020&sig=«hunter2»\"");
    hides("psql postgres://u:«Zq/Vel+7==»@h/db");
    hides("setx API_KEY «Zq/Vel+7==»");
    hides("PASSWORDS=«(\"hunter2 b\" x»)");
}

#[test]
fn small_languages() {
    hides("mysql -e \"ALTER USER 'root'@'localhost' IDENTIFIED BY '«hunter2»'\"");
    hides("mysql -e \"CREATE USER a IDENTIFIED WITH mysql_native_password BY '«hunter2»'\"");
    hides("sqlite3 x.db \"PRAGMA key = '«hunter2»'\"");
    hides("sqlite3 x.db \"PRAGMA rekey=\\\"«hunter2»\\\"\"");
    hides("sed -i 's/PASSWORD/«hunter2»/' x");
    hides("sed -i \"s|__TOKEN__|«hunter2»|g\" x");
    hides("sed -i 's/^#requirepass.*/requirepass «hunter2»/' x");
    hides("sed -i \"s/database_password_here/«hunter2»/\" x");
    hides("python -c \"print(crypt.crypt('«hunter2»'))\"");
    hides("php -r \"echo password_hash('«hunter2»', PASSWORD_DEFAULT);\"");
}

#[test]
fn what_only_looks_like_these_stays() {
    for text in [
        "sudo -u jenkins mkdir -p data",
        "docker run -u 1000:1000 -p 8080:80 img",
        "docker-compose -p proj up",
        "ssh -p 2222 u@h",
        "git clone git@github.com:org/repo.git",
        "docker pull nginx:1.25.3@sha256:abcdef",
        "rsync -au host:backup .",
        "curl http://host:8080/a@b",
        "echo hello | tee -a /var/log/x",
        "sed -i 's/listen 80/listen 8080/' x",
        "aws s3api get-object --key app/config",
        "curl \"https://h/?page=12345\"",
        "mysql -u root -p\"$PASS\"",
        "echo \"$TOKEN\" | docker login -u AWS --password-stdin h",
        "docker login -u AWS --password-stdin registry.example.com:5000",
        "sed -i \"s/__PASSWORD__/$PASSWORD/\" x",
        "openssl passwd -6 \"$PASSWORD\"",
        "python -c \"x.login('', password)\"",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn where_a_reference_goes_is_no_value() {
    for text in [
        "inline = [\"echo pw=$P > /etc/app.conf\", \"echo connecting with $P\"]",
        "user_data = \"#!/bin/bash\\necho TOKEN=${var.slack_webhook_token} > /etc/app.env\\n\"",
        "run = \"echo \\\"TOKEN=$T\\\" >> /etc/app.env\"",
    ] {
        assert_eq!(shown(text), text);
    }
    hides("inline = [\"echo pw=$P «hunter2 > /etc/app.conf»\"]");
    hides("inline = [\"echo pw=«hunter2 > /etc/app.conf»\"]");
    hides("inline = [\"echo pw=$P > /etc/x; app --token «hunter2»\"]");
    hides("A=\"PASSWORD=$P «> hunter2»\"");
}

#[test]
fn comparisons_and_comments() {
    hides("case \"$PASSWORD\" in «hunter2») echo $PASSWORD > /etc/x;; «hunter3») ;; esac");
    hides("if ($password -eq \"«hunter2»\") { x }");
    hides("[ \"$PASSWORD\" = \"«hunter2»\" ] && echo y");
    hides("[[ $PASSWORD == «hunter2» ]]");
    hides("if ($password -eq \"«Fopuruge%soronude%9»\") { x }");
    hides("switch ($password) { \"«hunter2»\" { Set-Content x $password } }");
    hides("DB_PASSWORD=«hunter2» #« old hunter3»");
    hides("api_token = var.token #« was hunter3»");
}

#[test]
fn names_variables_and_paths_stay() {
    for text in [
        "DB_PASSWORD=$(aws ssm get-parameter --with-decryption --name /app/password --query Parameter.Value)",
        "echo \"$DB_PASSWORD\" > /etc/x",
        "echo \"password=${DB_PASSWORD}\" >> /etc/x",
        "printf 'password=%s\\n' \"$P\" > /etc/x",
        "password = var.db_password",
        "password = random_password.db.result",
        "password = data.aws_secretsmanager_secret_version.db[\"x\"].secret_string",
        "content = \"token=${var.api_token}\"",
        "resource \"random_password\" \"db_password\" {",
        "sed -i \"s/__PASSWORD__/${password}/\" /etc/x",
        "kubectl create secret generic x --from-file=/etc/token",
        "--name /app/token --with-decryption",
        "environment:\n  DB_PASSWORD: ${DB_PASSWORD}",
        "docker run -e DB_PASSWORD img:1.2",
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app/db",
        "ENV NPM_TOKEN=$NPM_TOKEN TOKEN_FILE=/run/token",
        "Set-Content C:\\x $password",
        "$password | Out-File C:\\x",
        "echo ${TOKEN:0:4} > /etc/x",
        "sensitive_password = true",
        "--secret-id app/db --query SecretString",
        "password: {{ vault_password }}",
    ] {
        assert_eq!(shown(text), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_line_ends(text in "([a-zA-Z=:\"'\\\\$(){} |;,é#/-]|PASSWORD|--token|case | in |://|@){0,60}") {
        for range in in_secret_places(&text) {
            prop_assert!(text.get(range).is_some());
        }
    }
}

#[test]
fn long_lines_end() {
    for piece in [
        "PASSWORD=",
        "password=\"",
        "--token ",
        "$(",
        "://u:p@",
        "case $PASSWORD in ",
        "\\\"",
        "'",
        "mysql -p",
        "/bot12345:",
        "s/PASSWORD/x/",
        "send \"x",
        "crypt(",
        "crypt('",
        "identified by '",
        "a:b",
        "kinit <<<",
    ] {
        in_secret_places(&piece.repeat(4000));
    }
}
