//! The fields that rules see, with what they mean: `rules/README.md` lists them.

use crate::rule::judged::Category;

/// All kinds of records.
pub const CATEGORIES: &[Category] = &[
    Category { name: "caller", what: "who queried AWS", fields: CALLER },
    Category { name: "root", what: "the root user", fields: ROOT },
    Category { name: "user", what: "one IAM user of the credential report", fields: USER },
    Category { name: "access-key", what: "one access key of a user", fields: KEY },
    Category { name: "principal", what: "a user, group or role and its power", fields: PRINCIPAL },
    Category { name: "role", what: "a role and who may assume it", fields: ROLE },
    Category { name: "account", what: "the account as a whole", fields: ACCOUNT },
];

const CALLER: &[(&str, &str)] = &[
    ("caller.kind", "`root`, `assume-root`, `user`, `role`, `identity-center`, `federated` or `other`"),
    ("caller.arn", "the ARN of the caller"),
    ("caller.name", "the user's or role's name"),
    ("caller.account", "the account's number"),
];

const ROOT: &[(&str, &str)] = &[
    ("root.arn", "the ARN of root"),
    ("root.access-keys", "`yes`, `no` or `unknown`"),
    ("root.password", "`yes`, `no` or `unknown`"),
    ("root.mfa", "`on`, `off`, `not-needed` (root has neither password nor keys) or `unknown`"),
    ("root.mfa-device", "`virtual`, `hardware`, `none` or `unknown`"),
    ("root.signing-certificates", "`yes`, `no` or `unknown`"),
    ("root.used", "`recently` (fewer than `threshold.days` ago), `long-ago`, `never` or `unknown`"),
    ("root.last-used", "the latest use of password and keys: `2026-01-03 (327 days ago)`, or `never`"),
    ("root.last-used-by", "`password`, `access key 1` or `access key 2`"),
    ("root.last-used-days", "days since then"),
    ("account.partition", "`aws`, `aws-cn` or `aws-us-gov`"),
    ("threshold.days", "`root-used-days` of the settings"),
];

const USER: &[(&str, &str)] = &[
    ("user.name", "the user's name"),
    ("user.arn", "the user's ARN"),
    ("user.password", "whether it can sign in to the console: `yes`, `no` or `unknown`"),
    ("user.mfa", "whether an MFA device is assigned: `yes`, `no` or `unknown`"),
    ("user.signing-certificates", "`yes`, `no` or `unknown`"),
    ("user.password-last-used", "`2026-01-03 (327 days ago)`, `never` or `unknown`"),
    (
        "user.password-unused",
        "not used for `threshold.unused-days`: `yes`, `no` (also without a password) or `unknown`",
    ),
    ("user.password-unused-days", "days since its last use, or since it was set"),
    ("user.active-keys", "how many access keys are active"),
    ("user.policies", "policies that are the user's own, inline or attached; not those of its groups"),
    ("user.administrator", "as `principal.administrator`"),
    ("threshold.unused-days", "`unused-days` of the settings"),
];

const KEY: &[(&str, &str)] = &[
    ("user.name", "the user's name"),
    ("user.arn", "the user's ARN"),
    ("user.password", "whether the user can sign in to the console, too"),
    ("user.mfa", "whether the user has MFA"),
    ("key", "`access key 1`, with the last four characters of its id where that is known"),
    ("key.number", "1 or 2"),
    ("key.active", "`yes`, `no` or `unknown`"),
    ("key.age-days", "days since it was made"),
    ("key.rotation-due", "older than `threshold.rotation-days`: `yes`, `no` or `unknown`"),
    ("key.unused", "not used for `threshold.unused-days`: `yes`, `no` or `unknown`"),
    ("key.unused-days", "days since its last use; of a key that was never used, since it was made"),
    ("key.last-used", "`2026-01-03 (327 days ago)`, `never` or `unknown`"),
    ("key.last-used-service", "`s3`"),
    ("key.at-set-up", "made together with its user: `yes`, `no` or `unknown`"),
    ("account.identity-center", "whether the account has roles of Identity Center: `yes`, `no` or `unknown`"),
    ("threshold.rotation-days", "`key-rotation-days` of the settings"),
    ("threshold.unused-days", "`unused-days` of the settings"),
];

const PRINCIPAL: &[(&str, &str)] = &[
    ("principal.kind", "`user`, `group`, `role`, `service-linked-role` or `identity-center-role`"),
    ("principal.arn", "its ARN"),
    ("principal.name", "its name"),
    (
        "principal.administrator",
        "`yes`, `nearly` (all but IAM), `conditional`, `bounded` (by a permissions boundary), `no` or `unknown`",
    ),
    ("principal.by", "the policies that make it one"),
    ("principal.by-exception", "true where they are written with `NotAction` or `NotResource` only"),
    ("principal.conditions", "the conditions under which it is one"),
    ("principal.denied", "what Deny statements take away"),
    ("principal.boundary", "the ARN of its permissions boundary"),
    ("principal.limits", "conditions, denials and boundary in words, or `none`"),
    ("principal.escalations", "rights that can be made into all of them"),
    ("principal.members", "of a group: its users"),
    ("principal.member-count", "how many"),
    ("principal.trusts", "of a role: who may assume it"),
    ("principal.assumers", "of a role with power: users of the account who may assume it at any time"),
    (
        "principal.chains",
        "of an administrator's role: users who come to it at any time, and by which other roles",
    ),
    (
        "principal.standing",
        "`person`, `any-time`, `everyone`, `other-account`, `federated`, `conditions`, `roles`, `identity-center`, \
         `service`, `nobody` or `unknown`",
    ),
];

const ROLE: &[(&str, &str)] = &[
    ("role.arn", "its ARN"),
    ("role.name", "its name"),
    ("role.kind", "`role`, `service-linked-role` or `identity-center-role`"),
    ("role.administrator", "as `principal.administrator`"),
    ("role.standing", "as `principal.standing`"),
    ("role.trusts", "who may assume it"),
    ("role.whole-provider", "true if everyone known to an OpenID provider can assume it"),
    ("role.agent", "whether an agent assumes it"),
    ("role.agent-by", "how that is known: `settings`, `tag`, `name`, `description` or `none`"),
    ("role.demands", "what every way of assuming it demands"),
    ("role.demands-source-identity", "true where `sts:SourceIdentity` is demanded"),
    ("role.demands-session-tags", "true where session tags are demanded"),
    ("role.demands-session-name", "true where `sts:RoleSessionName` is fixed"),
    ("role.demands-mfa", "true where MFA is demanded"),
    ("role.demands-external-id", "true where `sts:ExternalId` is demanded"),
];

const ACCOUNT: &[(&str, &str)] = &[
    ("account.number", "the account's number"),
    (
        "account.central-root-credentials",
        "root credentials are managed centrally: `yes`, `no`, `not-visible` from this account, or `unknown`",
    ),
    ("account.central-root-sessions", "the same for privileged root sessions"),
    ("account.identity-center", "whether there are roles of Identity Center: `yes`, `no` or `unknown`"),
    ("account.password-policy", "`present`, `absent` or `unknown`"),
    ("account.password-length", "the least length of passwords"),
    ("account.password-reuse", "how many old passwords cannot be reused"),
    ("account.users-with-password", "how many users can sign in to the console"),
    ("account.report-stale", "older than `threshold.hours`: `yes`, `no` or `unknown`"),
    ("account.report-made", "when AWS made the credential report"),
    ("account.report-age-hours", "hours since then"),
    ("threshold.hours", "`report-age-hours` of the settings"),
];
