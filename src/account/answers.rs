//! The short answers: who asks, the account's summary, MFA devices, organisation features, password policy, keys.

use std::collections::BTreeMap;

use super::known::Known;
use super::xml::{Element, Page};
use crate::source::{SourceId, Span};

/// What GetCallerIdentity tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its place.
    pub at: Span,
    /// The account's number.
    pub account: String,
    /// The ARN that asks.
    pub arn: String,
    /// The unique id; for root, the account's number.
    pub user_id: String,
}

/// Why an answer says nothing.
type Refused = String;

fn result<'p, 't>(page: &'p Page<'t>, name: &str) -> Result<Element<'p, 't>, Refused> {
    page.result(name).ok_or_else(|| format!("it holds no {name}"))
}

/// Who asks.
///
/// # Errors
///
/// The reason for which the answer can't be read.
pub fn identity(text: &str, source: SourceId) -> Result<Identity, Refused> {
    let page = Page::parse(text, source)?;
    let result = result(&page, "GetCallerIdentityResult")?;
    let part = |name: &str| result.text_of(name).ok_or_else(|| format!("it holds no {name}"));
    let at = result.child("Arn").unwrap_or(result).span();
    Ok(Identity { at, account: part("Account")?, arn: part("Arn")?, user_id: part("UserId")? })
}

/// The numbers of GetAccountSummary that speak of root, each with its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary(BTreeMap<String, (Option<i64>, Span)>);

impl Summary {
    /// Whether a number is above zero.
    pub fn flag(&self, key: &str) -> Known<bool> {
        match self.0.get(key) {
            Some((Some(number), _)) => Known::Is(*number > 0),
            Some((None, _)) => Known::unknown(format!("{key} in the account summary is no number")),
            None => Known::unknown(format!("the account summary lacks {key}")),
        }
    }

    /// A number.
    pub fn number(&self, key: &str) -> Option<i64> {
        self.0.get(key).and_then(|(number, _)| *number)
    }
}

/// The account's summary.
///
/// # Errors
///
/// The reason for which the answer can't be read.
pub fn summary(text: &str, source: SourceId) -> Result<Summary, Refused> {
    let page = Page::parse(text, source)?;
    let result = result(&page, "GetAccountSummaryResult")?;
    let entries = result.members("SummaryMap").filter_map(|entry| {
        let number = entry.text_of("value").unwrap_or_default().parse().ok();
        Some((entry.text_of("key")?, (number, entry.span())))
    });
    Ok(Summary(entries.collect()))
}

/// A virtual MFA device that is assigned: whose it is, and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualDevice {
    /// The ARN of the user. The device's own name says nothing: it is free.
    pub owner: String,
    /// Its place.
    pub at: Span,
}

/// The virtual devices that are in use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Devices {
    /// Those whose owner is told.
    pub owned: Vec<VirtualDevice>,
    /// Places of others.
    pub unowned: Vec<Span>,
}

impl Devices {
    /// Adds those of the next page.
    pub fn add(&mut self, more: Self) {
        self.owned.extend(more.owned);
        self.unowned.extend(more.unowned);
    }
}

/// How AWS calls the device that it makes for root.
const OF_ROOT: &str = ":mfa/root-account-mfa-device";

/// One page of ListVirtualMFADevices. A device that nobody uses has no owner, and is left out.
///
/// # Errors
///
/// The reason for which the answer can't be read.
pub fn virtual_devices(text: &str, source: SourceId) -> Result<Devices, Refused> {
    let page = Page::parse(text, source)?;
    let result = result(&page, "ListVirtualMFADevicesResult")?;
    // Empty it is still there: without it nothing is told.
    result.child("VirtualMFADevices").ok_or("it holds no VirtualMFADevices")?;
    let mut devices = Devices::default();
    for device in result.members("VirtualMFADevices") {
        let owner = device.child("User").and_then(|user| user.text_of("Arn")).filter(|arn| !arn.is_empty());
        let serial = device.text_of("SerialNumber").unwrap_or_default();
        let in_use = device.child("EnableDate").is_some() || device.child("User").is_some();
        match owner {
            Some(owner) => devices.owned.push(VirtualDevice { owner, at: device.span() }),
            None if in_use || serial.ends_with(OF_ROOT) => devices.unowned.push(device.span()),
            None => {}
        }
    }
    Ok(devices)
}

