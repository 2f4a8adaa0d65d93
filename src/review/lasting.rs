//! What stays after somebody is gone, who took it away again, and how it is taken away.

use super::deed::Deed;

/// One call that leaves something behind.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The call.
    pub call: &'static str,
    /// What stays, with fields in braces.
    pub what: &'static str,
    /// Fields that say which one it is.
    pub same: &'static [&'static str],
    /// Calls that end it, where all fields that both have are equal.
    pub ended_by: &'static [&'static str],
    /// The command that ends it, with fields in braces; empty where none does.
    pub command: &'static str,
    /// What that does.
    pub does: &'static str,
    /// What it breaks.
    pub breaks: &'static str,
}

macro_rules! kinds {
    ($($call:literal, $what:literal, [$($same:literal),*], [$($end:literal),*], $command:literal, $does:literal, $breaks:literal;)+) => {
        /// In the order of names.
        const KINDS: &[Kind] = &[$(Kind {
            call: $call, what: $what, same: &[$($same),*], ended_by: &[$($end),*],
            command: $command, does: $does, breaks: $breaks,
        }),+];
    };
}

kinds! {
    "AddPermission20150331v2", "permission `{statementId}` of function `{functionName}`", ["functionName", "statementId"],
        ["RemovePermission20150331v2", "DeleteFunction20150331"],
        "aws lambda remove-permission --function-name {functionName} --statement-id {statementId} --region {region}",
        "takes back who else may call the function", "what calls it by this permission";
    "AddRoleToInstanceProfile", "role `{roleName}` in instance profile `{instanceProfileName}`", ["roleName", "instanceProfileName"],
        ["RemoveRoleFromInstanceProfile", "DeleteInstanceProfile", "DeleteRole"],
        "aws iam remove-role-from-instance-profile --instance-profile-name {instanceProfileName} --role-name {roleName}",
        "instances of the profile get no more credentials of the role", "what runs on these instances";
    "AddUserToGroup", "user `{userName}` in group `{groupName}`", ["userName", "groupName"],
        ["RemoveUserFromGroup", "DeleteUser", "DeleteGroup"],
        "aws iam remove-user-from-group --user-name {userName} --group-name {groupName}",
        "takes the group's rights from the user", "what the user does by them";
    "AttachGroupPolicy", "policy `{policyArn}` on group `{groupName}`", ["groupName", "policyArn"],
        ["DetachGroupPolicy", "DeleteGroup"],
        "aws iam detach-group-policy --group-name {groupName} --policy-arn {policyArn}",
        "takes the policy's rights from the group", "what its users do by them";
    "AttachRolePolicy", "policy `{policyArn}` on role `{roleName}`", ["roleName", "policyArn"],
        ["DetachRolePolicy", "DeleteRole"],
        "aws iam detach-role-policy --role-name {roleName} --policy-arn {policyArn}",
        "takes the policy's rights from the role, also from sessions that run", "what uses the role by them";
    "AttachUserPolicy", "policy `{policyArn}` on user `{userName}`", ["userName", "policyArn"],
        ["DetachUserPolicy", "DeleteUser"],
        "aws iam detach-user-policy --user-name {userName} --policy-arn {policyArn}",
        "takes the policy's rights from the user", "what the user does by them";
    "AuthorizeSecurityGroupIngress", "an open way into security group `{groupId}`", ["groupId"],
        ["DeleteSecurityGroup"],
        "aws ec2 describe-security-group-rules --filters Name=group-id,Values={groupId} --region {region}",
        "shows the group's rules; take away the added one with `revoke-security-group-ingress`", "nothing: it only looks";
    "CreateAccessKey", "access key `{accessKeyId}` of user `{userName}`", ["accessKeyId", "userName"],
        ["DeleteAccessKey", "UpdateAccessKey", "DeleteUser"],
        "aws iam update-access-key --user-name {userName} --access-key-id {accessKeyId} --status Inactive",
        "the key stops working; it can be turned on again", "what was given this key since";
    "CreateFunctionUrlConfig", "a public address of function `{functionName}`", ["functionName"],
        ["DeleteFunctionUrlConfig", "DeleteFunction20150331"],
        "aws lambda delete-function-url-config --function-name {functionName} --region {region}",
        "the address stops answering", "what calls it";
    "CreateKeyPair", "key pair `{keyName}`", ["keyName"], ["DeleteKeyPair"],
        "aws ec2 delete-key-pair --key-name {keyName} --region {region}",
        "no new instance gets the key; those that run keep it", "launches that name it";
    "CreateLoginProfile", "password of user `{userName}`", ["userName"], ["DeleteLoginProfile", "DeleteUser"],
        "aws iam delete-login-profile --user-name {userName}",
        "the user can't sign in to the console any more; a console session that runs goes on", "the user's sign-in";
    "CreateOpenIDConnectProvider", "identity provider `{openIDConnectProviderArn}`", ["openIDConnectProviderArn"],
        ["DeleteOpenIDConnectProvider"],
        "aws iam delete-open-id-connect-provider --open-id-connect-provider-arn {openIDConnectProviderArn}",
        "its identities can't take roles any more", "pipelines that sign in by it";
    "CreatePolicyVersion", "a new version of policy `{policyArn}`", ["policyArn"],
        ["DeletePolicy"],
        "aws iam list-policy-versions --policy-arn {policyArn}",
        "shows the versions; go back with `set-default-policy-version`", "nothing: it only looks";
    "CreateRole", "role `{roleName}`", ["roleName"], ["DeleteRole"],
        "aws iam attach-role-policy --role-name {roleName} --policy-arn arn:aws:iam::aws:policy/AWSDenyAll",
        "the role can do nothing any more, nor can sessions that run; delete it when it was looked at", "what uses the role";
    "CreateSAMLProvider", "identity provider `{sAMLProviderArn}`", ["sAMLProviderArn"], ["DeleteSAMLProvider"],
        "aws iam delete-saml-provider --saml-provider-arn {sAMLProviderArn}",
        "its identities can't take roles any more", "people who sign in by it";
    "CreateServiceSpecificCredential", "service credential `{serviceSpecificCredentialId}` of user `{userName}`",
        ["serviceSpecificCredentialId", "userName"],
        ["DeleteServiceSpecificCredential", "UpdateServiceSpecificCredential", "DeleteUser"],
        "aws iam update-service-specific-credential --user-name {userName} --service-specific-credential-id {serviceSpecificCredentialId} --status Inactive",
        "the credential stops working; it can be turned on again", "what was given it since";
    "CreateTrustAnchor", "trust anchor `{name}` of Roles Anywhere", ["trustAnchorId"], ["DisableTrustAnchor", "DeleteTrustAnchor"],
        "aws rolesanywhere disable-trust-anchor --trust-anchor-id {trustAnchorId} --region {region}",
        "its certificates give no more credentials", "machines that sign in by it";
    "CreateUser", "user `{userName}`", ["userName"], ["DeleteUser"],
        "aws iam attach-user-policy --user-name {userName} --policy-arn arn:aws:iam::aws:policy/AWSDenyAll",
        "the user can do nothing any more, with no key and no password; delete it when it was looked at", "what uses the user";
    "DeactivateMFADevice", "user `{userName}` without the second factor `{serialNumber}`", ["userName"], ["DeleteUser"],
        "aws iam list-mfa-devices --user-name {userName}",
        "shows what is left; the user enables a device anew in the console", "nothing: it only looks";
    "DeleteTrail", "trail `{name}`, which was deleted", ["name"], ["CreateTrail"],
        "aws cloudtrail describe-trails --region {region}",
        "shows which trails are left; make the deleted one anew from your code", "nothing: it only looks";
    "DeleteFlowLogs", "flow logs that were deleted", [], [],
        "aws ec2 describe-flow-logs --region {region}",
        "shows which flow logs are left; make the deleted ones anew from your code", "nothing: it only looks";
    "DeleteResolverQueryLogConfig", "logs of DNS queries that were deleted", [], [],
        "aws route53resolver list-resolver-query-log-configs --region {region}",
        "shows which are left; make the deleted one anew from your code", "nothing: it only looks";
    "DeleteRolePermissionsBoundary", "role `{roleName}` without its boundary", ["roleName"],
        ["PutRolePermissionsBoundary", "DeleteRole"], "aws iam get-role --role-name {roleName}",
        "shows the role; put its boundary back with `put-role-permissions-boundary`", "nothing: it only looks";
    "DeleteUserPermissionsBoundary", "user `{userName}` without the boundary", ["userName"],
        ["PutUserPermissionsBoundary", "DeleteUser"], "aws iam get-user --user-name {userName}",
        "shows the user; put the boundary back with `put-user-permissions-boundary`", "nothing: it only looks";
    "EnableSerialConsoleAccess", "serial consoles of all instances, switched on", [], ["DisableSerialConsoleAccess"],
        "aws ec2 disable-serial-console-access --region {region}",
        "nobody gets at an instance by its serial console any more", "who works by the serial console";
    "ImportKeyPair", "key pair `{keyName}`", ["keyName"], ["DeleteKeyPair"],
        "aws ec2 delete-key-pair --key-name {keyName} --region {region}",
        "no new instance gets the key; those that run keep it", "launches that name it";
    "ModifyDBSnapshotAttribute", "database snapshot `{dBSnapshotIdentifier}` that may be shared", ["dBSnapshotIdentifier"],
        ["DeleteDBSnapshot", "ModifyDBSnapshotAttribute"],
        "aws rds describe-db-snapshot-attributes --db-snapshot-identifier {dBSnapshotIdentifier} --region {region}",
        "shows who may restore it; take them away with `modify-db-snapshot-attribute`; copies that were made stay", "nothing: it only looks";
    "ModifyImageAttribute", "image `{imageId}` that may be shared", ["imageId"], ["DeregisterImage", "ResetImageAttribute", "ModifyImageAttribute"],
        "aws ec2 reset-image-attribute --image-id {imageId} --attribute launchPermission --region {region}",
        "nobody else may start the image; copies that were made stay", "accounts that share it on purpose";
    "ModifySnapshotAttribute", "snapshot `{snapshotId}` that may be shared", ["snapshotId"], ["DeleteSnapshot", "ResetSnapshotAttribute", "ModifySnapshotAttribute"],
        "aws ec2 reset-snapshot-attribute --snapshot-id {snapshotId} --attribute createVolumePermission --region {region}",
        "nobody else may copy the snapshot; copies that were made stay", "accounts that share it on purpose";
    "PutBucketAcl", "an access list of bucket `{bucketName}`", ["bucketName"], ["PutBucketAcl", "DeleteBucket"],
        "aws s3api get-bucket-acl --bucket {bucketName}",
        "shows who may; put it back with `put-bucket-acl`", "nothing: it only looks";
    "PutBucketLifecycle", "a rule that deletes from bucket `{bucketName}`", ["bucketName"],
        ["DeleteBucketLifecycle", "PutBucketLifecycle", "DeleteBucket"],
        "aws s3api get-bucket-lifecycle-configuration --bucket {bucketName}",
        "shows what will be deleted, and when", "nothing: it only looks";
    "PutBucketPolicy", "a policy of bucket `{bucketName}`", ["bucketName"],
        ["DeleteBucketPolicy", "PutBucketPolicy", "DeleteBucket"],
        "aws s3api get-bucket-policy --bucket {bucketName}",
        "shows who may; put back what your code has", "nothing: it only looks";
    "PutEventSelectors", "what trail `{trailName}` leaves out", ["trailName"], ["PutEventSelectors", "DeleteTrail"],
        "aws cloudtrail get-event-selectors --trail-name {trailName} --region {region}",
        "shows what is logged; put back what your code has", "nothing: it only looks";
    "PutGroupPolicy", "policy `{policyName}` of group `{groupName}`", ["groupName", "policyName"],
        ["DeleteGroupPolicy", "DeleteGroup"],
        "aws iam delete-group-policy --group-name {groupName} --policy-name {policyName}",
        "takes the policy's rights from the group", "what its users do by them";
    "PutRolePolicy", "policy `{policyName}` of role `{roleName}`", ["roleName", "policyName"],
        ["DeleteRolePolicy", "DeleteRole"],
        "aws iam delete-role-policy --role-name {roleName} --policy-name {policyName}",
        "takes the policy's rights from the role, also from sessions that run", "what uses the role by them";
    "PutUserPolicy", "policy `{policyName}` of user `{userName}`", ["userName", "policyName"],
        ["DeleteUserPolicy", "DeleteUser"],
        "aws iam delete-user-policy --user-name {userName} --policy-name {policyName}",
        "takes the policy's rights from the user", "what the user does by them";
    "RunInstances", "instance `{instanceId}`", ["instanceId"], ["TerminateInstances"],
        "aws ec2 stop-instances --instance-ids {instanceId} --region {region}",
        "stops it; its disks stay for those who look", "what runs on it";
    "SendCommand", "what command `{commandId}` left on its instances", ["commandId"], [],
        "aws ssm list-command-invocations --command-id {commandId} --details --region {region}",
        "shows on which instances it ran; what it did there no trail tells", "nothing: it only looks";
    "SetDefaultPolicyVersion", "another version of policy `{policyArn}`", ["policyArn"],
        ["SetDefaultPolicyVersion", "DeletePolicy"], "aws iam list-policy-versions --policy-arn {policyArn}",
        "shows the versions; go back with `set-default-policy-version`", "nothing: it only looks";
    "StartSession", "a shell on `{target}`", ["sessionId"], ["TerminateSession"],
        "aws ssm terminate-session --session-id {sessionId} --region {region}",
        "ends the shell; what was done in it no trail tells", "who works in it";
    "StopLogging", "trail `{name}` that does not log", ["name"], ["StartLogging", "DeleteTrail"],
        "aws cloudtrail start-logging --name {name} --region {region}",
        "the trail logs again; what happened meanwhile is lost to it", "nothing";
    "UpdateAssumeRolePolicy", "who may take role `{roleName}`", ["roleName"], ["UpdateAssumeRolePolicy", "DeleteRole"],
        "aws iam get-role --role-name {roleName}",
        "shows who may take the role; put back what your code has with `update-assume-role-policy`", "nothing: it only looks";
    "UpdateFunctionCode20150331v2", "the code of function `{functionName}`", ["functionName"],
        ["UpdateFunctionCode20150331v2", "DeleteFunction20150331"],
        "aws lambda put-function-concurrency --function-name {functionName} --reserved-concurrent-executions 0 --region {region}",
        "the function is not run any more; deploy your code again", "what the function does";
    "UpdateFunctionConfiguration20150331v2", "the settings of function `{functionName}`", ["functionName"],
        ["UpdateFunctionConfiguration20150331v2", "DeleteFunction20150331"],
        "aws lambda get-function-configuration --function-name {functionName} --region {region}",
        "shows its layers, role and environment; deploy your settings again", "nothing: it only looks";
    "UpdateLoginProfile", "password of user `{userName}`", ["userName"], ["DeleteLoginProfile", "UpdateLoginProfile", "DeleteUser"],
        "aws iam delete-login-profile --user-name {userName}",
        "the user can't sign in to the console any more; a console session that runs goes on", "the user's sign-in";
    "UpdateTrail", "trail `{name}`, changed", ["name"], ["UpdateTrail", "DeleteTrail"],
        "aws cloudtrail get-trail --name {name} --region {region}",
        "shows where it logs to; put back what your code has", "nothing: it only looks";
    "UploadSSHPublicKey", "SSH key `{sSHPublicKeyId}` of user `{userName}`", ["sSHPublicKeyId", "userName"],
        ["DeleteSSHPublicKey", "UpdateSSHPublicKey", "DeleteUser"],
        "aws iam update-ssh-public-key --user-name {userName} --ssh-public-key-id {sSHPublicKeyId} --status Inactive",
        "the key stops working; it can be turned on again", "what was given it since";
    "UploadSigningCertificate", "signing certificate `{certificateId}` of user `{userName}`", ["certificateId", "userName"],
        ["DeleteSigningCertificate", "UpdateSigningCertificate", "DeleteUser"],
        "aws iam update-signing-certificate --user-name {userName} --certificate-id {certificateId} --status Inactive",
        "the certificate stops working; it can be turned on again", "what was given it since";
}

