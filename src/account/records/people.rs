//! Records of users.

use super::{Judged, over, when};
use crate::account::Account;
use crate::account::known::Known;

pub(super) fn add(account: &Account, all: &mut Vec<Judged>) {
    let most = account.thresholds.unused_days;
    let subjects = account.users_by_arn();
    for user in &account.users {
        let mut judged = Judged::new("user", user.at, &user.arn);
        let unused = user.password_unused_days(account.now);
        let record = &mut judged.record;
        record.text("user.name", user.name.clone());
        record.text("user.arn", user.arn.clone());
        record.text("user.password", user.password.word());
        record.text("user.mfa", user.mfa.word());
        record.text("user.signing-certificates", user.certificates.word());
        record.text("user.password-last-used", when(&user.password_used, account.now));
        let word = match &user.password {
            Known::Is(true) => over(&unused, most),
            known => known.word(),
        };
        record.text("user.password-unused", word);
        if let Some(subject) = subjects.get(user.arn.as_str()) {
            record.text("user.administrator", subject.administrator.word());
            if !subject.policies.is_empty() {
                judged.list("user.policies", subject.policies.iter().cloned());
            }
        }
        if user.password.is_true() {
            judged.numbers("user.password-unused-days", &unused);
        }
        judged.number("user.active-keys", i64::try_from(user.active_keys()).unwrap_or(i64::MAX));
        judged.number("threshold.unused-days", most);
        all.push(judged);
    }
}
