//! Rights that are less than an administrator's and can be made into all of them.

/// One such right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escalation {
    /// The actions: `iam:PassRole with lambda:CreateFunction`.
    pub by: &'static str,
    /// How it becomes more.
    pub how: &'static str,
}

/// The actions that are needed together, the name, and how.
type Known = (&'static [&'static str], &'static str, &'static str);

/// All of IAM: then the single actions are not listed.
const ALL_OF_IAM: Known = (&["iam:*"], "iam:*", "writes its own policies");

const KNOWN: &[Known] = &[
    (&["iam:AttachUserPolicy"], "iam:AttachUserPolicy", "attaches AdministratorAccess to itself"),
    (&["iam:AttachGroupPolicy"], "iam:AttachGroupPolicy", "attaches AdministratorAccess to its group"),
    (
        &["iam:AttachRolePolicy"],
        "iam:AttachRolePolicy",
        "attaches AdministratorAccess to a role it can assume",
    ),
    (&["iam:PutUserPolicy"], "iam:PutUserPolicy", "writes itself an inline policy"),
    (&["iam:PutGroupPolicy"], "iam:PutGroupPolicy", "writes its group an inline policy"),
    (&["iam:PutRolePolicy"], "iam:PutRolePolicy", "writes an inline policy for a role it can assume"),
    (&["iam:CreatePolicyVersion"], "iam:CreatePolicyVersion", "writes a new version of a policy that it has"),
    (
        &["iam:SetDefaultPolicyVersion"],
        "iam:SetDefaultPolicyVersion",
        "goes back to an older, wider version of a policy",
    ),
    (&["iam:AddUserToGroup"], "iam:AddUserToGroup", "joins the administrators' group"),
    (
        &["iam:UpdateAssumeRolePolicy"],
        "iam:UpdateAssumeRolePolicy",
        "lets itself assume an administrator's role",
    ),
    (&["iam:CreateAccessKey"], "iam:CreateAccessKey", "makes itself a key of an administrator"),
    (
        &["iam:CreateLoginProfile"],
        "iam:CreateLoginProfile",
        "gives an administrator a password that it knows",
    ),
    (&["iam:UpdateLoginProfile"], "iam:UpdateLoginProfile", "changes an administrator's password"),
    (
        &["iam:PassRole", "ec2:RunInstances"],
        "iam:PassRole with ec2:RunInstances",
        "starts a machine with a stronger role",
    ),
    (
        &["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
        "iam:PassRole with lambda:CreateFunction",
        "runs a function with a stronger role",
    ),
    (
        &["iam:PassRole", "cloudformation:CreateStack"],
        "iam:PassRole with cloudformation:CreateStack",
        "lets a stack work with a stronger role",
    ),
    (
        &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask"],
        "iam:PassRole with ecs:RunTask",
        "runs a container with a stronger role",
    ),
    (
        &["iam:PassRole", "glue:CreateDevEndpoint"],
        "iam:PassRole with glue:CreateDevEndpoint",
        "opens an endpoint with a stronger role",
    ),
    (
        &["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"],
        "iam:PassRole with codebuild:CreateProject",
        "runs a build with a stronger role",
    ),
];

/// What of it somebody has who is allowed these actions on every resource, without a condition.
pub fn of(allows: &dyn Fn(&str) -> bool) -> Vec<Escalation> {
    let has = |(actions, by, how): &Known| {
        actions.iter().all(|action| allows(action)).then_some(Escalation { by, how })
    };
    match has(&ALL_OF_IAM) {
        Some(all) => vec![all],
        None => KNOWN.iter().filter_map(has).collect(),
    }
}