/// Something that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lasting {
    /// The event that made it.
    pub made: Deed,
    /// What it is.
    pub kind: &'static Kind,
    /// What it is, in words.
    pub what: String,
    /// The event that ended it.
    pub ended: Option<Deed>,
}

fn kind(call: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.call == call)
}

/// Whether a call makes or ends something that stays: a review looks at those of everybody.
pub fn is_joint(call: &str) -> bool {
    kind(call).is_some() || KINDS.iter().any(|kind| kind.ended_by.contains(&call))
}

/// What a deed left behind, and whether any of `joints` ended it. `joints` are in the order of time.
pub(super) fn lasting(
    made: &Deed,
    joints: &[Deed],
    within: &dyn Fn(Option<usize>) -> bool,
) -> Option<Lasting> {
    let kind = kind(&made.name).filter(|_| made.worked())?;
    // Who takes away what the incident made itself leaves nothing behind.
    let is_own = |one: &Deed| {
        one.name == "CreateTrail"
            && one.worked()
            && one.at.time <= made.at.time
            && within(one.session)
            && one.field("name").map(bare) == made.field("name").map(bare)
    };
    if made.name == "DeleteTrail" && joints.iter().any(is_own) {
        return None;
    }
    // Putting the same again is no end of it, unless somebody else did.
    let ends = |one: &&Deed| {
        let again = one.name == kind.call;
        kind.ended_by.contains(&one.name.as_str())
            && one.worked()
            && one.account == made.account
            // IAM is one for all Regions; all else is not.
            && (one.region == made.region || made.service.starts_with("iam"))
            && (one.at.time, &one.at.id) > (made.at.time, &made.at.id)
            && one.field("status") != Some("Active")
            && !(again && within(one.session))
            && is_same(kind, made, one)
    };
    // The last word counts: what was switched on again was not ended.
    let is_on_again = |end: &Deed| {
        joints.iter().any(|one| {
            (one.at.time, &one.at.id) > (end.at.time, &end.at.id)
                && one.name == end.name
                && one.worked()
                && one.account == made.account
                && one.field("status") == Some("Active")
                && is_same(kind, made, one)
        })
    };
    let ended = joints.iter().filter(ends).find(|end| !is_on_again(end) && is_of_all(made, end, joints));
    Some(Lasting { made: made.clone(), kind, what: filled(kind.what, made), ended: ended.cloned() })
}

