//! The policy as IAM reads it, and as Terraform writes it.

use serde::Serialize;

use super::{ACTIONS, Scope, Surface};

/// How Regions of other partitions begin.
const PARTITIONS: &[(&str, &str)] = &[
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
];

/// Whether a text is written as AWS writes Regions: `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`.
pub fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let letters = |part: &&str| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let number = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some((last, words)) = parts.split_last() else { return false };
    matches!(words.len(), 2 | 3) && words.iter().all(letters) && number(last)
}

/// What the policy is for.
#[derive(Debug, Clone)]
pub struct Place<'p> {
    /// Which actions.
    pub surfaces: &'p [Surface],
    /// Whether key ids are asked for, user by user.
    pub key_ids: bool,
    /// The bucket of a trail, where its logs are read.
    pub bucket: Option<&'p str>,
    /// How closely the values of parameters are looked at: 0 not at all, 1 readable, 2 decrypted.
    pub read_level: u8,
    /// The account's number; any account without it.
    pub account: Option<&'p str>,
    /// Decides the partition.
    pub region: Option<&'p str>,
    /// The name of a role that is assumed in many accounts; then the policy is that of the account which asks.
    pub role: Option<&'p str>,
}

impl Place<'_> {
    fn partition(&self) -> &'static str {
        let region = self.region.unwrap_or_default();
        let of = PARTITIONS.iter().find(|(start, _)| region.starts_with(start));
        of.map_or("aws", |(_, partition)| partition)
    }

    fn actions(&self, scope: Scope) -> Vec<String> {
        let asked =
            ACTIONS.iter().filter(|action| action.scope == scope && self.surfaces.contains(&action.surface));
        asked.map(|action| action.permission()).collect()
    }

    fn statements(&self) -> Vec<Statement> {
        let (partition, account) = (self.partition(), self.account.unwrap_or("*"));
        let mut statements =
            vec![Statement::allow("AccountWideReads", self.actions(Scope::Account), "*".into())];
        if self.key_ids {
            let users = format!("arn:{partition}:iam::{account}:user/*");
            statements.push(Statement::allow("PerUserReads", self.actions(Scope::Users), users));
        }
        if let Some(bucket) = self.bucket {
            let bucket = format!("arn:{partition}:s3:::{bucket}");
            statements.push(Statement::allow(
                "TrailObjects",
                self.actions(Scope::Objects),
                bucket.clone() + "/*",
            ));
            statements.push(Statement::allow("TrailBucket", self.actions(Scope::Bucket), bucket));
        }
        if self.read_level > 0 {
            let parameters =
                format!("arn:{partition}:ssm:{}:{account}:parameter/*", self.region.unwrap_or("*"));
            statements.push(Statement::allow("ValueReads", self.actions(Scope::Parameters), parameters));
        }
        if let Some(role) = self.role {
            let roles = format!("arn:{partition}:iam::*:role/{}", role.trim_start_matches('/'));
            statements.push(Statement::allow(
                "AccountsOfOrganization",
                self.actions(Scope::Organization),
                "*".into(),
            ));
            statements.push(Statement::allow("RolesOfAccounts", self.actions(Scope::Roles), roles));
        }
        statements.retain(|statement| !statement.action.is_empty());
        // Whatever else is allowed to the same principal: no value is ever read.
        // A wider denial harms nothing: services are called otherwise in other partitions.
        let via = if matches!(partition, "aws" | "aws-us-gov") { "ssm.*.amazonaws.com" } else { "ssm.*" };
        let via = Some(Condition { string_like: ViaService { via: via.to_owned() } });
        let looks = self.read_level > 1 && self.surfaces.contains(&Surface::Inventory);
        statements.push(match looks {
            true => Statement {
                condition: via,
                ..Statement::allow("DecryptParameters", vec!["kms:Decrypt".into()], "*".into())
            },
            false => Statement { condition: via, ..Statement::deny("NeverDecrypt", &["kms:Decrypt"]) },
        });
        let bulk = ["ssm:GetParameters", "ssm:GetParametersByPath", "ssm:GetParameterHistory"];
        statements.push(Statement::deny("NoBulkValueReads", &bulk));
        statements
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    version: &'static str,
    statement: Vec<Statement>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: &'static str,
    effect: &'static str,
    action: Vec<String>,
    resource: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
}

#[derive(Debug, Serialize)]
struct Condition {
    #[serde(rename = "StringLike")]
    string_like: ViaService,
}

#[derive(Debug, Serialize)]
struct ViaService {
    #[serde(rename = "kms:ViaService")]
    via: String,
}

impl Statement {
    fn allow(sid: &'static str, action: Vec<String>, resource: String) -> Self {
        Self { sid, effect: "Allow", action, resource, condition: None }
    }

    fn deny(sid: &'static str, actions: &[&str]) -> Self {
        let action = actions.iter().map(|action| (*action).to_owned()).collect();
        Self { sid, effect: "Deny", action, resource: "*".into(), condition: None }
    }

