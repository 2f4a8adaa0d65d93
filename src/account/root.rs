//! The root user: from the live summary, the list of virtual MFA devices, and its row of the credential report.
//!
//! The summary is live and wins. The report may be four hours old: it tells what the summary does not, the days of
//! use, and stands in where the summary was refused.

use jiff::Timestamp;

use super::answers::{Summary, VirtualDevice};
use super::arn::Arn;
use super::credentials::Row;
use super::known::Known;
use crate::source::Span;

/// The root user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its row in the report, or else its place in the summary.
    pub at: Span,
    /// The ARN.
    pub arn: String,
    /// Whether it has access keys.
    pub keys: Known<bool>,
    /// Whether it has a password.
    pub password: Known<bool>,
    /// Whether an MFA device is assigned.
    pub mfa: Known<bool>,
    /// The device, where there is one: `Is(None)` where there is none.
    pub device: Known<Option<Device>>,
    /// Whether it has signing certificates.
    pub certificates: Known<bool>,
    /// When it was last used, by which credential; `Is(None)`: never.
    pub used: Known<Option<Use>>,
}

/// The kind of the MFA device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// An app on a phone or a computer.
    Virtual,
    /// A security key, a passkey or a token.
    Hardware,
}

impl Device {
    /// The word that rules and reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Virtual => "virtual",
            Self::Hardware => "hardware",
        }
    }
}

/// A use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// When.
    pub at: Timestamp,
    /// `password`, `access key 1`.
    pub by: &'static str,
}

/// What is known of root, from what was answered.
pub(super) struct Told<'t> {
    pub at: Span,
    pub arn: String,
    pub summary: &'t Known<Summary>,
    pub row: Known<&'t Row>,
    /// The whole list.
    pub devices: &'t Known<Vec<VirtualDevice>>,
}

impl Told<'_> {
    pub(super) fn root(self) -> Root {
        let mfa = self.flag("AccountMFAEnabled", |row| row.mfa.clone());
        Root {
            at: self.row.get().map_or(self.at, |row| row.at),
            keys: self.flag("AccountAccessKeysPresent", keys_of),
            password: self.flag("AccountPasswordPresent", |row| row.password.clone()),
            device: self.device(&mfa),
            certificates: self.flag("AccountSigningCertificatesPresent", |row| row.certificates.clone()),
            used: self.used(),
            arn: self.arn,
            mfa,
        }
    }

    /// A fact of the summary; where that is not known, of the report.
    fn flag(&self, key: &str, of_row: impl FnOnce(&Row) -> Known<bool>) -> Known<bool> {
        let live = match self.summary {
            Known::Is(summary) => summary.flag(key),
            Known::Unknown(why) => Known::unknown(why.clone()),
        };
        live.or(|why| match &self.row {
            Known::Is(row) => of_row(row).or(|also| Known::unknown(format!("{why}; {also}"))),
            Known::Unknown(_) => Known::unknown(why),
        })
    }

    /// A virtual device is root's where its owner is exactly root. A user may be named `groot`, a device anything.
    fn device(&self, mfa: &Known<bool>) -> Known<Option<Device>> {
        // Whatever partition a manifest names: no account is in two.
        let own = Arn::parse(&self.arn).map(|arn| (arn.account, arn.is_root()));
        let is_own = |owner: &str| Arn::parse(owner).map(|arn| (arn.account, arn.is_root())) == own;
        match (mfa, self.devices) {
            (Known::Is(false), _) => Known::Is(None),
            (Known::Unknown(why), _) => Known::unknown(why.clone()),
            (_, Known::Is(devices)) if devices.iter().any(|device| is_own(&device.owner)) => {
                Known::Is(Some(Device::Virtual))
            }
            (_, Known::Is(_)) => Known::Is(Some(Device::Hardware)),
            (_, Known::Unknown(why)) => Known::unknown(why.clone()),
        }
    }

    /// The latest of the three dates. One that is not known leaves the others: they are the least that is known.
    fn used(&self) -> Known<Option<Use>> {
        let row = match &self.row {
            Known::Is(row) => row,
            Known::Unknown(why) => return Known::unknown(why.clone()),
        };
        let dates = [
            (Some(&row.password_used), "password"),
            (row.keys.first().map(|key| &key.used), "access key 1"),
            (row.keys.get(1).map(|key| &key.used), "access key 2"),
        ];
        let mut unknown = None;
        let mut latest: Option<Use> = None;
        for (date, by) in dates {
            match date {
                Some(Known::Is(Some(at))) if latest.is_none_or(|latest| latest.at < *at) => {
                    latest = Some(Use { at: *at, by });
                }
                Some(Known::Unknown(why)) => unknown = Some(why.clone()),
                _ => {}
            }
        }
        match (latest, unknown) {
            (None, Some(why)) => Known::unknown(why),
            (latest, _) => Known::Is(latest),
        }
    }
}

fn keys_of(row: &Row) -> Known<bool> {
    let mut unknown = None;
    for key in &row.keys {
        match key.exists() {
            Known::Is(true) => return Known::Is(true),
            Known::Is(false) => {}
            Known::Unknown(why) => unknown = Some(why),
        }
    }
    unknown.map_or(Known::Is(false), Known::Unknown)
}

impl Root {
    /// Whether it has anything to sign in or to sign with.
    pub fn credentials(&self) -> Known<bool> {
        match (&self.password, &self.keys) {
            (Known::Is(true), _) | (_, Known::Is(true)) => Known::Is(true),
            (Known::Is(false), Known::Is(false)) => Known::Is(false),
            (Known::Unknown(why), _) | (_, Known::Unknown(why)) => Known::unknown(why.clone()),
        }
    }

    /// `on`, `off`, `not-needed` where there is nothing that it could protect, or `unknown`.
    ///
    /// Without MFA, a password that nobody tells of is taken for one: root has one unless it was taken away.
    pub fn mfa_word(&self) -> &'static str {
        match (&self.mfa, &self.credentials()) {
            (Known::Is(true), _) => "on",
            (Known::Is(false), Known::Is(false)) => "not-needed",
            (Known::Is(false), _) => "off",
            (Known::Unknown(_), Known::Is(false)) => "not-needed",
            (Known::Unknown(_), _) => "unknown",
        }
    }

    /// The kind of its device: `virtual`, `hardware`, `none` or `unknown`.
    pub fn device_word(&self) -> &'static str {
        match &self.device {
            Known::Is(Some(device)) => device.word(),
            Known::Is(None) => "none",
            Known::Unknown(_) => "unknown",
        }
    }
}
