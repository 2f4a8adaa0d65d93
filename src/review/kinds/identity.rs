//! What stays of identities: users, keys, roles, policies, providers, and Identity Center.

use super::{Kind, kinds};

kinds! {
    "iam:AddRoleToInstanceProfile", "role `{roleName}` in instance profile `{instanceProfileName}`", ["roleName", "instanceProfileName"],
        ["RemoveRoleFromInstanceProfile", "DeleteInstanceProfile", "DeleteRole"],
        "aws iam remove-role-from-instance-profile --instance-profile-name {instanceProfileName} --role-name {roleName}",
        "instances of the profile get no more credentials of the role", "what runs on these instances";
    "iam:AddUserToGroup", "user `{userName}` in group `{groupName}`", ["userName", "groupName"],
        ["RemoveUserFromGroup", "DeleteUser", "DeleteGroup"],
        "aws iam remove-user-from-group --user-name {userName} --group-name {groupName}",
        "takes the group's rights from the user", "what the user does by them";
    "iam:AttachGroupPolicy", "policy `{policyArn}` on group `{groupName}`", ["groupName", "policyArn"],
        ["DetachGroupPolicy", "DeleteGroup"],
        "aws iam detach-group-policy --group-name {groupName} --policy-arn {policyArn}",
        "takes the policy's rights from the group", "what its users do by them";
    "iam:AttachRolePolicy", "policy `{policyArn}` on role `{roleName}`", ["roleName", "policyArn"],
        ["DetachRolePolicy", "DeleteRole"],
        "aws iam detach-role-policy --role-name {roleName} --policy-arn {policyArn}",
        "takes the policy's rights from the role, also from sessions that run", "what uses the role by them";
    "iam:AttachUserPolicy", "policy `{policyArn}` on user `{userName}`", ["userName", "policyArn"],
        ["DetachUserPolicy", "DeleteUser"],
        "aws iam detach-user-policy --user-name {userName} --policy-arn {policyArn}",
        "takes the policy's rights from the user", "what the user does by them";
    "iam:CreateAccessKey", "access key `{accessKeyId}` of user `{userName}`", ["accessKeyId", "userName"],
        ["DeleteAccessKey", "UpdateAccessKey", "DeleteUser"],
        "aws iam update-access-key --user-name {userName} --access-key-id {accessKeyId} --status Inactive",
        "the key stops working; it can be turned on again", "what was given this key since";
    "iam:CreateLoginProfile", "password of user `{userName}`", ["userName"], ["DeleteLoginProfile", "DeleteUser"],
        "aws iam delete-login-profile --user-name {userName}",
        "the user can't sign in to the console any more; a console session that runs goes on", "the user's sign-in";
    "iam:CreateOpenIDConnectProvider", "identity provider `{openIDConnectProviderArn}`", ["openIDConnectProviderArn"],
        ["DeleteOpenIDConnectProvider"],
        "aws iam delete-open-id-connect-provider --open-id-connect-provider-arn {openIDConnectProviderArn}",
        "its identities can't take roles any more", "pipelines that sign in by it";
    "iam:CreatePolicyVersion", "a new version of policy `{policyArn}`", ["policyArn"],
        ["DeletePolicy"],
        "aws iam list-policy-versions --policy-arn {policyArn}",
        "shows the versions; go back with `set-default-policy-version`", "nothing: it only looks";
    "iam:CreateRole", "role `{roleName}`", ["roleName"], ["DeleteRole"],
        "aws iam attach-role-policy --role-name {roleName} --policy-arn arn:aws:iam::aws:policy/AWSDenyAll",
        "the role can do nothing any more, nor can sessions that run; delete it when it was looked at", "what uses the role";
    "iam:CreateSAMLProvider", "identity provider `{sAMLProviderArn}`", ["sAMLProviderArn"], ["DeleteSAMLProvider"],
        "aws iam delete-saml-provider --saml-provider-arn {sAMLProviderArn}",
        "its identities can't take roles any more", "people who sign in by it";
    "iam:CreateServiceSpecificCredential", "service credential `{serviceSpecificCredentialId}` of user `{userName}`",
        ["serviceSpecificCredentialId", "userName"],
        ["DeleteServiceSpecificCredential", "UpdateServiceSpecificCredential", "DeleteUser"],
        "aws iam update-service-specific-credential --user-name {userName} --service-specific-credential-id {serviceSpecificCredentialId} --status Inactive",
        "the credential stops working; it can be turned on again", "what was given it since";
    "iam:CreateUser", "user `{userName}`", ["userName"], ["DeleteUser"],
        "aws iam attach-user-policy --user-name {userName} --policy-arn arn:aws:iam::aws:policy/AWSDenyAll",
        "the user can do nothing any more, with no key and no password; delete it when it was looked at", "what uses the user";
    "iam:DeactivateMFADevice", "user `{userName}` without the second factor `{serialNumber}`", ["userName"], ["DeleteUser"],
        "aws iam list-mfa-devices --user-name {userName}",
        "shows what is left; the user enables a device anew in the console", "nothing: it only looks";
    "iam:DeleteRolePermissionsBoundary", "role `{roleName}` without its boundary", ["roleName"],
        ["PutRolePermissionsBoundary", "DeleteRole"], "aws iam get-role --role-name {roleName}",
        "shows the role; put its boundary back with `put-role-permissions-boundary`", "nothing: it only looks";
    "iam:DeleteUserPermissionsBoundary", "user `{userName}` without the boundary", ["userName"],
        ["PutUserPermissionsBoundary", "DeleteUser"], "aws iam get-user --user-name {userName}",
        "shows the user; put the boundary back with `put-user-permissions-boundary`", "nothing: it only looks";
    "iam:EnableMFADevice", "second factor `{serialNumber}` of user `{userName}`", ["serialNumber", "userName"],
        ["DeactivateMFADevice", "DeleteUser"],
        "aws iam deactivate-mfa-device --user-name {userName} --serial-number {serialNumber}",
        "the device is asked for no more; the user enables one of their own in the console", "the user's sign-in with this device";
    "iam:PutGroupPolicy", "policy `{policyName}` of group `{groupName}`", ["groupName", "policyName"],
        ["DeleteGroupPolicy", "DeleteGroup"],
        "aws iam delete-group-policy --group-name {groupName} --policy-name {policyName}",
        "takes the policy's rights from the group", "what its users do by them";
    "iam:PutRolePolicy", "policy `{policyName}` of role `{roleName}`", ["roleName", "policyName"],
        ["DeleteRolePolicy", "DeleteRole"],
        "aws iam delete-role-policy --role-name {roleName} --policy-name {policyName}",
        "takes the policy's rights from the role, also from sessions that run", "what uses the role by them";
    "iam:PutUserPolicy", "policy `{policyName}` of user `{userName}`", ["userName", "policyName"],
        ["DeleteUserPolicy", "DeleteUser"],
        "aws iam delete-user-policy --user-name {userName} --policy-name {policyName}",
        "takes the policy's rights from the user", "what the user does by them";
    "iam:SetDefaultPolicyVersion", "another version of policy `{policyArn}`", ["policyArn"],
        ["SetDefaultPolicyVersion", "DeletePolicy"], "aws iam list-policy-versions --policy-arn {policyArn}",
        "shows the versions; go back with `set-default-policy-version`", "nothing: it only looks";
    "iam:UpdateAccessKey", "access key `{accessKeyId}` of user `{userName}`, switched on again", ["accessKeyId", "userName"],
        ["DeleteAccessKey", "UpdateAccessKey", "DeleteUser"],
        "aws iam update-access-key --user-name {userName} --access-key-id {accessKeyId} --status Inactive",
        "the key stops working; it can be turned on again", "what was given this key";
    "iam:UpdateAssumeRolePolicy", "who may take role `{roleName}`", ["roleName"], ["UpdateAssumeRolePolicy", "DeleteRole"],
        "aws iam get-role --role-name {roleName}",
        "shows who may take the role; put back what your code has with `update-assume-role-policy`", "nothing: it only looks";
    "iam:UpdateLoginProfile", "password of user `{userName}`", ["userName"], ["DeleteLoginProfile", "UpdateLoginProfile", "DeleteUser"],
        "aws iam delete-login-profile --user-name {userName}",
        "the user can't sign in to the console any more; a console session that runs goes on", "the user's sign-in";
    "iam:UpdateSAMLProvider", "what identity provider `{sAMLProviderArn}` trusts", ["sAMLProviderArn"],
        ["DeleteSAMLProvider", "UpdateSAMLProvider"],
        "aws iam get-saml-provider --saml-provider-arn {sAMLProviderArn}",
        "shows its metadata; put back yours with `update-saml-provider`", "nothing: it only looks";
    "iam:UploadSSHPublicKey", "SSH key `{sSHPublicKeyId}` of user `{userName}`", ["sSHPublicKeyId", "userName"],
        ["DeleteSSHPublicKey", "UpdateSSHPublicKey", "DeleteUser"],
        "aws iam update-ssh-public-key --user-name {userName} --ssh-public-key-id {sSHPublicKeyId} --status Inactive",
        "the key stops working; it can be turned on again", "what was given it since";
    "iam:UploadSigningCertificate", "signing certificate `{certificateId}` of user `{userName}`", ["certificateId", "userName"],
        ["DeleteSigningCertificate", "UpdateSigningCertificate", "DeleteUser"],
        "aws iam update-signing-certificate --user-name {userName} --certificate-id {certificateId} --status Inactive",
        "the certificate stops working; it can be turned on again", "what was given it since";
    "identitystore:CreateGroupMembership", "a member of a group of Identity Center", ["membershipId"], ["DeleteGroupMembership"],
        "aws identitystore delete-group-membership --identity-store-id {identityStoreId} --membership-id {membershipId} --region {region}",
        "takes the group's rights from the member; credentials that were given last as long as the permission set's session", "what the member does by them";
    "identitystore:CreateUser", "a user of Identity Center", ["userId"], ["DeleteUser"],
        "aws identitystore describe-user --identity-store-id {identityStoreId} --user-id {userId} --region {region}",
        "shows the user; delete it with `delete-user` when it was looked at", "nothing: it only looks";
    "rolesanywhere:CreateTrustAnchor", "trust anchor `{name}` of Roles Anywhere", ["trustAnchorId"], ["DisableTrustAnchor", "DeleteTrustAnchor"],
        "aws rolesanywhere disable-trust-anchor --trust-anchor-id {trustAnchorId} --region {region}",
        "its certificates give no more credentials", "machines that sign in by it";
    "sso-directory:CreateUser", "a user of Identity Center", ["userId"], ["DeleteUser"],
        "aws identitystore describe-user --identity-store-id {identityStoreId} --user-id {userId} --region {region}",
        "shows the user; delete it with `delete-user` when it was looked at", "nothing: it only looks";
    "sso:AttachManagedPolicyToPermissionSet", "policy `{managedPolicyArn}` on permission set `{permissionSetArn}`",
        ["permissionSetArn", "managedPolicyArn"], ["DetachManagedPolicyFromPermissionSet", "DeletePermissionSet"],
        "aws sso-admin detach-managed-policy-from-permission-set --instance-arn {instanceArn} --permission-set-arn {permissionSetArn} --managed-policy-arn {managedPolicyArn} --region {region}",
        "takes the policy from the set; it holds in the accounts after `provision-permission-set`", "who works by the set";
    "sso:CreateAccountAssignment", "permission set `{permissionSetArn}` in account `{targetId}`, given to {principalType} `{principalId}`",
        ["principalId", "permissionSetArn", "targetId"], ["DeleteAccountAssignment", "DeletePermissionSet"],
        "aws sso-admin delete-account-assignment --instance-arn {instanceArn} --target-id {targetId} --target-type AWS_ACCOUNT --permission-set-arn {permissionSetArn} --principal-type {principalType} --principal-id {principalId} --region {region}",
        "nobody gets new credentials by it; those that were given last as long as the set's session", "the work of who was assigned";
    "sso:CreatePermissionSet", "permission set `{permissionSetArn}`", ["permissionSetArn"], ["DeletePermissionSet"],
        "aws sso-admin list-accounts-for-provisioned-permission-set --instance-arn {instanceArn} --permission-set-arn {permissionSetArn} --region {region}",
        "shows in which accounts it is; take away its assignments, then delete it", "nothing: it only looks";
    "sso:PutInlinePolicyToPermissionSet", "the inline policy of permission set `{permissionSetArn}`", ["permissionSetArn"],
        ["DeleteInlinePolicyFromPermissionSet", "PutInlinePolicyToPermissionSet", "DeletePermissionSet"],
        "aws sso-admin get-inline-policy-for-permission-set --instance-arn {instanceArn} --permission-set-arn {permissionSetArn} --region {region}",
        "shows the policy; put back what your code has, and provision the set anew", "nothing: it only looks";
}
