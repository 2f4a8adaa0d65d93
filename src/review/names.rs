//! When two names mean the same thing.
//!
//! IAM lets no two users, groups, roles, managed policies or instance profiles of an account differ by case alone, and a
//! request is logged as it was typed: there `Alice` and `alice` are one user. All other names are compared as they are:
//! the names of secrets, parameters and functions differ by case.

use std::borrow::Cow;

/// Fields of IAM's calls that are compared without case.
const WITHOUT_CASE: &[&str] = &["groupName", "instanceProfileName", "policyArn", "roleName", "userName"];

/// A name of IAM as it is compared.
pub(super) fn of_iam(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// Whether two names of IAM mean the same.
pub(super) fn same_in_iam(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

/// What a field of a service's call names, as it is compared.
pub(super) fn compared<'n>(service: &str, field: &str, name: &'n str) -> Cow<'n, str> {
    match service {
        "iam" if WITHOUT_CASE.contains(&field) => Cow::Owned(of_iam(name)),
        // A trail is named by its name or its ARN.
        "cloudtrail" if name.starts_with("arn:") => Cow::Borrowed(name.rsplit('/').next().unwrap_or(name)),
        _ => of_others(field, name),
    }
}

/// What may be named by its name or its ARN, by its last part.
fn of_others<'n>(field: &str, name: &'n str) -> Cow<'n, str> {
    let after = |mark: char| name.rsplit(mark).next().unwrap_or(name);
    match field {
        // `f`, `f:version`, `account:function:f` and an ARN.
        "functionName" => {
            let start = name.split_once("function:").map_or(name, |(_, rest)| rest);
            Cow::Borrowed(start.split(':').next().unwrap_or(start))
        }
        "secretId" => Cow::Owned(crate::trail::secret_name(name)),
        "keyId" if name.starts_with("arn:") => Cow::Borrowed(after('/')),
        "queueUrl" => Cow::Borrowed(after('/')),
        "topicArn" => Cow::Borrowed(after(':')),
        _ => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod own_tests {
    use super::*;

    #[test]
    fn only_names_of_iam_are_compared_without_case() {
        assert_eq!(compared("iam", "userName", "Alice"), "alice");
        assert_eq!(compared("iam", "policyName", "Inline"), "Inline");
        assert_eq!(compared("secretsmanager", "secretId", "Prod/DB"), "Prod/DB");
        let arn = "arn:aws:cloudtrail:us-east-1:123456789012:trail/Main";
        assert_eq!(compared("cloudtrail", "name", arn), "Main");
    }

    #[test]
    fn a_name_and_an_arn_are_one() {
        let arn = |service: &str, rest: &str| format!("arn:aws:{service}:us-east-1:123456789012:{rest}");
        for (field, name, other) in [
            ("functionName", "f", arn("lambda", "function:f")),
            ("functionName", "f", arn("lambda", "function:f:live")),
            ("functionName", "f", "123456789012:function:f".to_owned()),
            ("secretId", "app/db", arn("secretsmanager", "secret:app/db-AbCdEf")),
            (
                "keyId",
                "1234abcd-12ab-34cd-56ef-1234567890ab",
                arn("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab"),
            ),
            ("topicArn", "t", arn("sns", "t")),
            ("queueUrl", "q", "https://sqs.us-east-1.amazonaws.com/123456789012/q".to_owned()),
        ] {
            assert_eq!(compared("any", field, name), compared("any", field, &other), "{other}");
        }
    }
}
