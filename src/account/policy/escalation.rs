//! Rights that are less than an administrator's and can be made into all of them.
//!
//! Counted is what works in an ordinary call: on all users, groups, roles or policies of the account, on the principal
//! itself, on somebody who is stronger, and on a role that it may assume.

use super::around::{Around, matching};
use super::glob::covers;
use super::rights::{Right, Rights};
use super::trust::Who;

/// One such right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escalation {
    /// The actions: `iam:PassRole with lambda:CreateFunction`.
    pub by: &'static str,
    /// How it becomes more.
    pub how: &'static str,
}

/// What an action of IAM is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A user.
    User,
    /// A group.
    Group,
    /// A role.
    Role,
    /// A managed policy.
    Policy,
}

/// To which single one it must be allowed, where it is not allowed on all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Itself, its group, its policy.
    Own,
    /// Itself, or a role that it may assume.
    OwnOrAssumable,
    /// An administrator.
    Stronger,
}

use Reach::{Own, OwnOrAssumable, Stronger};
use Target::{Group, Policy, Role, User};

/// All of IAM: then the single actions are not listed.
const ALL_OF_IAM: Escalation = Escalation { by: "iam:*", how: "writes its own policies" };

type Single = (&'static str, Target, Reach, &'static str);

const SINGLE: &[Single] = &[
    ("iam:AttachUserPolicy", User, Own, "attaches AdministratorAccess to itself"),
    ("iam:AttachGroupPolicy", Group, Own, "attaches AdministratorAccess to its group"),
    ("iam:AttachRolePolicy", Role, OwnOrAssumable, "attaches AdministratorAccess to a role it can assume"),
    ("iam:PutUserPolicy", User, Own, "writes itself an inline policy"),
    ("iam:PutGroupPolicy", Group, Own, "writes its group an inline policy"),
    ("iam:PutRolePolicy", Role, OwnOrAssumable, "writes an inline policy for a role it can assume"),
    ("iam:CreatePolicyVersion", Policy, Own, "writes a new version of a policy that it has"),
    ("iam:SetDefaultPolicyVersion", Policy, Own, "goes back to an older, wider version of a policy"),
    ("iam:AddUserToGroup", Group, Stronger, "joins the administrators' group"),
    ("iam:UpdateAssumeRolePolicy", Role, Stronger, "lets itself assume an administrator's role"),
    ("iam:CreateAccessKey", User, Stronger, "makes itself a key of an administrator"),
    ("iam:CreateLoginProfile", User, Stronger, "gives an administrator a password that it knows"),
    ("iam:UpdateLoginProfile", User, Stronger, "changes an administrator's password"),
];

/// Takes the boundary away that limits it.
const UNBOUND: &[(&str, Target)] = &[
    ("iam:DeleteUserPermissionsBoundary", User),
    ("iam:PutUserPermissionsBoundary", User),
    ("iam:DeleteRolePermissionsBoundary", Role),
    ("iam:PutRolePermissionsBoundary", Role),
];

/// A service that runs somebody's code with a role that is handed to it: its principal, ways to make it do so, each with
/// all the actions that are needed, the name and how.
type Passing = (&'static str, &'static [&'static [&'static str]], &'static str, &'static str);

const PASSING: &[Passing] = &[
    (
        "ec2.amazonaws.com",
        &[&["ec2:RunInstances"]],
        "iam:PassRole with ec2:RunInstances",
        "starts a machine with a stronger role",
    ),
    (
        "lambda.amazonaws.com",
        &[
            &["lambda:CreateFunction", "lambda:InvokeFunction"],
            &["lambda:CreateFunction", "lambda:AddPermission"],
            &["lambda:CreateFunction", "lambda:CreateEventSourceMapping"],
            &["lambda:CreateFunction", "lambda:CreateFunctionUrlConfig"],
        ],
        "iam:PassRole with lambda:CreateFunction",
        "runs a function with a stronger role",
    ),
    (
        "cloudformation.amazonaws.com",
        &[
            &["cloudformation:CreateStack"],
            &["cloudformation:UpdateStack"],
            &["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"],
        ],
        "iam:PassRole with cloudformation:CreateStack",
        "lets a stack work with a stronger role",
    ),
    (
        "ecs-tasks.amazonaws.com",
        &[
            &["ecs:RegisterTaskDefinition", "ecs:RunTask"],
            &["ecs:RegisterTaskDefinition", "ecs:StartTask"],
            &["ecs:RegisterTaskDefinition", "ecs:CreateService"],
            &["ecs:RegisterTaskDefinition", "ecs:UpdateService"],
        ],
        "iam:PassRole with ecs:RunTask",
        "runs a container with a stronger role",
    ),
    (
        "glue.amazonaws.com",
        &[&["glue:CreateDevEndpoint"]],
        "iam:PassRole with glue:CreateDevEndpoint",
        "opens an endpoint with a stronger role",
    ),
    (
        "glue.amazonaws.com",
        &[
            &["glue:CreateJob", "glue:StartJobRun"],
            &["glue:CreateJob", "glue:CreateTrigger"],
            &["glue:CreateSession", "glue:RunStatement"],
        ],
        "iam:PassRole with glue:CreateJob",
        "runs a job with a stronger role",
    ),
    (
        "codebuild.amazonaws.com",
        &[
            &["codebuild:CreateProject", "codebuild:StartBuild"],
            &["codebuild:CreateProject", "codebuild:StartBuildBatch"],
            &["codebuild:CreateProject", "codebuild:CreateWebhook"],
        ],
        "iam:PassRole with codebuild:CreateProject",
        "runs a build with a stronger role",
    ),
    (
        "datapipeline.amazonaws.com",
        &[&[
            "datapipeline:CreatePipeline",
            "datapipeline:PutPipelineDefinition",
            "datapipeline:ActivatePipeline",
        ]],
        "iam:PassRole with datapipeline:PutPipelineDefinition",
        "runs a pipeline with a stronger role",
    ),
    (
        "sagemaker.amazonaws.com",
        &[
            &["sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"],
            &["sagemaker:CreateTrainingJob"],
            &["sagemaker:CreateProcessingJob"],
        ],
        "iam:PassRole with sagemaker:CreateNotebookInstance",
        "opens a notebook or runs a job with a stronger role",
    ),
];

