//! Records of who asks, of root, and of the account as a whole.

use super::{Judged, when};
use crate::account::known::Known;
use crate::account::time::{day, days_since, hours_since};
use crate::account::{Account, Root};
use crate::counted::counted;
use crate::finding::Confidence;

pub(super) fn add(account: &Account, all: &mut Vec<Judged>) {
    if let Known::Is(caller) = &account.caller {
        let mut judged = Judged::new("caller", caller.at, &caller.arn);
        judged.record.text("caller.kind", caller.kind.word());
        judged.record.text("caller.arn", caller.arn.clone());
        judged.record.text("caller.name", caller.name.clone());
        judged.record.text("caller.account", account.number.clone());
        all.push(judged);
    }
    all.push(root(account, &account.root));
    all.push(whole(account));
}

fn root(account: &Account, root: &Root) -> Judged {
    let mut judged = Judged::new("root", root.at, &root.arn);
    if root.mfa_word() == "off" && !root.credentials().is_true() {
        judged.confidence = Confidence::Medium;
    }
    let record = &mut judged.record;
    record.text("root.arn", root.arn.clone());
    record.text("root.access-keys", root.keys.word());
    record.text("root.password", root.password.word());
    record.text("root.mfa", root.mfa_word());
    record.text("root.mfa-device", root.device_word());
    record.text("root.signing-certificates", root.certificates.word());
    record.text("account.partition", account.partition.clone());
    let most = account.thresholds.root_used_days;
    let used = match &root.used {
        Known::Is(Some(last)) if days_since(last.at, account.now) < most => "recently",
        Known::Is(Some(_)) => "long-ago",
        Known::Is(None) => "never",
        Known::Unknown(_) => "unknown",
    };
    record.text("root.used", used);
    record.text("root.last-used", when(&root.used.clone().map(|used| used.map(|used| used.at)), account.now));
    if let Known::Is(Some(last)) = &root.used {
        record.text("root.last-used-by", last.by);
        judged.number("root.last-used-days", days_since(last.at, account.now));
    }
    judged.number("threshold.days", most);
    judged
}

fn whole(account: &Account) -> Judged {
    let at = match (&account.features, &account.password_policy) {
        (Known::Is(Some(features)), _) => features.at,
        (_, Known::Is(Some(policy))) => policy.at,
        _ => account.at,
    };
    let mut judged = Judged::new("account", at, &account.number);
    let record = &mut judged.record;
    record.text("account.number", account.number.clone());
    let (credentials, sessions) = match &account.features {
        Known::Is(Some(features)) => {
            (Known::Is(features.credentials).word(), Known::Is(features.sessions).word())
        }
        Known::Is(None) => ("not-visible", "not-visible"),
        Known::Unknown(_) => ("unknown", "unknown"),
    };
    record.text("account.central-root-credentials", credentials);
    record.text("account.central-root-sessions", sessions);
    record.text("account.identity-center", account.identity_center.word());
    let policy = match &account.password_policy {
        Known::Is(Some(_)) => "present",
        Known::Is(None) => "absent",
        Known::Unknown(_) => "unknown",
    };
    record.text("account.password-policy", policy);
    if let Known::Is(Some(policy)) = &account.password_policy {
        let (length, reuse) = (policy.length.unwrap_or(6), policy.reuse.unwrap_or(0));
        judged.number("account.password-length", length);
        judged.number("account.password-reuse", reuse);
    }
    let passwords = account.users.iter().filter(|user| user.password.is_true()).count();
    judged.number("account.users-with-password", i64::try_from(passwords).unwrap_or(i64::MAX));
    if let Known::Is(made) = &account.report_made {
        let hours = hours_since(*made, account.now);
        let most = account.thresholds.report_age_hours;
        judged.record.text("account.report-stale", if hours > most { "yes" } else { "no" });
        judged
            .record
            .text("account.report-made", format!("{} ({} ago)", day(*made), counted(hours, "hour", "hours")));
        judged.number("account.report-age-hours", hours);
        judged.number("threshold.hours", most);
    } else {
        judged.record.text("account.report-stale", "unknown");
    }
    judged
}
