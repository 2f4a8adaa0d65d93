//! What no longer watches.

use super::{Kind, kinds};

kinds! {
    "cloudtrail:DeleteTrail", "trail `{name}`, which was deleted", ["name"], ["CreateTrail"],
        "aws cloudtrail describe-trails --region {region}",
        "shows which trails are left; make the deleted one anew from your code", "nothing: it only looks";
    "cloudtrail:PutEventSelectors", "what trail `{trailName}` leaves out", ["trailName"], ["PutEventSelectors", "DeleteTrail"],
        "aws cloudtrail get-event-selectors --trail-name {trailName} --region {region}",
        "shows what is logged; put back what your code has", "nothing: it only looks";
    "cloudtrail:StopLogging", "trail `{name}` that does not log", ["name"], ["StartLogging", "DeleteTrail"],
        "aws cloudtrail start-logging --name {name} --region {region}",
        "the trail logs again; what happened meanwhile is lost to it", "nothing";
    "cloudtrail:UpdateTrail", "trail `{name}`, changed", ["name"], ["UpdateTrail", "DeleteTrail"],
        "aws cloudtrail get-trail --name {name} --region {region}",
        "shows where it logs to; put back what your code has", "nothing: it only looks";
    "config:DeleteConfigurationRecorder", "recorder of AWS Config, deleted", [], [],
        "aws configservice describe-configuration-recorders --region {region}",
        "shows what is left; make the deleted one anew from your code", "nothing: it only looks";
    "config:StopConfigurationRecorder", "recorder `{configurationRecorderName}` of AWS Config, stopped", ["configurationRecorderName"],
        ["StartConfigurationRecorder"],
        "aws configservice start-configuration-recorder --configuration-recorder-name {configurationRecorderName} --region {region}",
        "changes of resources are recorded again", "nothing";
    "ec2:DeleteFlowLogs", "flow logs that were deleted", [], [],
        "aws ec2 describe-flow-logs --region {region}",
        "shows which flow logs are left; make the deleted ones anew from your code", "nothing: it only looks";
    "guardduty:DeleteDetector", "GuardDuty, switched off", [], ["CreateDetector"],
        "aws guardduty create-detector --enable --region {region}",
        "GuardDuty looks again; its protection plans are set as for a new one", "nothing";
    "guardduty:UpdateDetector", "settings of GuardDuty `{detectorId}`", ["detectorId"], ["UpdateDetector"],
        "aws guardduty get-detector --detector-id {detectorId} --region {region}",
        "shows whether it looks; put back what your code has", "nothing: it only looks";
    "logs:DeleteLogGroup", "log group `{logGroupName}`, deleted", ["logGroupName"], [],
        "aws logs describe-log-groups --region {region}",
        "shows which are left; what was in it is lost", "nothing: it only looks";
    "route53resolver:DeleteResolverQueryLogConfig", "logs of DNS queries that were deleted", [], [],
        "aws route53resolver list-resolver-query-log-configs --region {region}",
        "shows which are left; make the deleted one anew from your code", "nothing: it only looks";
    "securityhub:DisableSecurityHub", "Security Hub, switched off", [], ["EnableSecurityHub"],
        "aws securityhub enable-security-hub --region {region}",
        "Security Hub collects again", "nothing";
}
