//! What AWS did not tell: which checks were not made for it, and which refusals are answers.

use crate::evidence::{Refusal, code};

/// What hangs on one call.
pub(super) struct Asked {
    /// The service and the action.
    pub service: &'static str,
    pub action: &'static str,
    /// What is not judged without it.
    pub checks: &'static str,
}

/// The calls that the account's facts come from.
pub(super) const ASKED: &[Asked] = &[
    Asked {
        service: "sts",
        action: "GetCallerIdentity",
        checks: "whether the caller is root was not judged",
    },
    Asked {
        service: "iam",
        action: "GetAccountSummary",
        checks: "root's keys, password, MFA and certificates are not known live",
    },
    Asked {
        service: "iam",
        action: "GetCredentialReport",
        checks: "users, their passwords, MFA and keys, and the last use of root were not judged",
    },
    Asked {
        service: "iam",
        action: "ListVirtualMFADevices",
        checks: "whether root's MFA is virtual was not judged",
    },
    Asked {
        service: "iam",
        action: "GetAccountAuthorizationDetails",
        checks: "administrators, policies and roles were not judged",
    },
    Asked {
        service: "iam",
        action: "ListOrganizationsFeatures",
        checks: "central management of root was not judged",
    },
    Asked {
        service: "iam",
        action: "GetAccountPasswordPolicy",
        checks: "the password policy was not judged",
    },
];

/// The call that the answer to another one needs.
pub(super) fn asked(action: &str) -> Option<&'static Asked> {
    let action = if action == "GenerateCredentialReport" { "GetCredentialReport" } else { action };
    ASKED.iter().find(|asked| asked.action == action)
}

/// Whether a refusal is an answer: there is no password policy; features of an organisation can't be told from here.
pub(super) fn is_answer(refusal: &Refusal) -> bool {
    let known = match refusal.call.action.as_str() {
        "GetAccountPasswordPolicy" => code::NO_PASSWORD_POLICY,
        "ListOrganizationsFeatures" => code::NOT_FROM_HERE,
        _ => return false,
    };
    // The same error comes with its ending or without, as the protocol has it.
    let short = |code: &str| code.strip_suffix("Exception").unwrap_or(code).to_owned();
    known.iter().any(|known| short(known) == short(&refusal.code))
}

/// `iam:GetAccountSummary is denied to arn:…`.
pub(super) fn told(refusal: &Refusal, caller: &str) -> String {
    let permission = &refusal.permission;
    let denied = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"];
    if denied.contains(&refusal.code.as_str()) {
        let whom = if caller.is_empty() { "the caller" } else { caller };
        return format!("{permission} is denied to {whom}");
    }
    let how = match refusal.code.as_str() {
        code::TIMED_OUT => "timed out".to_owned(),
        code::NO_CONNECTION => "could not be called: no connection".to_owned(),
        code::MALFORMED => "returned a response that cannot be parsed".to_owned(),
        code::TOO_LARGE => "returned more than a bundle can hold".to_owned(),
        code::NOT_READY => "was called, but the report was not ready in time".to_owned(),
        code::USERS_UNKNOWN => "was not called, because the users are unknown".to_owned(),
        code::NOT_SENT => "could not be called".to_owned(),
        code::LEFT_OUT => "was not called: the settings exclude this account".to_owned(),
        code::NOT_OPEN => "was not called: this account is suspended or closed".to_owned(),
        other => format!("failed: {other}"),
    };
    format!("{permission} {how}")
}