/// Whether an end is that of all instances that a call started; a call of another kind makes one thing.
fn is_of_all(made: &Deed, end: &Deed, joints: &[Deed]) -> bool {
    made.name != "RunInstances"
        || made.all("instanceId").all(|id| {
            let ends = |one: &Deed| {
                one.name == end.name && one.worked() && one.all("instanceId").any(|own| own == id)
            };
            joints.iter().any(ends)
        })
}

/// Whether all fields that both have are equal, and there is one.
fn is_same(kind: &Kind, made: &Deed, other: &Deed) -> bool {
    let both = kind.same.iter().filter_map(|field| Some((made.field(field)?, values(other, field))));
    let both: Vec<_> = both.filter(|(_, theirs)| !theirs.is_empty()).collect();
    (kind.same.is_empty() || !both.is_empty())
        && both.iter().all(|(own, theirs)| theirs.iter().any(|their| bare(own) == bare(their)))
}

/// What an event says of a field. Calls about trails do not agree on its name.
fn values<'d>(deed: &'d Deed, field: &str) -> Vec<&'d str> {
    let is = |known: &str| known == field || ([known, field] == ["name", "trailName"]);
    deed.targets.iter().filter(|(known, _)| is(known)).map(|(_, value)| value.as_str()).collect()
}