    fn terraform(&self) -> String {
        let actions: String = self.action.iter().map(|action| format!("      \"{action}\",\n")).collect();
        let condition = self.condition.as_ref().map_or(String::new(), |condition| {
            format!(
                "\n    condition {{\n      test     = \"StringLike\"\n      variable = \"kms:ViaService\"\n      values   = [\"{}\"]\n    }}\n",
                condition.string_like.via
            )
        });
        format!(
            "\n  statement {{\n    sid       = \"{}\"\n    effect    = \"{}\"\n    resources = [\"{}\"]\n\n    actions = [\n{actions}    ]\n{condition}  }}\n",
            self.sid, self.effect, self.resource
        )
    }
}

/// The policy as JSON.
pub fn json(place: &Place<'_>) -> String {
    let document = Document { version: "2012-10-17", statement: place.statements() };
    // Texts and lists only: this can't fail.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// The policy as a Terraform data source.
pub fn terraform(place: &Place<'_>) -> String {
    let statements: String = place.statements().iter().map(Statement::terraform).collect();
    format!("data \"aws_iam_policy_document\" \"secretrail\" {{{statements}}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place<'static> = Place {
        surfaces: Surface::ALL,
        key_ids: true,
        bucket: Some("trail-bucket"),
        read_level: 1,
        account: Some("123456789012"),
        region: Some("us-east-1"),
        role: Some("secretrail-audit"),
    };

    #[test]
    fn each_action_stands_in_it_once_and_nothing_else_is_allowed() {
        let policy: serde_json::Value = serde_json::from_str(&json(&HERE)).unwrap();
        let allowed = |statement: &&serde_json::Value| statement["Effect"] == "Allow";
        let statements = policy["Statement"].as_array().unwrap();
        let mut told: Vec<&str> = statements
            .iter()
            .filter(allowed)
            .flat_map(|statement| statement["Action"].as_array().unwrap())
            .map(|action| action.as_str().unwrap())
            .collect();
        told.sort_unstable();
        let mut asked: Vec<String> =
            ACTIONS.iter().filter(|a| a.scope != Scope::Nobody).map(|a| a.permission()).collect();
        asked.sort_unstable();
        assert_eq!(told, asked);
        let denied: Vec<&str> = statements
            .iter()
            .filter(|statement| statement["Effect"] == "Deny")
            .map(|statement| statement["Sid"].as_str().unwrap())
            .collect();
        assert_eq!(denied, ["NeverDecrypt", "NoBulkValueReads"]);
    }

    #[test]
    fn arns_are_those_of_the_partition() {
        let text = json(&Place { region: Some("us-gov-west-1"), ..HERE });
        assert!(text.contains("arn:aws-us-gov:iam::123456789012:user/*"), "{text}");
        let text = json(&Place { region: Some("cn-north-1"), account: None, ..HERE });
        assert!(text.contains("arn:aws-cn:iam::*:user/*") && text.contains("\"ssm.*\""), "{text}");
        for (region, partition) in [
            ("eu-central-1", "aws"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            let text = json(&Place { region: Some(region), ..HERE });
            assert!(text.contains(&format!("arn:{partition}:iam::123456789012:user/*")), "{region}: {text}");
        }
        assert!(!json(&Place { key_ids: false, ..HERE }).contains("ListAccessKeys"));
        assert!(
            text.contains("\"arn:aws-cn:s3:::trail-bucket\"")
                && text.contains("\"arn:aws-cn:s3:::trail-bucket/*\"")
        );
        assert!(!json(&Place { bucket: None, ..HERE }).contains("s3:"));
        assert!(json(&HERE).contains("arn:aws:ssm:us-east-1:123456789012:parameter/*"));
        let looks = json(&Place { read_level: 2, ..HERE });
        assert!(looks.contains("DecryptParameters") && !looks.contains("NeverDecrypt"), "{looks}");
        let none = json(&Place { read_level: 0, ..HERE });
        assert!(!none.contains("ssm:GetParameter\"") && none.contains("NeverDecrypt"), "{none}");
    }

    #[test]
    fn a_region_is_written_as_aws_writes_it() {
        for right in
            ["us-east-1", "us-gov-west-1", "ap-southeast-7", "mx-central-1", "eusc-de-east-1", "il-central-1"]
        {
            assert!(is_region(right), "{right}");
        }
        for wrong in
            ["", "*", "mars-1", "us-east", "us-east-1a", "US-EAST-1", "us-east-1 ", "us--1", "a-b-1", "\"}"]
        {
            assert!(!is_region(wrong), "{wrong}");
        }
    }

    #[test]
    fn terraform_gets_the_same_statements() {
        let text = terraform(&HERE);
        assert!(hcl_edit::parser::parse_body(&text).is_ok(), "{text}");
        for part in
            ["\"iam:GetAccountSummary\",", "values   = [\"ssm.*.amazonaws.com\"]", "effect    = \"Deny\""]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
