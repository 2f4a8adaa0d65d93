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
    ] {
        in_secret_places(&piece.repeat(4000));
    }
}
