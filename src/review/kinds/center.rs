//! What stays in Identity Center: users, groups, permission sets.

use super::{How, Kind, PLAIN};

/// In the order of names.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        call: "identitystore:CreateGroupMembership",
        what: "a member of an Identity Center group",
        same: &["membershipId"],
        ended_by: &["DeleteGroupMembership"],
        command: "aws identitystore delete-group-membership --identity-store-id {identityStoreId} --membership-id {membershipId} --region {region}",
        does: "removes the group's permissions from the member; issued credentials stay valid until the permission set's session ends",
        breaks: "whatever the member uses them for",
        ..PLAIN
    },
    Kind {
        call: "identitystore:CreateUser",
        what: "an Identity Center user",
        same: &["userId"],
        ended_by: &["DeleteUser"],
        command: "aws identitystore describe-user --identity-store-id {identityStoreId} --user-id {userId} --region {region}",
        how: How::Looks,
        does: "shows the user; delete it with `delete-user` once it has been examined",
        ..PLAIN
    },
    Kind {
        call: "sso-directory:CreateUser",
        what: "an Identity Center user",
        same: &["userId"],
        ended_by: &["DeleteUser"],
        command: "aws identitystore describe-user --identity-store-id {identityStoreId} --user-id {userId} --region {region}",
        how: How::Looks,
        does: "shows the user; delete it with `delete-user` once it has been examined",
        ..PLAIN
    },
    Kind {
        call: "sso:AttachManagedPolicyToPermissionSet",
        what: "policy `{managedPolicyArn}` on permission set `{permissionSetArn}`",
        same: &["permissionSetArn", "managedPolicyArn"],
        ended_by: &["DetachManagedPolicyFromPermissionSet", "DeletePermissionSet"],
        command: "aws sso-admin detach-managed-policy-from-permission-set --instance-arn {instanceArn} --permission-set-arn {permissionSetArn} --managed-policy-arn {managedPolicyArn} --region {region}",
        does: "detaches the policy from the set; it takes effect in the accounts after `provision-permission-set`",
        breaks: "people who work with the permission set",
        ..PLAIN
    },
    Kind {
        call: "sso:CreateAccountAssignment",
        what: "permission set `{permissionSetArn}` in account `{targetId}`, assigned to {principalType} `{principalId}`",
        same: &["principalId", "permissionSetArn", "targetId"],
        ended_by: &["DeleteAccountAssignment", "DeletePermissionSet"],
        command: "aws sso-admin delete-account-assignment --instance-arn {instanceArn} --target-id {targetId} --target-type AWS_ACCOUNT --permission-set-arn {permissionSetArn} --principal-type {principalType} --principal-id {principalId} --region {region}",
        does: "stops new credentials from being issued; those already issued stay valid until the permission set's session ends",
        breaks: "the work of the assigned principal",
        ..PLAIN
    },
    Kind {
        call: "sso:CreatePermissionSet",
        what: "permission set `{permissionSetArn}`",
        same: &["permissionSetArn"],
        ended_by: &["DeletePermissionSet"],
        command: "aws sso-admin list-accounts-for-provisioned-permission-set --instance-arn {instanceArn} --permission-set-arn {permissionSetArn} --region {region}",
        how: How::Looks,
        does: "shows the accounts it is provisioned in; delete its assignments, then the set",
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
        does: "shows the policy; restore the one in your code, and provision the set again",
        ..PLAIN
    },
];