/// A trail is named by its name or its ARN.
fn bare(name: &str) -> &str {
    if name.starts_with("arn:aws:cloudtrail:") { name.rsplit('/').next().unwrap_or(name) } else { name }
}

/// The fields of a template in the words of an event.
fn filled(template: &str, deed: &Deed) -> String {
    let mut text = template.to_owned();
    for (from, to) in fields(template) {
        let field = template.get(from..to).unwrap_or_default();
        let value = deed.field(field).unwrap_or("(not told)").replace('`', "'");
        text = text.replace(&format!("{{{field}}}"), &value);
    }
    text
}

fn fields(template: &str) -> Vec<(usize, usize)> {
    let starts = template.match_indices('{').map(|(at, _)| at + 1);
    starts.filter_map(|from| Some((from, from + template.get(from..)?.find('}')?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_listed_once_and_its_fields_are_closed() {
        for (at, kind) in KINDS.iter().enumerate() {
            assert!(KINDS.iter().skip(at + 1).all(|other| other.call != kind.call), "{}", kind.call);
            assert_eq!(kind.what.matches('{').count(), fields(kind.what).len(), "{}", kind.call);
            assert_eq!(kind.command.matches('{').count(), fields(kind.command).len(), "{}", kind.call);
            assert!(kind.command.starts_with("aws ") && !kind.does.is_empty() && !kind.breaks.is_empty());
        }
        assert!(is_joint("DeleteUser") && is_joint("CreateUser") && !is_joint("GetUser"));
    }
}