/// What the organisation does for its accounts' root users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    /// Its place.
    pub at: Span,
    /// Root credentials of members are managed centrally (`RootCredentialsManagement`).
    pub credentials: bool,
    /// Privileged tasks are done in AssumeRoot sessions (`RootSessions`).
    pub sessions: bool,
}

/// The organisation's features.
///
/// # Errors
///
/// The reason for which the answer can't be read.
pub fn features(text: &str, source: SourceId) -> Result<Features, Refused> {
    let page = Page::parse(text, source)?;
    let result = result(&page, "ListOrganizationsFeaturesResult")?;
    let on: Vec<String> = result.members("EnabledFeatures").map(Element::text).collect();
    let has = |name: &str| on.iter().any(|feature| feature == name);
    Ok(Features {
        at: result.start(),
        credentials: has("RootCredentialsManagement"),
        sessions: has("RootSessions"),
    })
}

/// The password policy of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Its place.
    pub at: Span,
    /// The least number of characters.
    pub length: Option<i64>,
    /// How many old passwords can't be used again.
    pub reuse: Option<i64>,
}

/// The password policy.
///
/// # Errors
///
/// The reason for which the answer can't be read.
pub fn password_policy(text: &str, source: SourceId) -> Result<PasswordPolicy, Refused> {
    let page = Page::parse(text, source)?;
    let result = result(&page, "GetAccountPasswordPolicyResult")?;
    let policy = result.child("PasswordPolicy").ok_or("it holds no PasswordPolicy")?;
    let number = |name: &str| policy.text_of(name).and_then(|text| text.parse().ok());
    Ok(PasswordPolicy {
        at: policy.start(),
        length: number("MinimumPasswordLength"),
        reuse: number("PasswordReusePrevention"),
    })
}

/// An access key as ListAccessKeys names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKey {
    /// The user.
    pub user: String,
    /// The id.
    pub id: String,
    /// Whether it is active.
    pub active: bool,
    /// When it was made, as written.
    pub created: String,
}

