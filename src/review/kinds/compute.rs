//! What stays where programs run: machines, functions, clusters, ways in.

use super::{Hold, How, Kind, Leaves, PLAIN};

/// What our own command does to a function.
const NEVER_RUN: Hold = Hold {
    call: "PutFunctionConcurrency20171031",
    says: Some(("reservedConcurrentExecutions", "0")),
    released_by: "DeleteFunctionConcurrency20171031",
};

static OPENED_FUNCTION: Kind = Kind {
    call: "lambda:AddPermission20150331v2",
    what: "function `{functionName}`, opened to {others} by permission `{statementId}`",
    command: "aws lambda remove-permission --function-name {functionName} --statement-id {statementId} --region {region}",
    how: How::Stops,
    does: "revokes the permission to call the function",
    breaks: "callers that use this permission",
    ..PLAIN
};

static OPENED_LAYER: Kind = Kind {
    call: "lambda:AddLayerVersionPermission20181031",
    what: "layer `{layerName}`, opened to {others} by permission `{statementId}`",
    command: "aws lambda remove-layer-version-permission --layer-name {layerName} --version-number {versionNumber} --statement-id {statementId} --region {region}",
    how: How::Stops,
    does: "revokes the permission to use the layer",
    breaks: "accounts that use the layer through this permission",
    ..PLAIN
};