/// What runs already with an administrator's role, where there is one for the service.
const RUNNING: &[(&str, &str, &str)] = &[
    (
        "lambda.amazonaws.com",
        "lambda:UpdateFunctionCode",
        "changes a function that may have an administrator's role",
    ),
    (
        "ec2.amazonaws.com",
        "ssm:SendCommand",
        "runs commands on a machine that may have an administrator's role",
    ),
];

/// Other actions that the judges ask about.
const ASKED: &[&str] = &["iam:PassRole", "sts:AssumeRole"];

/// Whether a pattern of actions can mean one of those that make an administrator.
pub(super) fn is_watched(pattern: &str) -> bool {
    let service = pattern.split(':').next().unwrap_or_default();
    let means = |action: &str| covers(pattern, action);
    service.contains(['*', '?'])
        || SINGLE.iter().any(|single| means(single.0))
        || UNBOUND.iter().any(|(action, _)| means(action))
        || ASKED.iter().any(|action| means(action))
        || RUNNING.iter().any(|(_, action, _)| means(action))
        || PASSING
            .iter()
            .flat_map(|passing| passing.1.iter())
            .any(|way| way.iter().any(|action| means(action)))
}

/// All users, groups, roles and policies of an account, as patterns.
#[derive(Debug)]
pub struct Wide {
    users: String,
    groups: String,
    roles: String,
    policies: String,
}

impl Wide {
    /// Those of one account.
    pub fn new(partition: &str, account: &str) -> Self {
        let all = |kind: &str| format!("arn:{partition}:iam::{account}:{kind}/*");
        Self { users: all("user"), groups: all("group"), roles: all("role"), policies: all("policy") }
    }

    fn of(&self, target: Target) -> &str {
        match target {
            User => &self.users,
            Group => &self.groups,
            Role => &self.roles,
            Policy => &self.policies,
        }
    }

    /// All roles.
    pub fn roles(&self) -> &str {
        &self.roles
    }

    /// Whether all of them are meant.
    pub fn whole(&self, is_on: impl Fn(&str) -> bool) -> bool {
        [&self.users, &self.groups, &self.roles, &self.policies].into_iter().all(|target| is_on(target))
    }
}

/// Whether the Deny statements leave a way through IAM.
pub(super) fn leaves_iam(rights: &Rights<'_>, wide: &Wide) -> bool {
    SINGLE.iter().any(|(action, target, ..)| !rights.taken(action, wide.of(*target)))
}

/// Who it is.
#[derive(Debug, Default)]
pub struct Itself<'m> {
    /// Its ARN.
    pub arn: &'m str,
    /// Users that it is: for a group, whoever is in it.
    pub users: Vec<String>,
    /// Its groups.
    pub groups: Vec<String>,
    /// Roles that it is.
    pub roles: Vec<String>,
    /// Policies of the account that it has.
    pub policies: Vec<String>,
}

impl Itself<'_> {
    fn of(&self, target: Target) -> &[String] {
        match target {
            User => &self.users,
            Group => &self.groups,
            Role => &self.roles,
            Policy => &self.policies,
        }
    }
}

/// A role is looked at for each of so many at most: whether it may be assumed.
const MOST_ROLES: usize = 200;

/// Who asks, what it may do, and what is around it.
pub struct Climber<'c> {
    /// Who it is.
    pub own: Itself<'c>,
    /// Its rights.
    pub rights: &'c Rights<'c>,
    /// Its permissions boundary, where it limits it.
    pub boundary: Option<&'c Rights<'c>>,
    /// All of the account.
    pub wide: &'c Wide,
    /// Who is strong in it, and who may become it.
    pub around: &'c Around<'c>,
}

