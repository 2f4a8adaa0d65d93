//! Records of access keys.

use super::{Judged, over, when};
use crate::account::known::Known;
use crate::account::{Account, Key, User};
use crate::finding::SecretFacts;

/// A key that was made within so many seconds of its user was made at set-up.
const AT_SET_UP: i64 = 60 * 60;

pub(super) fn add(account: &Account, all: &mut Vec<Judged>) {
    for user in &account.users {
        all.extend(user.keys.iter().map(|key| one(account, user, key)));
    }
}

fn one(account: &Account, user: &User, key: &Key) -> Judged {
    let thresholds = &account.thresholds;
    let mut judged = Judged::new("access-key", user.at, &user.arn);
    let name = format!("access key {}", key.number);
    let (age, unused) = (key.age_days(account.now), key.unused_days(account.now));
    let told = key.last4().map_or_else(|| name.clone(), |last4| format!("{name} (…{last4})"));
    let record = &mut judged.record;
    record.text("user.name", user.name.clone());
    record.text("user.arn", user.arn.clone());
    record.text("user.password", user.password.word());
    record.text("user.mfa", user.mfa.word());
    record.text("key", told);
    record.text("key.active", key.active.word());
    record.text("key.last-used", when(&key.used, account.now));
    record.text("key.unused", over(&unused, thresholds.unused_days));
    record.text("key.rotation-due", over(&age, thresholds.key_rotation_days.saturating_add(1)));
    record.text("key.at-set-up", at_set_up(user, key).word());
    record.text("account.identity-center", account.identity_center.word());
    if let Some(service) = &key.service {
        record.text("key.last-used-service", service.clone());
    }
    judged.number("key.number", i64::from(key.number));
    judged.numbers("key.age-days", &age);
    judged.numbers("key.unused-days", &unused);
    judged.number("threshold.rotation-days", thresholds.key_rotation_days);
    judged.number("threshold.unused-days", thresholds.unused_days);
    judged.secret =
        Some(SecretFacts { name, origin: "access-key".to_owned(), length: None, last4: key.last4() });
    judged
}

fn at_set_up(user: &User, key: &Key) -> Known<bool> {
    match (&user.created, &key.created) {
        (Known::Is(user), Known::Is(key)) => {
            Known::Is((key.as_second() - user.as_second()).abs() <= AT_SET_UP)
        }
        (Known::Unknown(why), _) | (_, Known::Unknown(why)) => Known::unknown(why.clone()),
    }
}
