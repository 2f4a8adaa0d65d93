//! Accounts as AWS would describe them: evidence bundles built from a few facts, in the shapes of IAM's and STS's answers.

use jiff::Timestamp;
use secretrail::account::{Account, Thresholds, judge, read};
use secretrail::evidence::{Bundle, Call, Document, Manifest, Refusal};
use secretrail::finding::Finding;
use secretrail::reading::Gap;
use secretrail::rule::{RuleSet, embedded};
use secretrail::secret::redact::Redactor;
use secretrail::settle::{settle, settle_gaps};
use secretrail::source::Sources;

pub const ACCOUNT: &str = "123456789012";
pub const ROOT: &str = "arn:aws:iam::123456789012:root";
/// When all evidence here was collected.
pub const NOW: &str = "2026-11-26T00:00:00Z";

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

/// What AWS would say. Starts as an account with which nothing is wrong.
#[derive(Clone)]
pub struct State {
    pub caller: String,
    pub user_id: String,
    pub summary: Vec<(&'static str, i64)>,
    /// Whole rows of the report.
    pub rows: Vec<String>,
    pub report_made: &'static str,
    /// Serial number and owner.
    pub devices: Vec<(&'static str, String)>,
    pub features: Option<Vec<&'static str>>,
    pub password_policy: Option<(i64, i64)>,
    /// Members of the four lists of GetAccountAuthorizationDetails.
    pub users: Vec<String>,
    pub groups: Vec<String>,
    pub roles: Vec<String>,
    pub policies: Vec<String>,
    /// User, id and creation time.
    pub key_ids: Vec<(&'static str, &'static str, &'static str)>,
    /// Actions that are refused, each with its code.
    pub refused: Vec<(&'static str, &'static str)>,
}

/// One row of the report by what is said in it; all else is `N/A` or `false`.
pub struct Row {
    cells: Vec<(&'static str, String)>,
    user: String,
    arn: String,
}

impl Row {
    pub fn root() -> Self {
        Self { cells: Vec::new(), user: "<root_account>".into(), arn: ROOT.into() }.with(&[
            ("user_creation_time", "2020-01-01T00:00:00+00:00"),
            ("password_enabled", "true"),
            ("password_last_used", "2026-01-03T10:11:12+00:00"),
            ("password_last_changed", "2020-01-01T00:00:00+00:00"),
            ("mfa_active", "true"),
        ])
    }

    pub fn user(name: &str) -> Self {
        Self { cells: Vec::new(), user: name.into(), arn: user_arn(name) }
            .with(&[("user_creation_time", "2024-01-01T00:00:00+00:00")])
    }

    pub fn with(mut self, cells: &[(&'static str, &str)]) -> Self {
        self.cells.extend(cells.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self
    }

    pub fn line(&self) -> String {
        let cell = |column: &str| match column {
            "user" => self.user.clone(),
            "arn" => self.arn.clone(),
            column => {
                let said = self.cells.iter().rev().find(|(name, _)| *name == column);
                let other =
                    if column.ends_with("active") || column == "password_enabled" { "false" } else { "N/A" };
                said.map_or_else(|| other.to_owned(), |(_, value)| value.clone())
            }
        };
        HEADER.split(',').map(cell).collect::<Vec<_>>().join(",")
    }
}

pub fn user_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/{name}")
}

pub fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// URL-encoded, as IAM sends documents.
fn encoded(json: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    json.bytes().map(one).collect()
}

/// A policy document of statements.
pub fn document(statements: &str) -> String {
    encoded(&format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statements}]}}"))
}

pub const ALLOW_ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;

/// An attached managed policy of AWS.
pub fn attached(name: &str) -> String {
    format!(
        "<member><PolicyName>{name}</PolicyName><PolicyArn>arn:aws:iam::aws:policy/{name}</PolicyArn></member>"
    )
}

/// A member of a list of principals. `kind` is `User`, `Group` or `Role`.
pub fn principal(kind: &str, name: &str, inline: &[(&str, &str)], managed: &str, more: &str) -> String {
    let arn = format!("arn:aws:iam::{ACCOUNT}:{}/{name}", kind.to_lowercase());
    let inline: String = inline
        .iter()
        .map(|(policy, statements)| {
            let document = document(statements);
            format!("<member>\n<PolicyName>{policy}</PolicyName><PolicyDocument>{document}</PolicyDocument></member>")
        })
        .collect();
    format!(
        "<member>\n<Path>/</Path><{kind}Name>{name}</{kind}Name><Arn>{arn}</Arn><{kind}PolicyList>{inline}\
         </{kind}PolicyList><AttachedManagedPolicies>{managed}</AttachedManagedPolicies>{more}</member>\n"
    )
}

/// A role with its trust policy.
pub fn role(name: &str, trust: &str, managed: &str) -> String {
    let trust = format!("<AssumeRolePolicyDocument>{}</AssumeRolePolicyDocument>", document(trust));
    principal("Role", name, &[], managed, &trust)
}

/// The same below a path, as Identity Center has its roles.
pub fn role_below(path: &str, name: &str, trust: &str, managed: &str) -> String {
    let whole = role(name, trust, managed).replace("<Path>/</Path>", &format!("<Path>{path}</Path>"));
    whole.replace(&role_arn(name), &format!("arn:aws:iam::{ACCOUNT}:role{path}{name}"))
}

/// A managed policy of the account, as an attachment and with its document.
pub fn own_policy(name: &str, statements: &str) -> (String, String) {
    let arn = format!("arn:aws:iam::{ACCOUNT}:policy/{name}");
    let names = format!("<PolicyName>{name}</PolicyName>");
    let attached = format!("<member>{names}<PolicyArn>{arn}</PolicyArn></member>");
    let whole = format!(
        "<member>{names}<Arn>{arn}</Arn><DefaultVersionId>v1</DefaultVersionId><PolicyVersionList><member><Document>{}\
         </Document><VersionId>v1</VersionId></member></PolicyVersionList></member>",
        document(statements)
    );
    (attached, whole)
}

/// A trust statement for a principal, with a condition or none.
pub fn trusts(principal: &str, condition: &str) -> String {
    let condition =
        if condition.is_empty() { String::new() } else { format!(",\"Condition\":{{{condition}}}") };
    format!("{{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{principal}{condition}}}")
}

/// The groups of a user.
pub fn groups(names: &[&str]) -> String {
    let members: String = names.iter().map(|name| format!("<member>{name}</member>")).collect();
    format!("<GroupList>{members}</GroupList>")
}

impl State {
    /// An account with which nothing is wrong.
    pub fn good() -> Self {
        Self {
            caller: format!("arn:aws:sts::{ACCOUNT}:assumed-role/audit/secretrail"),
            user_id: "AROAEXAMPLE:secretrail".into(),
            summary: vec![
                ("AccountMFAEnabled", 1),
                ("AccountAccessKeysPresent", 0),
                ("AccountPasswordPresent", 1),
                ("AccountSigningCertificatesPresent", 0),
            ],
            rows: vec![Row::root().line()],
            report_made: "2026-11-25T23:00:00Z",
            devices: Vec::new(),
            features: Some(vec!["RootCredentialsManagement", "RootSessions"]),
            password_policy: Some((14, 24)),
            users: Vec::new(),
            groups: Vec::new(),
            roles: Vec::new(),
            policies: Vec::new(),
            key_ids: Vec::new(),
            refused: Vec::new(),
        }
    }

    pub fn set(&mut self, key: &'static str, number: i64) {
        self.summary.retain(|(known, _)| *known != key);
        self.summary.push((key, number));
    }

    /// Adds a user to the report and to the details.
    pub fn add_user(&mut self, row: &Row, inline: &[(&str, &str)], managed: &str, more: &str) {
        self.rows.push(row.line());
        self.users.push(principal("User", &row.user, inline, managed, more));
    }

    pub fn bundle(&self) -> Bundle {
        let call = |service: &str, action: &str, page: Option<u32>| Call {
            service: service.into(),
            action: action.into(),
            region: "us-east-1".into(),
            request_id: None,
            at: NOW.parse().expect("a time"),
            page,
        };
        let mut documents: Vec<Document> = self
            .answers()
            .into_iter()
            .filter(|(_, action, ..)| !self.refused.iter().any(|(refused, _)| refused == action))
            .map(|(service, action, file, page, text)| Document {
                name: format!("{ACCOUNT}/{service}/{file}"),
                generated: (action == "GetCredentialReport")
                    .then(|| self.report_made.parse().expect("a time")),
                bytes: text.into_bytes(),
                call: call(service, action, page),
            })
            .collect();
        documents.sort_by(|left, right| left.name.cmp(&right.name));
        let refusals = self.refused.iter().map(|(action, code)| {
            let service = if *action == "GetCallerIdentity" { "sts" } else { "iam" };
            Refusal {
                call: call(service, action, None),
                code: (*code).into(),
                permission: format!("{service}:{action}"),
                status: Some(403),
            }
        });
        Bundle {
            manifest: Manifest {
                tool_version: "0.1.0".into(),
                account: Some(ACCOUNT.into()),
                partition: Some("aws".into()),
                caller: Some(self.caller.clone()),
                regions: vec!["us-east-1".into()],
                surfaces: vec!["account".into()],
                collected_at: NOW.parse::<Timestamp>().expect("a time"),
            },
            documents,
            refusals: refusals.collect(),
            members: Vec::new(),
        }
    }

    /// Service, action, file, page and text of each answer.
    fn answers(&self) -> Vec<(&'static str, &'static str, String, Option<u32>, String)> {
        let list = |items: Vec<String>| items.concat();
        let summary = self
            .summary
            .iter()
            .map(|(key, value)| format!("<entry>\n<key>{key}</key><value>{value}</value></entry>\n"));
        let devices = self.devices.iter().map(|(serial, owner)| {
            format!(
                "<member>\n<SerialNumber>{serial}</SerialNumber><User><Arn>{owner}</Arn></User></member>\n"
            )
        });
        let details = format!(
            "<IsTruncated>false</IsTruncated><UserDetailList>{}</UserDetailList><GroupDetailList>{}</GroupDetailList>\
             <RoleDetailList>{}</RoleDetailList><Policies>{}</Policies>",
            self.users.concat(),
            self.groups.concat(),
            self.roles.concat(),
            self.policies.concat()
        );
        let identity = format!(
            "<Arn>{}</Arn><UserId>{}</UserId><Account>{ACCOUNT}</Account>",
            self.caller, self.user_id
        );
        let mut all = vec![
            ("sts", "GetCallerIdentity", "get-caller-identity.xml", None, identity),
            (
                "iam",
                "GetAccountSummary",
                "get-account-summary.xml",
                None,
                format!("<SummaryMap>{}</SummaryMap>", list(summary.collect())),
            ),
            (
                "iam",
                "ListVirtualMFADevices",
                "list-virtual-mfa-devices.1.xml",
                Some(1),
                format!("<VirtualMFADevices>{}</VirtualMFADevices>", list(devices.collect())),
            ),
            (
                "iam",
                "GetAccountAuthorizationDetails",
                "get-account-authorization-details.1.xml",
                Some(1),
                details,
            ),
        ];
        if let Some(features) = &self.features {
            let on: String = features.iter().map(|name| format!("<member>{name}</member>")).collect();
            let text =
                format!("<OrganizationId>o-example</OrganizationId><EnabledFeatures>{on}</EnabledFeatures>");
            all.push(("iam", "ListOrganizationsFeatures", "list-organizations-features.xml", None, text));
        }
        if let Some((length, reuse)) = self.password_policy {
            let text = format!(
                "<PasswordPolicy><MinimumPasswordLength>{length}</MinimumPasswordLength><PasswordReusePrevention>\
                 {reuse}</PasswordReusePrevention></PasswordPolicy>"
            );
            all.push(("iam", "GetAccountPasswordPolicy", "get-account-password-policy.xml", None, text));
        }
        let wrapped = |(service, action, file, page, inner): (_, &'static str, &str, _, String)| {
            let version = if service == "sts" {
                "sts.amazonaws.com/doc/2011-06-15/"
            } else {
                "iam.amazonaws.com/doc/2010-05-08/"
            };
            let text = format!(
                "<{action}Response xmlns=\"https://{version}\">\n<{action}Result>\n{inner}\n</{action}Result>\n</{action}Response>\n"
            );
            (service, action, file.to_owned(), page, text)
        };
        let mut all: Vec<_> = all.into_iter().map(wrapped).collect();
        let report = format!("{HEADER}\n{}\n", self.rows.join("\n"));
        all.push(("iam", "GetCredentialReport", "credential-report.csv".into(), None, report));
        let users: std::collections::BTreeSet<&str> = self.key_ids.iter().map(|(user, ..)| *user).collect();
        for user in users {
            let keys = self.key_ids.iter().filter(|(owner, ..)| *owner == user);
            let members = keys.map(|(_, id, created)| {
                format!(
                    "<member><UserName>{user}</UserName><AccessKeyId>{id}</AccessKeyId><Status>Active</Status>\
                     <CreateDate>{created}</CreateDate></member>"
                )
            });
            let text = format!(
                "<R><ListAccessKeysResult><AccessKeyMetadata>{}</AccessKeyMetadata></ListAccessKeysResult></R>",
                members.collect::<String>()
            );
            all.push(("iam", "ListAccessKeys", format!("list-access-keys.{user}.xml"), None, text));
        }
        all
    }

    pub fn audit(&self) -> Audited {
        self.audit_with(&Thresholds::default())
    }

    pub fn audit_with(&self, thresholds: &Thresholds) -> Audited {
        audit(&self.bundle(), thresholds)
    }
}

/// What was found.
pub struct Audited {
    pub account: Account,
    pub findings: Vec<Finding>,
    pub gaps: Vec<Gap>,
    pub sources: Sources,
}

pub fn audit(bundle: &Bundle, thresholds: &Thresholds) -> Audited {
    let sources = Sources::default();
    let rules = RuleSet::load(embedded(), Vec::new()).expect("rules load");
    let reading = read(bundle, &sources, thresholds);
    let findings = settle(judge(&reading.facts, &rules), &sources, &Redactor::default());
    let gaps = settle_gaps(reading.gaps, &sources);
    Audited { account: reading.facts, findings, gaps, sources }
}

impl Audited {
    /// `rule name` of each finding, in alphabetical order; the account's ARNs without their beginning.
    pub fn told(&self) -> Vec<String> {
        let short = |name: &str| name.replace(&format!("arn:aws:iam::{ACCOUNT}:"), "");
        let mut told: Vec<String> =
            self.findings.iter().map(|one| format!("{} {}", one.rule, short(&one.at.name))).collect();
        told.sort();
        told
    }

    pub fn has(&self, rule: &str) -> bool {
        self.findings.iter().any(|one| &*one.rule == rule)
    }

    pub fn message(&self, rule: &str) -> &str {
        let found = self.findings.iter().find(|one| &*one.rule == rule);
        found.map_or_else(|| panic!("no {rule}: {:?}", self.told()), |one| one.message.as_str())
    }

    pub fn reasons(&self) -> Vec<&str> {
        self.gaps.iter().map(|gap| gap.reason.as_str()).collect()
    }
}