impl Climber<'_> {
    /// What can be made into more.
    pub fn escalations(&self) -> Vec<Escalation> {
        let whole = self.wide.whole(|target| self.may("iam:*", target)) && leaves_iam(self.rights, self.wide);
        if whole {
            return vec![ALL_OF_IAM];
        }
        let unbound = self.unbound();
        let mut found: Vec<Escalation> = unbound.into_iter().collect();
        let is_free = self.boundary.is_none() || unbound.is_some();
        let singles = SINGLE.iter().filter(|single| self.has(single, is_free));
        found.extend(singles.map(|(by, _, _, how)| Escalation { by, how }));
        let passing = PASSING.iter().filter(|passing| self.passes(passing));
        found.extend(passing.map(|(_, _, by, how)| Escalation { by, how }));
        let running = RUNNING.iter().filter(|(service, action, _)| {
            self.around.runs_as_administrator(service)
                && self.rights.allowing_somewhere(action).any(Right::is_everywhere)
                && self.may_somewhere(action)
        });
        found.extend(running.map(|(_, by, how)| Escalation { by, how }));
        found
    }

    fn may(&self, action: &str, target: &str) -> bool {
        self.rights.allow(action, target)
            && self.boundary.is_none_or(|boundary| boundary.allow(action, target))
    }

    fn may_somewhere(&self, action: &str) -> bool {
        self.rights.allow_somewhere(action)
            && self.boundary.is_none_or(|boundary| boundary.allow_somewhere(action))
    }

    /// How it gets rid of its boundary.
    fn unbound(&self) -> Option<Escalation> {
        self.boundary?;
        let may = |(action, target): &&(&'static str, Target)| {
            self.own.of(*target).iter().any(|own| self.may(action, own))
        };
        let found = UNBOUND.iter().find(may);
        found.map(|(by, _)| Escalation { by, how: "takes away the permissions boundary that limits it" })
    }

    /// Whether a single action is enough. Who is bounded gains nothing by more policies of its own.
    fn has(&self, (action, target, reach, _): &Single, is_free: bool) -> bool {
        if *reach == Own && !is_free || self.rights.allowing_somewhere(action).next().is_none() {
            return false;
        }
        self.may(action, self.wide.of(*target))
            || match reach {
                Own => self.own.of(*target).iter().any(|own| self.may(action, own)),
                OwnOrAssumable => {
                    is_free && self.own.of(*target).iter().any(|own| self.may(action, own))
                        || self.on_assumable(action)
                }
                Stronger => self.on_stronger(action, *target),
            }
    }

    fn on_stronger(&self, action: &str, target: Target) -> bool {
        let strong = match target {
            User => &self.around.users,
            Group => &self.around.groups,
            Role | Policy => return self.on_strong_role(action),
        };
        self.named(action).any(|pattern| {
            matching(strong, pattern).any(|(arn, ())| arn != self.own.arn && self.may(action, arn))
        })
    }

    fn on_strong_role(&self, action: &str) -> bool {
        self.named(action).any(|pattern| {
            matching(&self.around.roles, pattern)
                .any(|(arn, role)| role.is_administrator && arn != self.own.arn && self.may(action, arn))
        })
    }

    fn on_assumable(&self, action: &str) -> bool {
        self.named(action).any(|pattern| {
            matching(&self.around.roles, pattern)
                .take(MOST_ROLES)
                .any(|(arn, role)| self.may(action, arn) && self.assumes(arn, role.trusts))
        })
    }

    /// Whether it may assume a role at any time.
    fn assumes(&self, role: &str, trusts: &[super::trust::Trusted]) -> bool {
        trusts.iter().filter(|trusted| !trusted.limited).any(|trusted| match &trusted.who {
            Who::Principal(arn) => arn == self.own.arn,
            Who::Account(number) => self.around.account == *number && self.may("sts:AssumeRole", role),
            Who::Everyone => self.may("sts:AssumeRole", role),
            Who::Service(_) | Who::Federated(_) => false,
        })
    }

    /// Patterns of resources that an action is allowed on.
    fn named(&self, action: &str) -> impl Iterator<Item = &str> {
        self.rights.allowing_somewhere(action).flat_map(Right::named_resources)
    }

    fn passes(&self, (service, ways, ..): &Passing) -> bool {
        let runs = |way: &&[&str]| way.iter().all(|action| self.may_somewhere(action));
        ways.iter().any(runs) && (self.hands(service, &self.wide.roles) || self.hands_strong(service))
    }

    fn hands(&self, service: &str, role: &str) -> bool {
        let by = |rights: &Rights<'_>| rights.passes(service, role);
        by(self.rights) && self.boundary.is_none_or(by)
    }

    /// Whether an administrator's role can be handed to the service that it trusts.
    fn hands_strong(&self, service: &str) -> bool {
        let patterns = self.rights.passing(service).flat_map(Right::named_resources);
        patterns.into_iter().any(|pattern| {
            matching(&self.around.roles, pattern).any(|(arn, role)| {
                role.is_administrator && role.trusts_service(service) && self.hands(service, arn)
            })
        })
    }
}
