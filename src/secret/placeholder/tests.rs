//! Values as they stand in real configuration, all three answers.

use proptest::prelude::*;

use super::*;

#[test]
fn texts_that_hold_a_place() {
    let places = [
        "",
        " ",
        "\"\"",
        "changeme",
        "change-me",
        "CHANGE_ME",
        "changeme!",
        "<token>",
        "<your api key>",
        "xxxx",
        "XXXXXXXX",
        "****",
        "xxxx-xxxx-xxxx",
        "sk-xxxxxxxxxxxxxxxx",
        "AKIAXXXXXXXXXXXXXXXX",
        "sk-...",
        "${var.token}",
        "$(cat /run/token)",
        "{{ .Token }}",
        "prefix-${var.x}-suffix",
        "%s",
        "$DB_PASSWORD",
        "$env:TOKEN",
        "$util.escapeJavaScript($input.params('Password'))",
        "$context.authorizer.token",
        "%TOKEN%",
        "__TOKEN__",
        "@@TOKEN@@",
        "your-api-key-here",
        "YOUR_API_KEY",
        "your_secret_password",
        "dummy",
        "dummy-token",
        "todo",
        "TODO: set me",
        "REPLACE_ME",
        "replace-with-real-token",
        "null",
        "none",
        "true",
        "false",
        "n/a",
        "aaaaaaaa",
        "11111111",
        "00000000-0000-0000-0000-000000000000",
        "1234567890",
        "abcdef",
        "0123456789abcdef",
        "0123456789abcdef0123456789abcdef",
        "test",
        "test-token",
        "not_found",
        "jdbc:postgresql://db:5432/app?sslmode=require",
        "example",
        "example-password",
        "token",
        "api_key",
        "arn:aws:secretsmanager:eu-west-1:1:secret:db",
        "ssm:/prod/db",
        "vault:secret/data/db#password",
        "op://vault/item/password",
        "/prod/app/db/password",
        "prod/app/db-password",
        "/run/secrets/db",
        "~/.ssh/id_rsa",
        "./key.pem",
        "C:\\keys\\a.pem",
        "server.key",
        "https://api.acme.io/v1/token",
        "postgres://db.acme.io:5432/app",
        "postgres://app@db.acme.io/app",
        "postgres://app:${var.password}@db/app",
        "var.db_password",
        "module.db.password",
        "data.aws_secretsmanager_secret_version.db.secret_string",
        "ENC[AES256_GCM,data:abc,iv:x]",
        "{{resolve:ssm:/a/b}}",
        "prod/3fa85f64-5717-4562-b3fc-2c963f66afa6/token",
        "redacted",
        "[REDACTED]",
        "foobar",
        "\u{FDD0}",
        "ref+vault://a/b",
    ];
    assert_eq!(others(&places, Placeholder::Yes), [""; 0]);
}

fn others<'t>(texts: &[&'t str], expected: Placeholder) -> Vec<&'t str> {
    texts.iter().copied().filter(|text| judge(text) != expected).collect()
}

#[test]
fn documented_examples_are_told_apart() {
    let key = ["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY"].concat();
    let id = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
    let stripe = ["sk_", "test_", "4eC39HqLyjW", "DarjtT1zdp7dc"].concat();
    assert_eq!(others(&[&key, &id, &stripe], Placeholder::Documentation), [""; 0]);
}

#[test]
fn weak_and_strong_secrets_are_no_placeholders() {
    let random_key = ["q7Rk2", "Zp9XvB4", "nT8sW1yL", "d6Hc3Jf5"].concat();
    let base64 = ["/aQ7Rk2Zp9XvB4nT", "8sW1yLd6Hc/3Jf5Gm0uEoKiNtVb+"].concat();
    let in_path = format!("https://hooks.acme.io/services/{random_key}");
    let secrets = [
        "hunter2",
        "Password123!",
        "root",
        "password",
        "secret",
        "admin",
        "qwerty",
        "P@ssw0rd",
        "letmein",
        "s3cr3t",
        "Tr0ub4dor&3",
        "correct horse battery staple",
        "my-token-2",
        "postgres",
        "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "postgres://app:hunter2@db/app",
        "jdbc:postgresql://db:5432/app?user=app&passwd=kittenmittens42",
        "jdbc:postgresql://db:5432/app?user=app&pass=kittenmittens42",
        "jdbc:mysql://h/app?user=app&p=Kx82mQpzT1",
        "jdbc:sqlserver://h:1433;user=sa;pw=Kx82mQpzT1vv",
        "jdbc:sqlserver://h:1433;user=sa;passphrase=kittenmittens42",
        "8f3a9c1e7b2d4f60",
        "$ecret!",
        "Summer2024",
        "abc123",
        random_key.as_str(),
        base64.as_str(),
        in_path.as_str(),
    ];
    assert_eq!(others(&secrets, Placeholder::No), [""; 0]);
}

proptest! {
    #[test]
    fn any_text_is_judged_without_a_panic(text in "\\PC{0,200}") {
        let _ = judge(&text);
    }

    #[test]
    fn drawn_secrets_are_no_placeholders(text in "[a-z]{4}[A-Z]{3}[0-9]{3}[A-Z][a-z][0-9][a-zA-Z0-9]{12}") {
        prop_assume!(!text.to_lowercase().contains("example"));
        prop_assert_eq!(judge(&text), Placeholder::No);
    }
}
