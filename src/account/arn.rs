//! Names of things in AWS: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.

/// An ARN in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'a str,
    /// `iam`, `sts`.
    pub service: &'a str,
    /// The account's number; empty for what belongs to AWS.
    pub account: &'a str,
    /// `root`, `user/path/alice`, `assumed-role/Admin/session`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Reads an ARN; `None` for what is none.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next();
        let (scheme, partition, service) = (next()?, next()?, next()?);
        let (_region, account, resource) = (next()?, next()?, next()?);
        let is_whole =
            scheme == "arn" && !partition.is_empty() && !service.is_empty() && !resource.is_empty();
        is_whole.then_some(Self { partition, service, account, resource })
    }

    /// Whether it is the root user of its account.
    pub fn is_root(self) -> bool {
        self.service == "iam" && self.resource == "root"
    }

    /// The last part of the resource: `alice` of `user/team/alice`.
    pub fn name(self) -> &'a str {
        self.resource.rsplit('/').next().unwrap_or(self.resource)
    }
}

/// The ARN of an account's root user.
pub fn root_arn(partition: &str, account: &str) -> String {
    format!("arn:{partition}:iam::{account}:root")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let arn = Arn::parse("arn:aws-us-gov:iam::123456789012:user/team/alice").unwrap();
        assert_eq!((arn.partition, arn.service, arn.account), ("aws-us-gov", "iam", "123456789012"));
        assert_eq!((arn.resource, arn.name(), arn.is_root()), ("user/team/alice", "alice", false));
        assert!(Arn::parse(&root_arn("aws", "123456789012")).unwrap().is_root());
        // A user may be called so, too.
        assert!(!Arn::parse("arn:aws:iam::123456789012:user/root").unwrap().is_root());
        for wrong in ["", "arn", "arn:aws:iam::123456789012", "arn:aws:iam::1:", "urn:a:b:c:d:e"] {
            assert_eq!(Arn::parse(wrong), None, "{wrong}");
        }
    }
}
