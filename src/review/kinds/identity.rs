//! What stays of identities: users, keys, roles, policies, providers, and Identity Center.

use super::{Hold, How, Kind, Leaves, PLAIN};

pub(super) const DENY_ALL: Option<(&str, &str)> = Some(("policyArn", "aws:policy/AWSDenyAll"));
/// What our own command does to a user.
const DENIED_USER: Hold = Hold { call: "AttachUserPolicy", says: DENY_ALL, released_by: "DetachUserPolicy" };
/// What our own command does to a role.
const DENIED_ROLE: Hold = Hold { call: "AttachRolePolicy", says: DENY_ALL, released_by: "DetachRolePolicy" };

/// A role that was opened to another account: it is denied everything, looking is not enough.
static OPENED_ROLE: Kind = Kind {
    call: "iam:UpdateAssumeRolePolicy",
    what: "role `{roleName}`, opened to {others}",
    command: "aws iam attach-role-policy --role-name {roleName} --policy-arn arn:aws:iam::aws:policy/AWSDenyAll",
    how: How::Stops,
    does: "denies everything to the role and its running sessions; restore its trust policy with `aws iam update-assume-role-policy`, then detach this policy with `aws iam detach-role-policy`",
    breaks: "whatever uses the role",
    ..PLAIN
};

/// What most denials have in common.
const DENIAL: Kind = Kind {
    leaves: Leaves::Denial,
    does: "lets them act again: leave it if it is containment by you or by AWS",
    breaks: "the containment, if it is one",
    ..PLAIN
};

static DENIAL_ON_ROLE: Kind = Kind {
    call: "iam:AttachRolePolicy",
    what: "policy `{policyArn}` on role `{roleName}`, which denies it permissions",
    command: "aws iam detach-role-policy --role-name {roleName} --policy-arn {policyArn}",
    ..DENIAL
};

static DENIAL_ON_USER: Kind = Kind {
    call: "iam:AttachUserPolicy",
    what: "policy `{policyArn}` on user `{userName}`, which denies it permissions",
    command: "aws iam detach-user-policy --user-name {userName} --policy-arn {policyArn}",
    ..DENIAL
};

static DENIAL_OF_ROLE: Kind = Kind {
    call: "iam:PutRolePolicy",
    what: "policy `{policyName}` of role `{roleName}`, which denies it permissions",
    command: "aws iam delete-role-policy --role-name {roleName} --policy-name {policyName}",
    ..DENIAL
};

static DENIAL_OF_USER: Kind = Kind {
    call: "iam:PutUserPolicy",
    what: "policy `{policyName}` of user `{userName}`, which denies it permissions",
    command: "aws iam delete-user-policy --user-name {userName} --policy-name {policyName}",
    ..DENIAL
};

