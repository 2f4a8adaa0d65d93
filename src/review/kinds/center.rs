//! What stays in Identity Center: users, groups, permission sets.

use super::{How, Kind, PLAIN};

/// In the order of names.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        call: "identitystore:CreateGroupMembership",
        what: "a member of a group of Identity Center",
        same: &["membershipId"],
        ended_by: &["DeleteGroupMembership"],
        command: "aws identitystore delete-group-membership --identity-store-id {identityStoreId} --membership-id {membershipId} --region {region}",
        does: "takes the group's rights from the member; credentials that were given last as long as the permission set's session",
        breaks: "what the member does by them",
        ..PLAIN
    },
    Kind {
        call: "identitystore:CreateUser",
        what: "a user of Identity Center",
        same: &["userId"],
        ended_by: &["DeleteUser"],
        command: "aws identitystore describe-user --identity-store-id {identityStoreId} --user-id {userId} --region {region}",
        how: How::Looks,
        does: "shows the user; delete it with `delete-user` when it was looked at",
        ..PLAIN
    },
    Kind {
        call: "sso-directory:CreateUser",
        what: "a user of Identity Center",
        same: &["userId"],
        ended_by: &["DeleteUser"],
        command: "aws identitystore describe-user --identity-store-id {identityStoreId} --user-id {userId} --region {region}",
        how: How::Looks,
        does: "shows the user; delete it with `delete-user` when it was looked at",
        ..PLAIN
    },
    Kind {
        call: "sso:AttachManagedPolicyToPermissionSet",
        what: "policy `{managedPolicyArn}` on permission set `{permissionSetArn}`",
        same: &["permissionSetArn", "managedPolicyArn"],
        ended_by: &["DetachManagedPolicyFromPermissionSet", "DeletePermissionSet"],
        command: "aws sso-admin detach-managed-policy-from-permission-set --instance-arn {instanceArn} --permission-set-arn {permissionSetArn} --managed-policy-arn {managedPolicyArn} --region {region}",
        does: "takes the policy from the set; it holds in the accounts after `provision-permission-set`",
        breaks: "who works by the set",
        ..PLAIN
    },
    Kind {
        call: "sso:CreateAccountAssignment",
        what: "permission set `{permissionSetArn}` in account `{targetId}`, given to {principalType} `{principalId}`",
        same: &["principalId", "permissionSetArn", "targetId"],
        ended_by: &["DeleteAccountAssignment", "DeletePermissionSet"],
        command: "aws sso-admin delete-account-assignment --instance-arn {instanceArn} --target-id {targetId} --target-type AWS_ACCOUNT --permission-set-arn {permissionSetArn} --principal-type {principalType} --principal-id {principalId} --region {region}",
        does: "nobody gets new credentials by it; those that were given last as long as the set's session",
        breaks: "the work of who was assigned",
        ..PLAIN
    },
    Kind {
        call: "sso:CreatePermissionSet",
        what: "permission set `{permissionSetArn}`",
        same: &["permissionSetArn"],
        ended_by: &["DeletePermissionSet"],
        command: "aws sso-admin list-accounts-for-provisioned-permission-set --instance-arn {instanceArn} --permission-set-arn {permissionSetArn} --region {region}",
        how: How::Looks,
        does: "shows in which accounts it is; take away its assignments, then delete it",
        ..PLAIN
    },
    Kind {
        call: "sso:PutInlinePolicyToPermissionSet",
        what: "the inline policy of permission set `{permissionSetArn}`",
        same: &["permissionSetArn"],
        ended_by: &["DeleteInlinePolicyFromPermissionSet", "DeletePermissionSet"],
        replaced_by: &["PutInlinePolicyToPermissionSet"],
        command: "aws sso-admin get-inline-policy-for-permission-set --instance-arn {instanceArn} --permission-set-arn {permissionSetArn} --region {region}",
        how: How::Looks,
        does: "shows the policy; put back what your code has, and provision the set anew",
        ..PLAIN
    },
];
