//! The policies that somebody holds: their own and those of their groups, with the documents as far as they are known.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::account::details::{Details, Principal, Written};
use crate::account::policy::Document;
use crate::account::policy::binding::Caller;
use crate::account::policy::escalation::Wide;
use crate::account::policy::grant::{Power, Way, ways};
use crate::account::policy::rights::{self, Rights};

/// Policies of AWS that give an administrator's power, or nearly. They are judged also where the answer does not
/// bring their documents; no other policy of AWS gives as much.
const OF_AWS: &[(&str, &str)] = &[
    ("AdministratorAccess", r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#),
    (
        "PowerUserAccess",
        r#"{"Statement": {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"}}"#,
    ),
    ("IAMFullAccess", r#"{"Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}}"#),
];

static DOCUMENTS_OF_AWS: LazyLock<BTreeMap<&'static str, Document>> = LazyLock::new(|| {
    OF_AWS.iter().filter_map(|(name, text)| Some((*name, Document::parse(text).ok()?))).collect()
});

/// Managed policies and groups by their names.
pub(super) struct Library<'d> {
    details: &'d Details,
    /// Groups by their names.
    pub groups: BTreeMap<&'d str, &'d Principal>,
}

/// What somebody holds.
#[derive(Debug, Default)]
pub(super) struct Held<'d> {
    documents: Vec<(String, &'d Document)>,
    /// Policies that can't be judged, each with the reason.
    pub unreadable: Vec<String>,
    /// What the permissions boundary leaves.
    pub boundary: Boundary<'d>,
}

/// What a permissions boundary leaves of an administrator's power.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Boundary<'d> {
    /// There is none.
    #[default]
    None,
    /// Everything.
    Open,
    /// Less: what this document says.
    Limits(&'d Document),
    /// It is not known how much: its document is not there, or not understood.
    Unknown,
}

impl Held<'_> {
    pub(super) fn policies(&self) -> Vec<rights::Held<'_>> {
        self.documents.iter().map(|(by, document)| rights::Held { by, document }).collect()
    }
}

impl<'d> Library<'d> {
    pub(super) fn new(details: &'d Details) -> Self {
        let groups = details.groups.iter().map(|group| (group.name.as_str(), group)).collect();
        Self { details, groups }
    }

    /// A user's own policies and those of its groups.
    pub(super) fn of_user(&self, user: &'d Principal) -> Held<'d> {
        let mut held = self.own(user, "");
        for name in &user.groups {
            match self.groups.get(name.as_str()) {
                Some(group) => {
                    let of_group = self.own(group, &format!(" of group {name}"));
                    held.documents.extend(of_group.documents);
                    held.unreadable.extend(of_group.unreadable);
                }
                None => held.unreadable.push(format!("group {name} is not in the answer")),
            }
        }
        held
    }

    /// A principal's own policies. `of` ends their names.
    pub(super) fn own(&self, principal: &'d Principal, of: &str) -> Held<'d> {
        let mut held = Held::default();
        for (name, written) in &principal.inline {
            held.add(format!("inline policy {name}{of}"), written.as_ref().map_err(String::as_str));
        }
        for (name, arn) in &principal.attached {
            held.add(format!("policy {name}{of}"), self.managed(arn));
        }
        held
    }

    /// The document of a managed policy. What the answer does not bring is not known, and so no reason to pass.
    fn managed(&self, arn: &str) -> Result<&'d Document, &'d str> {
        let of_aws = || arn.split_once(":iam::aws:policy/").and_then(|(_, name)| DOCUMENTS_OF_AWS.get(name));
        let written: Option<&'d Written> = self.details.policies.get(arn).map(|policy| &policy.document);
        match (written, of_aws()) {
            (Some(Ok(document)), _) => Ok(document),
            (_, Some(document)) => Ok(document),
            (Some(Err(why)), None) => Err(why),
            (None, None) => Err("its document is not in the answer"),
        }
    }

    /// What a principal's permissions boundary leaves of an administrator's power.
    pub(super) fn boundary(&self, principal: &'d Principal, caller: Caller<'_>, wide: &Wide) -> Boundary<'d> {
        let Some(arn) = principal.boundary.as_deref() else { return Boundary::None };
        let Ok(document) = self.managed(arn) else { return Boundary::Unknown };
        let whole = |way: &Way| way.power == Power::All && way.conditions.is_empty();
        let rights = Rights::of(&[rights::Held { by: "", document }], caller);
        if ways(&rights, wide).iter().any(whole) { Boundary::Open } else { Boundary::Limits(document) }
    }
}

impl<'d> Held<'d> {
    fn add(&mut self, by: String, written: Result<&'d Document, &str>) {
        match written {
            Ok(document) => self.documents.push((by, document)),
            Err(why) => self.unreadable.push(format!("{by}: {why}")),
        }
    }
}
