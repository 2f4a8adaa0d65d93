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
}
