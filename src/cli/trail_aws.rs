//! How `secretrail trail` asks AWS.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

/// Names of attributes, as LookupEvents knows them.
const ATTRIBUTES: &[&str] = &[
    "AccessKeyId",
    "EventId",
    "EventName",
    "EventSource",
    "ReadOnly",
    "ResourceName",
    "ResourceType",
    "Username",
];

/// Asking CloudTrail instead of reading what it wrote.
#[derive(Debug, Clone, Default, Args)]
pub struct LiveArguments {
    /// Query CloudTrail's event history (LookupEvents): management events of the last 90 days, two pages of 50 per
    /// second and Region. Set Regions with --region [default: from the environment or the profile, and us-east-1].
    #[arg(long, conflicts_with_all = ["paths", "evidence"])]
    pub live: bool,

    /// Query only events with an attribute: Username=root, EventName=CreateAccessKey, AccessKeyId=AKIA...; repeatable,
    /// queried separately.
    #[arg(long, value_name = "KEY=VALUE", requires = "live", value_parser = lookup)]
    pub lookup: Vec<(String, String)>,

    /// Keep the responses in a folder. An interrupted run resumes when given the same folder.
    #[arg(long, value_name = "DIR", requires = "live")]
    pub keep: Option<PathBuf>,
}

/// With which credentials.
#[derive(Debug, Clone, Default, Args)]
pub struct SignInArguments {
    /// A profile in ~/.aws/config, for --live and s3://; takes precedence over credentials in the environment.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// Assume this role first.
    #[arg(long, value_name = "ARN")]
    pub role_arn: Option<String>,

    /// The external ID that the role's trust policy requires.
    #[arg(long, value_name = "ID", requires = "role_arn")]
    pub external_id: Option<String>,

    /// The session name that CloudTrail will show.
    #[arg(long, value_name = "NAME", requires = "role_arn", default_value = "secretrail")]
    pub role_session_name: String,

    /// Time limit for one call, including retries.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub timeout: u16,

    /// The time of the questions, for tests [default: now].
    #[arg(long, value_name = "TIME", hide = true, value_parser = super::clock)]
    pub clock: Option<Timestamp>,
}

/// An attribute and its value.
pub(super) fn lookup(text: &str) -> Result<(String, String), String> {
    let known = ATTRIBUTES;
    let (key, value) = text.split_once('=').ok_or("write it as Username=root")?;
    if !known.contains(&key) {
        return Err(format!("CloudTrail only knows {}", known.join(", ")));
    }
    if value.is_empty() || value.len() > 2000 || value.contains(char::is_control) {
        return Err("the value is missing or not valid".to_owned());
    }
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_those_of_cloudtrail() {
        assert_eq!(lookup("EventName=PutParameter"), Ok(("EventName".into(), "PutParameter".into())));
        assert_eq!(lookup("ResourceName=/a=b"), Ok(("ResourceName".into(), "/a=b".into())));
        for wrong in ["root", "username=root", "Username=", "=", "Username=a\nb"] {
            assert!(lookup(wrong).is_err(), "{wrong}");
        }
    }
}
