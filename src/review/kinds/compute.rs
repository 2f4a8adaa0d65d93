//! What stays where programs run: machines, functions, clusters, ways in.

use super::{Kind, kinds};

kinds! {
    "cloudformation:CreateStack", "stack `{stackName}`, and all that it made", ["stackName"], ["DeleteStack"],
        "aws cloudformation describe-stack-resources --stack-name {stackName} --region {region}",
        "shows what it made; delete it with `delete-stack` when it was looked at", "nothing: it only looks";
    "ec2:AssociateIamInstanceProfile", "an instance profile on instance `{instanceId}`", ["associationId", "instanceId"],
        ["DisassociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation", "TerminateInstances"],
        "aws ec2 disassociate-iam-instance-profile --association-id {associationId} --region {region}",
        "the instance gets no more credentials of the role; those that it has go on for hours", "what runs on it by the role";
    "ec2:AuthorizeSecurityGroupIngress", "an open way into security group `{groupId}`", ["securityGroupRuleId", "groupId"],
        ["RevokeSecurityGroupIngress", "DeleteSecurityGroup"],
        "aws ec2 revoke-security-group-ingress --group-id {groupId} --security-group-rule-ids {securityGroupRuleId*} --region {region}",
        "takes away the rules that were added", "what comes in by them";
    "ec2:CreateInstanceConnectEndpoint", "a way into the network, `{instanceConnectEndpointId}`", ["instanceConnectEndpointId"],
        ["DeleteInstanceConnectEndpoint"],
        "aws ec2 delete-instance-connect-endpoint --instance-connect-endpoint-id {instanceConnectEndpointId} --region {region}",
        "nobody comes in by it any more", "who works by it";
    "ec2:CreateKeyPair", "key pair `{keyName}`", ["keyName"], ["DeleteKeyPair"],
        "aws ec2 delete-key-pair --key-name {keyName} --region {region}",
        "no new instance gets the key; those that run keep it", "launches that name it";
    "ec2:CreateLaunchTemplateVersion", "a new version of launch template `{launchTemplateId}`", ["launchTemplateId"],
        ["DeleteLaunchTemplate"],
        "aws ec2 describe-launch-template-versions --launch-template-id {launchTemplateId} --region {region}",
        "shows the versions; go back with `modify-launch-template`", "nothing: it only looks";
    "ec2:CreateVpcPeeringConnection", "a connection to another network, `{vpcPeeringConnectionId}`", ["vpcPeeringConnectionId"],
        ["DeleteVpcPeeringConnection"],
        "aws ec2 delete-vpc-peering-connection --vpc-peering-connection-id {vpcPeeringConnectionId} --region {region}",
        "the networks do not reach one another any more", "what goes over it";
    "ec2:EnableSerialConsoleAccess", "serial consoles of all instances, switched on", [], ["DisableSerialConsoleAccess"],
        "aws ec2 disable-serial-console-access --region {region}",
        "nobody gets at an instance by its serial console any more", "who works by the serial console";
    "ec2:ImportKeyPair", "key pair `{keyName}`", ["keyName"], ["DeleteKeyPair"],
        "aws ec2 delete-key-pair --key-name {keyName} --region {region}",
        "no new instance gets the key; those that run keep it", "launches that name it";
    "ec2:ModifyInstanceAttribute", "a changed setting of instance `{instanceId}`", ["instanceId"], ["TerminateInstances"],
        "aws ec2 describe-instance-attribute --instance-id {instanceId} --attribute userData --region {region}",
        "shows the script of its next start, in Base64; put back yours", "nothing: it only looks";
    "ec2:RunInstances", "instance `{instanceId}`", ["instanceId"], ["TerminateInstances"],
        "aws ec2 stop-instances --instance-ids {instanceId} --region {region}",
        "stops it; its disks stay for those who look", "what runs on it";
    "ecs:CreateService", "service `{serviceArn}`", ["serviceArn"], ["DeleteService"],
        "aws ecs update-service --cluster {clusterArn} --service {serviceArn} --desired-count 0 --region {region}",
        "stops its tasks; the service stays for those who look", "what it does";
    "ecs:RunTask", "task `{taskArn}`", ["taskArn"], ["StopTask"],
        "aws ecs stop-task --cluster {clusterArn} --task {taskArn} --region {region}",
        "stops it; what it holds is lost", "what it does";
    "eks:AssociateAccessPolicy", "rights of `{principalArn}` in cluster `{clusterName|name}`", ["principalArn", "policyArn"],
        ["DisassociateAccessPolicy", "DeleteAccessEntry", "DeleteCluster"],
        "aws eks disassociate-access-policy --cluster-name {clusterName|name} --principal-arn {principalArn} --policy-arn {policyArn} --region {region}",
        "takes the rights in the cluster away", "what the principal does there";
    "eks:CreateAccessEntry", "access of `{principalArn}` to cluster `{clusterName|name}`", ["principalArn"],
        ["DeleteAccessEntry", "DeleteCluster"],
        "aws eks delete-access-entry --cluster-name {clusterName|name} --principal-arn {principalArn} --region {region}",
        "the principal gets into the cluster no more; what it made there stays", "what the principal does there";
    "events:PutRule", "rule `{name}` of EventBridge", ["name"], ["DisableRule", "DeleteRule"],
        "aws events disable-rule --name {name} --region {region}",
        "the rule starts nothing any more; of another bus than `default`, add `--event-bus-name`", "what the rule starts";
    "lambda:AddPermission20150331v2", "permission `{statementId}` of function `{functionName}`", ["functionName", "statementId"],
        ["RemovePermission20150331v2", "DeleteFunction20150331"],
        "aws lambda remove-permission --function-name {functionName} --statement-id {statementId} --region {region}",
        "takes back who else may call the function", "what calls it by this permission";
    "lambda:CreateEventSourceMapping20150331", "what starts function `{functionName}`, `{uUID}`", ["uUID"],
        ["DeleteEventSourceMapping20150331"],
        "aws lambda update-event-source-mapping --uuid {uUID} --no-enabled --region {region}",
        "the source starts the function no more", "what comes by this source";
    "lambda:CreateFunction20150331", "function `{functionName}`", ["functionName"], ["DeleteFunction20150331"],
        "aws lambda put-function-concurrency --function-name {functionName} --reserved-concurrent-executions 0 --region {region}",
        "the function is not run any more; delete it when it was looked at", "what the function does";
    "lambda:CreateFunctionUrlConfig", "a public address of function `{functionName}`", ["functionName"],
        ["DeleteFunctionUrlConfig", "DeleteFunction20150331"],
        "aws lambda delete-function-url-config --function-name {functionName} --region {region}",
        "the address stops answering", "what calls it";
    "lambda:UpdateFunctionCode20150331v2", "the code of function `{functionName}`", ["functionName"],
        ["UpdateFunctionCode20150331v2", "DeleteFunction20150331"],
        "aws lambda put-function-concurrency --function-name {functionName} --reserved-concurrent-executions 0 --region {region}",
        "the function is not run any more; deploy your code again", "what the function does";
    "lambda:UpdateFunctionConfiguration20150331v2", "the settings of function `{functionName}`", ["functionName"],
        ["UpdateFunctionConfiguration20150331v2", "DeleteFunction20150331"],
        "aws lambda get-function-configuration --function-name {functionName} --region {region}",
        "shows its layers, role and environment; deploy your settings again", "nothing: it only looks";
    "lambda:UpdateFunctionUrlConfig", "a changed address of function `{functionName}`", ["functionName"],
        ["DeleteFunctionUrlConfig", "UpdateFunctionUrlConfig", "DeleteFunction20150331"],
        "aws lambda get-function-url-config --function-name {functionName} --region {region}",
        "shows who may call it; put back your settings", "nothing: it only looks";
    "scheduler:CreateSchedule", "schedule `{name}`", ["name"], ["DeleteSchedule", "UpdateSchedule"],
        "aws scheduler get-schedule --name {name} --region {region}",
        "shows what it starts, and as whom; delete it with `delete-schedule`", "nothing: it only looks";
    "ssm:CreateActivation", "activation `{activationId}`, by which machines join", ["activationId"], ["DeleteActivation"],
        "aws ssm delete-activation --activation-id {activationId} --region {region}",
        "no more machines join by it; those that did stay until `deregister-managed-instance`", "machines that join by it";
    "ssm:CreateAssociation", "association `{associationId}`, which runs again and again", ["associationId"], ["DeleteAssociation"],
        "aws ssm delete-association --association-id {associationId} --region {region}",
        "it is not run any more", "what it does";
    "ssm:ModifyDocumentPermission", "document `{name}`, shared with {shared}", ["name"],
        ["DeleteDocument", "ModifyDocumentPermission"],
        "aws ssm modify-document-permission --name {name} --permission-type Share --account-ids-to-remove {accountIdsToAdd*} --region {region}",
        "they may use the document no more", "accounts that share it on purpose";
    "ssm:SendCommand", "what command `{commandId}` left on its instances", ["commandId"], [],
        "aws ssm list-command-invocations --command-id {commandId} --details --region {region}",
        "shows on which instances it ran; what it did there no trail tells", "nothing: it only looks";
    "ssm:StartSession", "a shell on `{target}`", ["sessionId"], ["TerminateSession"],
        "aws ssm terminate-session --session-id {sessionId} --region {region}",
        "ends the shell; what was done in it no trail tells", "who works in it";
}