/// In the order of names.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        call: "cloudformation:CreateStack",
        what: "stack `{stackName}`, and everything it created",
        same: &["stackName"],
        ended_by: &["DeleteStack"],
        command: "aws cloudformation describe-stack-resources --stack-name {stackName} --region {region}",
        how: How::Looks,
        does: "shows what it created; delete it with `delete-stack` once it has been examined",
        ..PLAIN
    },
    Kind {
        call: "ec2:AssociateIamInstanceProfile",
        what: "an instance profile on instance `{instanceId}`",
        same: &["associationId", "instanceId"],
        ended_by: &["DisassociateIamInstanceProfile", "TerminateInstances"],
        replaced_by: &["ReplaceIamInstanceProfileAssociation"],
        command: "aws ec2 disassociate-iam-instance-profile --association-id {associationId} --region {region}",
        does: "stops the instance from getting new credentials of the role; those it has stay valid for hours",
        breaks: "programs on it that use the role",
        ..PLAIN
    },
    Kind {
        call: "ec2:AuthorizeSecurityGroupIngress",
        what: "an ingress rule of security group `{groupId}`",
        same: &["securityGroupRuleId", "groupId"],
        ended_by: &["RevokeSecurityGroupIngress", "DeleteSecurityGroup"],
        command: "aws ec2 revoke-security-group-ingress --group-id {groupId} --security-group-rule-ids {securityGroupRuleId*} --region {region}",
        does: "removes the rules that were added",
        breaks: "traffic that they allow",
        ..PLAIN
    },
    Kind {
        call: "ec2:CreateInstanceConnectEndpoint",
        what: "EC2 Instance Connect endpoint `{instanceConnectEndpointId}`",
        same: &["instanceConnectEndpointId"],
        ended_by: &["DeleteInstanceConnectEndpoint"],
        command: "aws ec2 delete-instance-connect-endpoint --instance-connect-endpoint-id {instanceConnectEndpointId} --region {region}",
        does: "closes this way into the network",
        breaks: "people who connect through it",
        ..PLAIN
    },
    Kind {
        call: "ec2:CreateKeyPair",
        what: "key pair `{keyName}`",
        same: &["keyName"],
        ended_by: &["DeleteKeyPair"],
        command: "aws ec2 delete-key-pair --key-name {keyName} --region {region}",
        does: "stops new instances from getting the key; running instances keep it",
        breaks: "launches that use it",
        ..PLAIN
    },
    Kind {
        call: "ec2:CreateLaunchTemplateVersion",
        what: "a new version of launch template `{launchTemplateId}`",
        same: &["launchTemplateId"],
        ended_by: &["DeleteLaunchTemplate"],
        command: "aws ec2 describe-launch-template-versions --launch-template-id {launchTemplateId} --region {region}",
        how: How::Looks,
        does: "shows the versions; restore the previous one with `modify-launch-template`",
        ..PLAIN
    },
    Kind {
        call: "ec2:CreateVpcPeeringConnection",
        what: "VPC peering connection `{vpcPeeringConnectionId}`",
        same: &["vpcPeeringConnectionId"],
        ended_by: &["DeleteVpcPeeringConnection"],
        command: "aws ec2 delete-vpc-peering-connection --vpc-peering-connection-id {vpcPeeringConnectionId} --region {region}",
        does: "disconnects the two networks",
        breaks: "traffic between them",
        ..PLAIN
    },
    Kind {
        call: "ec2:EnableSerialConsoleAccess",
        what: "serial console access to all instances, enabled",
        ended_by: &["DisableSerialConsoleAccess"],
        command: "aws ec2 disable-serial-console-access --region {region}",
        does: "blocks access to instances through the serial console",
        breaks: "people who use the serial console",
        ..PLAIN
    },
    Kind {
        call: "ec2:ImportKeyPair",
        what: "key pair `{keyName}`",
        same: &["keyName"],
        ended_by: &["DeleteKeyPair"],
        command: "aws ec2 delete-key-pair --key-name {keyName} --region {region}",
        does: "stops new instances from getting the key; running instances keep it",
        breaks: "launches that use it",
        ..PLAIN
    },
    Kind {
        call: "ec2:ModifyInstanceAttribute",
        what: "a changed setting of instance `{instanceId}`",
        same: &["instanceId"],
        ended_by: &["TerminateInstances"],
        command: "aws ec2 describe-instance-attribute --instance-id {instanceId} --attribute userData --region {region}",
        how: How::Looks,
        does: "shows the script that its next start runs, in Base64; restore yours",
        ..PLAIN
    },
    Kind {
        call: "ec2:RunInstances",
        what: "instance `{instanceId}`",
        same: &["instanceId"],
        ended_by: &["TerminateInstances"],
        command: "aws ec2 stop-instances --instance-ids {instanceId} --region {region}",
        does: "stops it; its disks are kept for forensics",
        breaks: "whatever runs on it",
        held_by: &[Hold { call: "StopInstances", says: None, released_by: "StartInstances" }],
        ..PLAIN
    },
    Kind {
        call: "ecs:CreateService",
        what: "service `{serviceArn}`",
        same: &["serviceArn"],
        ended_by: &["DeleteService"],
        command: "aws ecs update-service --cluster {clusterArn} --service {serviceArn} --desired-count 0 --region {region}",
        does: "stops its tasks; the service is kept for forensics",
        breaks: "whatever it does",
        held_by: &[Hold {
            call: "UpdateService",
            says: Some(("desiredCount", "0")),
            released_by: "UpdateService",
        }],
        ..PLAIN
    },
    Kind {
        call: "ecs:RunTask",
        what: "task `{taskArn}`",
        same: &["taskArn"],
        ended_by: &["StopTask"],
        command: "aws ecs stop-task --cluster {clusterArn} --task {taskArn} --region {region}",
        does: "stops it; its data is lost",
        breaks: "whatever it does",
        ..PLAIN
    },
    Kind {
        call: "eks:AssociateAccessPolicy",
        what: "permissions of `{principalArn}` in cluster `{clusterName|name}`",
        same: &["principalArn", "policyArn"],
        ended_by: &["DisassociateAccessPolicy", "DeleteAccessEntry", "DeleteCluster"],
        command: "aws eks disassociate-access-policy --cluster-name {clusterName|name} --principal-arn {principalArn} --policy-arn {policyArn} --region {region}",
        does: "removes the permissions in the cluster",
        breaks: "whatever the principal does there",
        ..PLAIN
    },
    Kind {
        call: "eks:CreateAccessEntry",
        what: "access of `{principalArn}` to cluster `{clusterName|name}`",
        same: &["principalArn"],
        ended_by: &["DeleteAccessEntry", "DeleteCluster"],
        command: "aws eks delete-access-entry --cluster-name {clusterName|name} --principal-arn {principalArn} --region {region}",
        does: "the principal loses access to the cluster; what it created there remains",
        breaks: "whatever the principal does there",
        ..PLAIN
    },
    Kind {
        call: "events:PutRule",
        what: "EventBridge rule `{name}`",
        same: &["name"],
        ended_by: &["DisableRule", "DeleteRule"],
        command: "aws events disable-rule --name {name} --region {region}",
        does: "disables the rule; for a bus other than `default`, add `--event-bus-name`",
        breaks: "whatever the rule starts",
        ..PLAIN
    },
    Kind {
        call: "lambda:AddLayerVersionPermission20181031",
        what: "permission `{statementId}` of layer `{layerName}`, for `{principal}`",
        same: &["layerName", "statementId"],
        ended_by: &["RemoveLayerVersionPermission20181031"],
        command: "aws lambda remove-layer-version-permission --layer-name {layerName} --version-number {versionNumber} --statement-id {statementId} --region {region}",
        does: "revokes the permission to use the layer",
        breaks: "accounts that use the layer through this permission",
        opened: Some(&OPENED_LAYER),
        ..PLAIN
    },
    Kind {
        call: "lambda:AddPermission20150331v2",
        what: "permission `{statementId}` of function `{functionName}`, for `{principal}`",
        same: &["functionName", "statementId"],
        ended_by: &["RemovePermission20150331v2", "DeleteFunction20150331"],
        command: "aws lambda remove-permission --function-name {functionName} --statement-id {statementId} --region {region}",
        does: "revokes the permission to call the function",
        breaks: "callers that use this permission",
        opened: Some(&OPENED_FUNCTION),
        ..PLAIN
    },
    Kind {
        call: "lambda:CreateEventSourceMapping20150331",
        what: "event source `{uUID}` of function `{functionName}`",
        same: &["uUID"],
        ended_by: &["DeleteEventSourceMapping20150331"],
        command: "aws lambda update-event-source-mapping --uuid {uUID} --no-enabled --region {region}",
        does: "stops the source from invoking the function",
        breaks: "events from this source",
        held_by: &[Hold {
            call: "UpdateEventSourceMapping20150331",
            says: Some(("enabled", "false")),
            released_by: "UpdateEventSourceMapping20150331",
        }],
        ..PLAIN
    },
    Kind {
        call: "lambda:CreateFunction20150331",
        what: "function `{functionName}`",
        same: &["functionName"],
        ended_by: &["DeleteFunction20150331"],
        command: "aws lambda put-function-concurrency --function-name {functionName} --reserved-concurrent-executions 0 --region {region}",
        does: "stops the function from running; delete it once it has been examined",
        breaks: "whatever the function does",
        held_by: &[NEVER_RUN],
        ..PLAIN
    },
    Kind {
        call: "lambda:CreateFunctionUrlConfig",
        what: "URL of function `{functionName}`, with authentication `{authType}`",
        same: &["functionName"],
        ended_by: &["DeleteFunctionUrlConfig", "DeleteFunction20150331"],
        command: "aws lambda delete-function-url-config --function-name {functionName} --region {region}",
        does: "the URL stops responding",
        breaks: "whatever calls it",
        ..PLAIN
    },
    Kind {
        call: "lambda:UpdateFunctionCode20150331v2",
        what: "the code of function `{functionName}`",
        same: &["functionName"],
        ended_by: &["DeleteFunction20150331"],
        replaced_by: &["UpdateFunctionCode20150331v2"],
        command: "aws lambda put-function-concurrency --function-name {functionName} --reserved-concurrent-executions 0 --region {region}",
        does: "stops the function from running; deploy your code again",
        breaks: "whatever the function does",
        held_by: &[NEVER_RUN],
        ..PLAIN
    },
    Kind {
        call: "lambda:UpdateFunctionConfiguration20150331v2",
        what: "the settings of function `{functionName}`",
        same: &["functionName"],
        ended_by: &["DeleteFunction20150331"],
        replaced_by: &["UpdateFunctionConfiguration20150331v2"],
        command: "aws lambda get-function-configuration --function-name {functionName} --region {region}",
        how: How::Looks,
        does: "shows its layers, role and environment; deploy your settings again",
        ..PLAIN
    },
    Kind {
        call: "lambda:UpdateFunctionUrlConfig",
        what: "the changed URL of function `{functionName}`",
        same: &["functionName"],
        ended_by: &["DeleteFunctionUrlConfig", "DeleteFunction20150331"],
        replaced_by: &["UpdateFunctionUrlConfig"],
        command: "aws lambda get-function-url-config --function-name {functionName} --region {region}",
        how: How::Looks,
        does: "shows who can call it; restore your settings",
        ..PLAIN
    },
    Kind {
        call: "scheduler:CreateSchedule",
        what: "schedule `{name}`",
        same: &["name"],
        ended_by: &["DeleteSchedule"],
        replaced_by: &["UpdateSchedule"],
        command: "aws scheduler get-schedule --name {name} --region {region}",
        how: How::Looks,
        does: "shows what it starts, and with which role; delete it with `delete-schedule`",
        ..PLAIN
    },
    Kind {
        call: "ssm:CreateActivation",
        what: "activation `{activationId}`, which registers machines",
        same: &["activationId"],
        ended_by: &["DeleteActivation"],
        command: "aws ssm delete-activation --activation-id {activationId} --region {region}",
        does: "stops further machines from registering; registered ones remain until `deregister-managed-instance`",
        breaks: "machines that register with it",
        ..PLAIN
    },
    Kind {
        call: "ssm:CreateAssociation",
        what: "association `{associationId}`, which runs repeatedly",
        same: &["associationId"],
        ended_by: &["DeleteAssociation"],
        command: "aws ssm delete-association --association-id {associationId} --region {region}",
        does: "it no longer runs",
        breaks: "whatever it does",
        ..PLAIN
    },
    Kind {
        call: "ssm:ModifyDocumentPermission",
        what: "document `{name}`, shared with {shared}",
        leaves: Leaves::Share,
        same: &["name"],
        ended_by: &["DeleteDocument", "ModifyDocumentPermission"],
        command: "aws ssm modify-document-permission --name {name} --permission-type Share --account-ids-to-remove {accountIdsToAdd*} --region {region}",
        does: "stops sharing the document with them",
        breaks: "accounts that it is shared with on purpose",
        ..PLAIN
    },
    Kind {
        call: "ssm:SendCommand",
        what: "effects of command `{commandId}` on its instances",
        same: &["commandId"],
        command: "aws ssm list-command-invocations --command-id {commandId} --details --region {region}",
        how: How::Looks,
        does: "shows which instances it ran on; CloudTrail does not record what it did there",
        ..PLAIN
    },
    Kind {
        call: "ssm:StartSession",
        what: "a shell on `{target}`",
        same: &["sessionId"],
        ended_by: &["TerminateSession"],
        command: "aws ssm terminate-session --session-id {sessionId} --region {region}",
        how: How::Stops,
        does: "ends the shell; CloudTrail does not record what was done in it",
        breaks: "the person who works in it",
        ..PLAIN
    },
];
