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
    does: "takes back who else may call the function",
    breaks: "what calls it by this permission",
    ..PLAIN
};

static OPENED_LAYER: Kind = Kind {
    call: "lambda:AddLayerVersionPermission20181031",
    what: "layer `{layerName}`, opened to {others} by permission `{statementId}`",
    command: "aws lambda remove-layer-version-permission --layer-name {layerName} --version-number {versionNumber} --statement-id {statementId} --region {region}",
    how: How::Stops,
    does: "takes back who else may use the layer",
    breaks: "who uses the layer by this permission",
    ..PLAIN
};

/// In the order of names.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        call: "cloudformation:CreateStack",
        what: "stack `{stackName}`, and all that it made",
        same: &["stackName"],
        ended_by: &["DeleteStack"],
        command: "aws cloudformation describe-stack-resources --stack-name {stackName} --region {region}",
        how: How::Looks,
        does: "shows what it made; delete it with `delete-stack` when it was looked at",
        ..PLAIN
    },
    Kind {
        call: "ec2:AssociateIamInstanceProfile",
        what: "an instance profile on instance `{instanceId}`",
        same: &["associationId", "instanceId"],
        ended_by: &["DisassociateIamInstanceProfile", "TerminateInstances"],
        replaced_by: &["ReplaceIamInstanceProfileAssociation"],
        command: "aws ec2 disassociate-iam-instance-profile --association-id {associationId} --region {region}",
        does: "the instance gets no more credentials of the role; those that it has go on for hours",
        breaks: "what runs on it by the role",
        ..PLAIN
    },
    Kind {
        call: "ec2:AuthorizeSecurityGroupIngress",
        what: "an open way into security group `{groupId}`",
        same: &["securityGroupRuleId", "groupId"],
        ended_by: &["RevokeSecurityGroupIngress", "DeleteSecurityGroup"],
        command: "aws ec2 revoke-security-group-ingress --group-id {groupId} --security-group-rule-ids {securityGroupRuleId*} --region {region}",
        does: "takes away the rules that were added",
        breaks: "what comes in by them",
        ..PLAIN
    },
    Kind {
        call: "ec2:CreateInstanceConnectEndpoint",
        what: "a way into the network, `{instanceConnectEndpointId}`",
        same: &["instanceConnectEndpointId"],
        ended_by: &["DeleteInstanceConnectEndpoint"],
        command: "aws ec2 delete-instance-connect-endpoint --instance-connect-endpoint-id {instanceConnectEndpointId} --region {region}",
        does: "nobody comes in by it any more",
        breaks: "who works by it",
        ..PLAIN
    },
    Kind {
        call: "ec2:CreateKeyPair",
        what: "key pair `{keyName}`",
        same: &["keyName"],
        ended_by: &["DeleteKeyPair"],
        command: "aws ec2 delete-key-pair --key-name {keyName} --region {region}",
        does: "no new instance gets the key; those that run keep it",
        breaks: "launches that name it",
        ..PLAIN
    },
    Kind {
        call: "ec2:CreateLaunchTemplateVersion",
        what: "a new version of launch template `{launchTemplateId}`",
        same: &["launchTemplateId"],
        ended_by: &["DeleteLaunchTemplate"],
        command: "aws ec2 describe-launch-template-versions --launch-template-id {launchTemplateId} --region {region}",
        how: How::Looks,
        does: "shows the versions; go back with `modify-launch-template`",
        ..PLAIN
    },
    Kind {
        call: "ec2:CreateVpcPeeringConnection",
        what: "a connection to another network, `{vpcPeeringConnectionId}`",
        same: &["vpcPeeringConnectionId"],
        ended_by: &["DeleteVpcPeeringConnection"],
        command: "aws ec2 delete-vpc-peering-connection --vpc-peering-connection-id {vpcPeeringConnectionId} --region {region}",
        does: "the networks do not reach one another any more",
        breaks: "what goes over it",
        ..PLAIN
    },
    Kind {
        call: "ec2:EnableSerialConsoleAccess",
        what: "serial consoles of all instances, switched on",
        ended_by: &["DisableSerialConsoleAccess"],
        command: "aws ec2 disable-serial-console-access --region {region}",
        does: "nobody gets at an instance by its serial console any more",
        breaks: "who works by the serial console",
        ..PLAIN
    },
    Kind {
        call: "ec2:ImportKeyPair",
        what: "key pair `{keyName}`",
        same: &["keyName"],
        ended_by: &["DeleteKeyPair"],
        command: "aws ec2 delete-key-pair --key-name {keyName} --region {region}",
        does: "no new instance gets the key; those that run keep it",
        breaks: "launches that name it",
        ..PLAIN
    },
    Kind {
        call: "ec2:ModifyInstanceAttribute",
        what: "a changed setting of instance `{instanceId}`",
        same: &["instanceId"],
        ended_by: &["TerminateInstances"],
        command: "aws ec2 describe-instance-attribute --instance-id {instanceId} --attribute userData --region {region}",
        how: How::Looks,
        does: "shows the script of its next start, in Base64; put back yours",
        ..PLAIN
    },
    Kind {
        call: "ec2:RunInstances",
        what: "instance `{instanceId}`",
        same: &["instanceId"],
        ended_by: &["TerminateInstances"],
        command: "aws ec2 stop-instances --instance-ids {instanceId} --region {region}",
        does: "stops it; its disks stay for those who look",
        breaks: "what runs on it",
        held_by: &[Hold { call: "StopInstances", says: None, released_by: "StartInstances" }],
        ..PLAIN
    },
    Kind {
        call: "ecs:CreateService",
        what: "service `{serviceArn}`",
        same: &["serviceArn"],
        ended_by: &["DeleteService"],
        command: "aws ecs update-service --cluster {clusterArn} --service {serviceArn} --desired-count 0 --region {region}",
        does: "stops its tasks; the service stays for those who look",
        breaks: "what it does",
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
        does: "stops it; what it holds is lost",
        breaks: "what it does",
        ..PLAIN
    },
    Kind {
        call: "eks:AssociateAccessPolicy",
        what: "rights of `{principalArn}` in cluster `{clusterName|name}`",
        same: &["principalArn", "policyArn"],
        ended_by: &["DisassociateAccessPolicy", "DeleteAccessEntry", "DeleteCluster"],
        command: "aws eks disassociate-access-policy --cluster-name {clusterName|name} --principal-arn {principalArn} --policy-arn {policyArn} --region {region}",
        does: "takes the rights in the cluster away",
        breaks: "what the principal does there",
        ..PLAIN
    },
    Kind {
        call: "eks:CreateAccessEntry",
        what: "access of `{principalArn}` to cluster `{clusterName|name}`",
        same: &["principalArn"],
        ended_by: &["DeleteAccessEntry", "DeleteCluster"],
        command: "aws eks delete-access-entry --cluster-name {clusterName|name} --principal-arn {principalArn} --region {region}",
        does: "the principal gets into the cluster no more; what it made there stays",
        breaks: "what the principal does there",
        ..PLAIN
    },
    Kind {
        call: "events:PutRule",
        what: "rule `{name}` of EventBridge",
        same: &["name"],
        ended_by: &["DisableRule", "DeleteRule"],
        command: "aws events disable-rule --name {name} --region {region}",
        does: "the rule starts nothing any more; of another bus than `default`, add `--event-bus-name`",
        breaks: "what the rule starts",
        ..PLAIN
    },
    Kind {
        call: "lambda:AddLayerVersionPermission20181031",
        what: "permission `{statementId}` of layer `{layerName}`, for `{principal}`",
        same: &["layerName", "statementId"],
        ended_by: &["RemoveLayerVersionPermission20181031"],
        command: "aws lambda remove-layer-version-permission --layer-name {layerName} --version-number {versionNumber} --statement-id {statementId} --region {region}",
        does: "takes back who else may use the layer",
        breaks: "who uses the layer by this permission",
        opened: Some(&OPENED_LAYER),
        ..PLAIN
    },
    Kind {
        call: "lambda:AddPermission20150331v2",
        what: "permission `{statementId}` of function `{functionName}`, for `{principal}`",
        same: &["functionName", "statementId"],
        ended_by: &["RemovePermission20150331v2", "DeleteFunction20150331"],
        command: "aws lambda remove-permission --function-name {functionName} --statement-id {statementId} --region {region}",
        does: "takes back who else may call the function",
        breaks: "what calls it by this permission",
        opened: Some(&OPENED_FUNCTION),
        ..PLAIN
    },
    Kind {
        call: "lambda:CreateEventSourceMapping20150331",
        what: "what starts function `{functionName}`, `{uUID}`",
        same: &["uUID"],
        ended_by: &["DeleteEventSourceMapping20150331"],
        command: "aws lambda update-event-source-mapping --uuid {uUID} --no-enabled --region {region}",
        does: "the source starts the function no more",
        breaks: "what comes by this source",
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
        does: "the function is not run any more; delete it when it was looked at",
        breaks: "what the function does",
        held_by: &[NEVER_RUN],
        ..PLAIN
    },
    Kind {
        call: "lambda:CreateFunctionUrlConfig",
        what: "an address of function `{functionName}`, with sign-in `{authType}`",
        same: &["functionName"],
        ended_by: &["DeleteFunctionUrlConfig", "DeleteFunction20150331"],
        command: "aws lambda delete-function-url-config --function-name {functionName} --region {region}",
        does: "the address stops answering",
        breaks: "what calls it",
        ..PLAIN
    },
    Kind {
        call: "lambda:UpdateFunctionCode20150331v2",
        what: "the code of function `{functionName}`",
        same: &["functionName"],
        ended_by: &["DeleteFunction20150331"],
        replaced_by: &["UpdateFunctionCode20150331v2"],
        command: "aws lambda put-function-concurrency --function-name {functionName} --reserved-concurrent-executions 0 --region {region}",
        does: "the function is not run any more; deploy your code again",
        breaks: "what the function does",
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
        what: "a changed address of function `{functionName}`",
        same: &["functionName"],
        ended_by: &["DeleteFunctionUrlConfig", "DeleteFunction20150331"],
        replaced_by: &["UpdateFunctionUrlConfig"],
        command: "aws lambda get-function-url-config --function-name {functionName} --region {region}",
        how: How::Looks,
        does: "shows who may call it; put back your settings",
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
        does: "shows what it starts, and as whom; delete it with `delete-schedule`",
        ..PLAIN
    },
    Kind {
        call: "ssm:CreateActivation",
        what: "activation `{activationId}`, by which machines join",
        same: &["activationId"],
        ended_by: &["DeleteActivation"],
        command: "aws ssm delete-activation --activation-id {activationId} --region {region}",
        does: "no more machines join by it; those that did stay until `deregister-managed-instance`",
        breaks: "machines that join by it",
        ..PLAIN
    },
    Kind {
        call: "ssm:CreateAssociation",
        what: "association `{associationId}`, which runs again and again",
        same: &["associationId"],
        ended_by: &["DeleteAssociation"],
        command: "aws ssm delete-association --association-id {associationId} --region {region}",
        does: "it is not run any more",
        breaks: "what it does",
        ..PLAIN
    },
    Kind {
        call: "ssm:ModifyDocumentPermission",
        what: "document `{name}`, shared with {shared}",
        leaves: Leaves::Share,
        same: &["name"],
        ended_by: &["DeleteDocument", "ModifyDocumentPermission"],
        command: "aws ssm modify-document-permission --name {name} --permission-type Share --account-ids-to-remove {accountIdsToAdd*} --region {region}",
        does: "they may use the document no more",
        breaks: "accounts that share it on purpose",
        ..PLAIN
    },
    Kind {
        call: "ssm:SendCommand",
        what: "what command `{commandId}` left on its instances",
        same: &["commandId"],
        command: "aws ssm list-command-invocations --command-id {commandId} --details --region {region}",
        how: How::Looks,
        does: "shows on which instances it ran; what it did there no trail tells",
        ..PLAIN
    },
    Kind {
        call: "ssm:StartSession",
        what: "a shell on `{target}`",
        same: &["sessionId"],
        ended_by: &["TerminateSession"],
        command: "aws ssm terminate-session --session-id {sessionId} --region {region}",
        how: How::Stops,
        does: "ends the shell; what was done in it no trail tells",
        breaks: "who works in it",
        ..PLAIN
    },
];