/// In the order of names.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        call: "iam:AddClientIDToOpenIDConnectProvider",
        what: "client `{clientID}` of identity provider `{openIDConnectProviderArn}`",
        same: &["openIDConnectProviderArn", "clientID"],
        ended_by: &["RemoveClientIDFromOpenIDConnectProvider", "DeleteOpenIDConnectProvider"],
        command: "aws iam remove-client-id-from-open-id-connect-provider --open-id-connect-provider-arn {openIDConnectProviderArn} --client-id {clientID}",
        does: "tokens for this client are no longer accepted",
        breaks: "pipelines that sign in as this client",
        ..PLAIN
    },
    Kind {
        call: "iam:AddRoleToInstanceProfile",
        what: "role `{roleName}` in instance profile `{instanceProfileName}`",
        same: &["roleName", "instanceProfileName"],
        ended_by: &["RemoveRoleFromInstanceProfile", "DeleteInstanceProfile", "DeleteRole"],
        command: "aws iam remove-role-from-instance-profile --instance-profile-name {instanceProfileName} --role-name {roleName}",
        does: "stops instances with the profile from getting credentials of the role",
        breaks: "whatever runs on these instances",
        ..PLAIN
    },
    Kind {
        call: "iam:AddUserToGroup",
        what: "user `{userName}` in group `{groupName}`",
        same: &["userName", "groupName"],
        ended_by: &["RemoveUserFromGroup", "DeleteUser", "DeleteGroup"],
        command: "aws iam remove-user-from-group --user-name {userName} --group-name {groupName}",
        does: "removes the group's permissions from the user",
        breaks: "whatever the user uses them for",
        ..PLAIN
    },
    Kind {
        call: "iam:AttachGroupPolicy",
        what: "policy `{policyArn}` on group `{groupName}`",
        same: &["groupName", "policyArn"],
        ended_by: &["DetachGroupPolicy", "DeleteGroup"],
        command: "aws iam detach-group-policy --group-name {groupName} --policy-arn {policyArn}",
        does: "removes the policy's permissions from the group",
        breaks: "whatever its users use them for",
        ..PLAIN
    },
    Kind {
        call: "iam:AttachRolePolicy",
        what: "policy `{policyArn}` on role `{roleName}`",
        same: &["roleName", "policyArn"],
        ended_by: &["DetachRolePolicy", "DeleteRole"],
        command: "aws iam detach-role-policy --role-name {roleName} --policy-arn {policyArn}",
        does: "removes the policy's permissions from the role and its running sessions",
        breaks: "whatever uses the role for them",
        denial: Some(&DENIAL_ON_ROLE),
        ..PLAIN
    },
    Kind {
        call: "iam:AttachUserPolicy",
        what: "policy `{policyArn}` on user `{userName}`",
        same: &["userName", "policyArn"],
        ended_by: &["DetachUserPolicy", "DeleteUser"],
        command: "aws iam detach-user-policy --user-name {userName} --policy-arn {policyArn}",
        does: "removes the policy's permissions from the user",
        breaks: "whatever the user uses them for",
        denial: Some(&DENIAL_ON_USER),
        ..PLAIN
    },
    Kind {
        call: "iam:ChangePassword",
        what: "password of user `{userName}`, changed by someone signed in as the user",
        same: &["userName"],
        ended_by: &["DeleteLoginProfile", "DeleteUser"],
        replaced_by: &["UpdateLoginProfile", "ChangePassword"],
        command: "aws iam delete-login-profile --user-name {userName}",
        how: How::Stops,
        does: "the user can no longer sign in to the console; running console sessions continue. Give the user a new one with `aws iam create-login-profile`",
        breaks: "the user's sign-in",
        ..PLAIN
    },
    Kind {
        call: "iam:CreateAccessKey",
        what: "access key `{accessKeyId}` of user `{userName}`",
        same: &["accessKeyId", "userName"],
        ended_by: &["DeleteAccessKey", "UpdateAccessKey", "DeleteUser"],
        command: "aws iam update-access-key --user-name {userName} --access-key-id {accessKeyId} --status Inactive",
        how: How::Stops,
        does: "the key stops working; it can be reactivated",
        breaks: "whatever has been given this key since",
        ..PLAIN
    },
    Kind {
        call: "iam:CreateLoginProfile",
        what: "password of user `{userName}`",
        same: &["userName"],
        ended_by: &["DeleteLoginProfile", "DeleteUser"],
        replaced_by: &["UpdateLoginProfile", "ChangePassword"],
        command: "aws iam delete-login-profile --user-name {userName}",
        how: How::Stops,
        does: "the user can no longer sign in to the console; running console sessions continue",
        breaks: "the user's sign-in",
        ..PLAIN
    },
    Kind {
        call: "iam:CreateOpenIDConnectProvider",
        what: "identity provider `{openIDConnectProviderArn}`",
        same: &["openIDConnectProviderArn"],
        ended_by: &["DeleteOpenIDConnectProvider"],
        command: "aws iam delete-open-id-connect-provider --open-id-connect-provider-arn {openIDConnectProviderArn}",
        does: "its identities can no longer assume roles",
        breaks: "pipelines that sign in through it",
        ..PLAIN
    },
    Kind {
        call: "iam:CreatePolicyVersion",
        what: "a new version of policy `{policyArn}`",
        same: &["policyArn"],
        ended_by: &["DeletePolicy"],
        replaced_by: &["SetDefaultPolicyVersion"],
        command: "aws iam list-policy-versions --policy-arn {policyArn}",
        how: How::Looks,
        does: "shows the versions; restore the previous one with `set-default-policy-version`",
        ..PLAIN
    },
    Kind {
        call: "iam:CreateRole",
        what: "role `{roleName}`",
        same: &["roleName"],
        ended_by: &["DeleteRole"],
        command: "aws iam attach-role-policy --role-name {roleName} --policy-arn arn:aws:iam::aws:policy/AWSDenyAll",
        how: How::Stops,
        does: "denies everything to the role and its running sessions; delete it once it has been examined",
        breaks: "whatever uses the role",
        held_by: &[DENIED_ROLE],
        ..PLAIN
    },
    Kind {
        call: "iam:CreateSAMLProvider",
        what: "identity provider `{sAMLProviderArn}`",
        same: &["sAMLProviderArn"],
        ended_by: &["DeleteSAMLProvider"],
        command: "aws iam delete-saml-provider --saml-provider-arn {sAMLProviderArn}",
        does: "its identities can no longer assume roles",
        breaks: "people who sign in through it",
        ..PLAIN
    },
    Kind {
        call: "iam:CreateServiceSpecificCredential",
        what: "service credential `{serviceSpecificCredentialId}` of user `{userName}`",
        same: &["serviceSpecificCredentialId", "userName"],
        ended_by: &["DeleteServiceSpecificCredential", "UpdateServiceSpecificCredential", "DeleteUser"],
        command: "aws iam update-service-specific-credential --user-name {userName} --service-specific-credential-id {serviceSpecificCredentialId} --status Inactive",
        how: How::Stops,
        does: "the credential stops working; it can be reactivated",
        breaks: "whatever has been given it since",
        ..PLAIN
    },
    Kind {
        call: "iam:CreateUser",
        what: "user `{userName}`",
        same: &["userName"],
        ended_by: &["DeleteUser"],
        command: "aws iam attach-user-policy --user-name {userName} --policy-arn arn:aws:iam::aws:policy/AWSDenyAll",
        how: How::Stops,
        does: "denies everything to the user, whether by key or by password; delete it once it has been examined",
        breaks: "whatever uses the user",
        held_by: &[DENIED_USER],
        ..PLAIN
    },
    Kind {
        call: "iam:DeactivateMFADevice",
        what: "the removed MFA device `{serialNumber}` of user `{userName}`",
        leaves: Leaves::Lack,
        same: &["userName"],
        ended_by: &["DeleteUser"],
        replaced_by: &["EnableMFADevice"],
        made_by: Some("EnableMFADevice"),
        command: "aws iam list-mfa-devices --user-name {userName}",
        how: How::Looks,
        does: "shows the remaining devices; the user registers a device again in the console",
        ..PLAIN
    },
    Kind {
        call: "iam:DeleteRolePermissionsBoundary",
        what: "the removed permissions boundary of role `{roleName}`",
        leaves: Leaves::Lack,
        same: &["roleName"],
        ended_by: &["DeleteRole"],
        replaced_by: &["PutRolePermissionsBoundary"],
        command: "aws iam get-role --role-name {roleName}",
        how: How::Looks,
        does: "shows the role; restore its boundary with `put-role-permissions-boundary`",
        ..PLAIN
    },
    Kind {
        call: "iam:DeleteUserPermissionsBoundary",
        what: "the removed permissions boundary of user `{userName}`",
        leaves: Leaves::Lack,
        same: &["userName"],
        ended_by: &["DeleteUser"],
        replaced_by: &["PutUserPermissionsBoundary"],
        command: "aws iam get-user --user-name {userName}",
        how: How::Looks,
        does: "shows the user; restore the boundary with `put-user-permissions-boundary`",
        ..PLAIN
    },
    Kind {
        call: "iam:EnableMFADevice",
        what: "MFA device `{serialNumber}` of user `{userName}`",
        same: &["serialNumber", "userName"],
        ended_by: &["DeactivateMFADevice", "DeleteUser"],
        command: "aws iam deactivate-mfa-device --user-name {userName} --serial-number {serialNumber}",
        does: "the device is no longer accepted; the user registers their own in the console",
        breaks: "the user's sign-in with this device",
        ..PLAIN
    },
    Kind {
        call: "iam:PutGroupPolicy",
        what: "policy `{policyName}` of group `{groupName}`",
        same: &["groupName", "policyName"],
        ended_by: &["DeleteGroupPolicy", "DeleteGroup"],
        command: "aws iam delete-group-policy --group-name {groupName} --policy-name {policyName}",
        does: "removes the policy's permissions from the group",
        breaks: "whatever its users use them for",
        ..PLAIN
    },
    Kind {
        call: "iam:PutRolePolicy",
        what: "policy `{policyName}` of role `{roleName}`",
        same: &["roleName", "policyName"],
        ended_by: &["DeleteRolePolicy", "DeleteRole"],
        command: "aws iam delete-role-policy --role-name {roleName} --policy-name {policyName}",
        does: "removes the policy's permissions from the role and its running sessions",
        breaks: "whatever uses the role for them",
        denial: Some(&DENIAL_OF_ROLE),
        ..PLAIN
    },
    Kind {
        call: "iam:PutUserPolicy",
        what: "policy `{policyName}` of user `{userName}`",
        same: &["userName", "policyName"],
        ended_by: &["DeleteUserPolicy", "DeleteUser"],
        command: "aws iam delete-user-policy --user-name {userName} --policy-name {policyName}",
        does: "removes the policy's permissions from the user",
        breaks: "whatever the user uses them for",
        denial: Some(&DENIAL_OF_USER),
        ..PLAIN
    },
    Kind {
        call: "iam:SetDefaultPolicyVersion",
        what: "another version of policy `{policyArn}`",
        same: &["policyArn"],
        ended_by: &["DeletePolicy"],
        replaced_by: &["SetDefaultPolicyVersion"],
        command: "aws iam list-policy-versions --policy-arn {policyArn}",
        how: How::Looks,
        does: "shows the versions; restore the previous one with `set-default-policy-version`",
        ..PLAIN
    },
    Kind {
        call: "iam:UpdateAccessKey",
        what: "access key `{accessKeyId}` of user `{userName}`, reactivated",
        same: &["accessKeyId", "userName"],
        ended_by: &["DeleteAccessKey", "UpdateAccessKey", "DeleteUser"],
        command: "aws iam update-access-key --user-name {userName} --access-key-id {accessKeyId} --status Inactive",
        how: How::Stops,
        does: "the key stops working; it can be reactivated",
        breaks: "whatever has been given this key",
        ..PLAIN
    },
    Kind {
        call: "iam:UpdateAssumeRolePolicy",
        what: "trust policy of role `{roleName}`",
        same: &["roleName"],
        ended_by: &["DeleteRole"],
        replaced_by: &["UpdateAssumeRolePolicy"],
        command: "aws iam get-role --role-name {roleName}",
        how: How::Looks,
        does: "shows who can assume the role; restore the policy in your code with `update-assume-role-policy`",
        held_by: &[DENIED_ROLE],
        opened: Some(&OPENED_ROLE),
        ..PLAIN
    },
    Kind {
        call: "iam:UpdateLoginProfile",
        what: "password of user `{userName}`",
        same: &["userName"],
        ended_by: &["DeleteLoginProfile", "DeleteUser"],
        replaced_by: &["UpdateLoginProfile", "ChangePassword"],
        command: "aws iam delete-login-profile --user-name {userName}",
        how: How::Stops,
        does: "the user can no longer sign in to the console; running console sessions continue",
        breaks: "the user's sign-in",
        ..PLAIN
    },
    Kind {
        call: "iam:UpdateSAMLProvider",
        what: "metadata of identity provider `{sAMLProviderArn}`",
        same: &["sAMLProviderArn"],
        ended_by: &["DeleteSAMLProvider"],
        replaced_by: &["UpdateSAMLProvider"],
        command: "aws iam get-saml-provider --saml-provider-arn {sAMLProviderArn}",
        how: How::Looks,
        does: "shows its metadata; restore yours with `update-saml-provider`",
        ..PLAIN
    },
    Kind {
        call: "iam:UploadSSHPublicKey",
        what: "SSH key `{sSHPublicKeyId}` of user `{userName}`",
        same: &["sSHPublicKeyId", "userName"],
        ended_by: &["DeleteSSHPublicKey", "UpdateSSHPublicKey", "DeleteUser"],
        command: "aws iam update-ssh-public-key --user-name {userName} --ssh-public-key-id {sSHPublicKeyId} --status Inactive",
        how: How::Stops,
        does: "the key stops working; it can be reactivated",
        breaks: "whatever has been given it since",
        ..PLAIN
    },
    Kind {
        call: "iam:UploadSigningCertificate",
        what: "signing certificate `{certificateId}` of user `{userName}`",
        same: &["certificateId", "userName"],
        ended_by: &["DeleteSigningCertificate", "UpdateSigningCertificate", "DeleteUser"],
        command: "aws iam update-signing-certificate --user-name {userName} --certificate-id {certificateId} --status Inactive",
        how: How::Stops,
        does: "the certificate stops working; it can be reactivated",
        breaks: "whatever has been given it since",
        ..PLAIN
    },
    Kind {
        call: "rolesanywhere:CreateTrustAnchor",
        what: "Roles Anywhere trust anchor `{name}`",
        same: &["trustAnchorId"],
        ended_by: &["DisableTrustAnchor", "DeleteTrustAnchor"],
        command: "aws rolesanywhere disable-trust-anchor --trust-anchor-id {trustAnchorId} --region {region}",
        does: "its certificates no longer yield credentials",
        breaks: "machines that sign in through it",
        ..PLAIN
    },
    Kind {
        call: "signin:EmailUpdated",
        what: "the e-mail address of root",
        how: How::None,
        does: "if it was not you, no command undoes it: sign in as root and restore the address, or contact AWS Support at once: whoever has the address can reset the password",
        ..PLAIN
    },
    Kind {
        call: "signin:PasswordUpdated",
        what: "the password of root, changed",
        replaced_by: &["PasswordUpdated", "PasswordRecoveryCompleted"],
        how: How::None,
        does: "if it was not you, no command undoes it: reset the password by e-mail, and check the MFA devices and the e-mail address",
        ..PLAIN
    },
];