/// One page of ListAccessKeys.
///
/// # Errors
///
/// The reason for which the answer can't be read.
pub fn access_keys(text: &str, source: SourceId) -> Result<Vec<NamedKey>, Refused> {
    let page = Page::parse(text, source)?;
    let result = result(&page, "ListAccessKeysResult")?;
    let keys = result.members("AccessKeyMetadata").filter_map(|key| {
        Some(NamedKey {
            user: key.text_of("UserName")?,
            id: key.text_of("AccessKeyId")?,
            active: key.text_of("Status")?.eq_ignore_ascii_case("Active"),
            created: key.text_of("CreateDate").unwrap_or_default(),
        })
    });
    Ok(keys.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: SourceId = SourceId(0);

    #[test]
    fn the_caller() {
        let text = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
            <GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:root</Arn><UserId>123456789012</UserId>\
            <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
        let identity = identity(text, SOURCE).unwrap();
        assert_eq!(identity.arn, "arn:aws:iam::123456789012:root");
        assert_eq!(&text[identity.at.range()], "<Arn>arn:aws:iam::123456789012:root</Arn>");
        let short = "<GetCallerIdentityResult><Arn>a</Arn></GetCallerIdentityResult>";
        assert_eq!(super::identity(short, SOURCE), Err("it holds no Account".into()));
    }

    #[test]
    fn the_summary_is_three_valued() {
        let text = "<R><GetAccountSummaryResult><SummaryMap><entry><key>AccountMFAEnabled</key><value>1</value>\
            </entry><entry><key>AccountAccessKeysPresent</key><value>0</value></entry><entry><key>Users</key>\
            <value>many</value></entry></SummaryMap></GetAccountSummaryResult></R>";
        let summary = summary(text, SOURCE).unwrap();
        assert!(summary.flag("AccountMFAEnabled").is_true());
        assert!(summary.flag("AccountAccessKeysPresent").is_false());
        assert!(summary.flag("Users").why().unwrap().contains("no number"));
        assert!(summary.flag("AccountPasswordPresent").why().unwrap().contains("the account summary lacks"));
    }

    #[test]
    fn devices_are_known_by_their_owner() {
        let text = "<R><ListVirtualMFADevicesResult><VirtualMFADevices><member><SerialNumber>\
            arn:aws:iam::123456789012:mfa/root-account-mfa-device</SerialNumber><User><Arn>\
            arn:aws:iam::123456789012:user/groot</Arn></User></member><member><SerialNumber>x</SerialNumber>\
            </member></VirtualMFADevices></ListVirtualMFADevicesResult></R>";
        let devices = virtual_devices(text, SOURCE).unwrap();
        let owners: Vec<_> = devices.owned.into_iter().map(|device| device.owner).collect();
        assert_eq!(
            (owners, devices.unowned),
            (vec!["arn:aws:iam::123456789012:user/groot".to_owned()], Vec::new())
        );
    }

    #[test]
    fn a_device_in_use_without_an_owner_may_be_anybodys() {
        let unowned = |inside: &str| {
            let text = format!(
                "<ListVirtualMFADevicesResult><VirtualMFADevices><member>{inside}</member></VirtualMFADevices>\
                 </ListVirtualMFADevicesResult>"
            );
            virtual_devices(&text, SOURCE).unwrap().unowned.len()
        };
        assert_eq!(unowned("<SerialNumber>arn:aws:iam::123456789012:mfa/spare</SerialNumber>"), 0);
        assert_eq!(unowned("<EnableDate>2026-01-01T00:00:00Z</EnableDate>"), 1);
        assert_eq!(unowned("<User><UserName>x</UserName></User>"), 1);
        assert_eq!(
            unowned("<SerialNumber>arn:aws:iam::123456789012:mfa/root-account-mfa-device</SerialNumber>"),
            1
        );
        assert!(virtual_devices("<ListVirtualMFADevicesResult/>", SOURCE).is_err());
        let none = "<ListVirtualMFADevicesResult><VirtualMFADevices/></ListVirtualMFADevicesResult>";
        assert_eq!(virtual_devices(none, SOURCE), Ok(Devices::default()));
    }

    #[test]
    fn the_other_answers() {
        let text = "<R><ListOrganizationsFeaturesResult><OrganizationId>o-example</OrganizationId>\
            <EnabledFeatures><member>RootSessions</member></EnabledFeatures></ListOrganizationsFeaturesResult></R>";
        let features = features(text, SOURCE).unwrap();
        assert_eq!((features.credentials, features.sessions), (false, true));
        let text = "<R><GetAccountPasswordPolicyResult><PasswordPolicy><MinimumPasswordLength>8\
            </MinimumPasswordLength></PasswordPolicy></GetAccountPasswordPolicyResult></R>";
        let policy = password_policy(text, SOURCE).unwrap();
        assert_eq!((policy.length, policy.reuse), (Some(8), None));
        let text = "<R><ListAccessKeysResult><AccessKeyMetadata><member><UserName>alice</UserName><AccessKeyId>\
            AKIAIOSFODNN7EXAMPLE</AccessKeyId><Status>Active</Status><CreateDate>2024-01-01T00:00:00Z</CreateDate>\
            </member></AccessKeyMetadata></ListAccessKeysResult></R>";
        let keys = access_keys(text, SOURCE).unwrap();
        assert_eq!((keys[0].user.as_str(), keys[0].active), ("alice", true));
        assert!(access_keys("<R/>", SOURCE).is_err());
    }
}
