//! What no longer watches.

use super::{How, Kind, Leaves, PLAIN};

/// In the order of names.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        call: "cloudtrail:DeleteTrail",
        what: "trail `{name}`, which was deleted",
        leaves: Leaves::Lack,
        same: &["name"],
        replaced_by: &["CreateTrail"],
        made_by: Some("CreateTrail"),
        command: "aws cloudtrail describe-trails --region {region}",
        how: How::Looks,
        does: "shows which trails are left; make the deleted one anew from your code",
        ..PLAIN
    },
    Kind {
        call: "cloudtrail:PutEventSelectors",
        what: "what trail `{trailName}` leaves out",
        same: &["trailName"],
        ended_by: &["DeleteTrail"],
        replaced_by: &["PutEventSelectors"],
        made_by: Some("CreateTrail"),
        command: "aws cloudtrail get-event-selectors --trail-name {trailName} --region {region}",
        how: How::Looks,
        does: "shows what is logged; put back what your code has",
        ..PLAIN
    },
    Kind {
        call: "cloudtrail:StopLogging",
        what: "trail `{name}` that does not log",
        leaves: Leaves::Lack,
        same: &["name"],
        ended_by: &["StartLogging", "DeleteTrail"],
        made_by: Some("CreateTrail"),
        command: "aws cloudtrail start-logging --name {name} --region {region}",
        how: How::Stops,
        does: "the trail logs again; what happened meanwhile is lost to it",
        breaks: "nothing",
        ..PLAIN
    },
    Kind {
        call: "cloudtrail:UpdateTrail",
        what: "trail `{name}`, changed",
        same: &["name"],
        ended_by: &["DeleteTrail"],
        replaced_by: &["UpdateTrail"],
        made_by: Some("CreateTrail"),
        command: "aws cloudtrail get-trail --name {name} --region {region}",
        how: How::Looks,
        does: "shows where it logs to; put back what your code has",
        ..PLAIN
    },
    Kind {
        call: "config:DeleteConfigurationRecorder",
        what: "recorder of AWS Config, deleted",
        leaves: Leaves::Lack,
        command: "aws configservice describe-configuration-recorders --region {region}",
        how: How::Looks,
        does: "shows what is left; make the deleted one anew from your code",
        ..PLAIN
    },
    Kind {
        call: "config:StopConfigurationRecorder",
        what: "recorder `{configurationRecorderName}` of AWS Config, stopped",
        leaves: Leaves::Lack,
        same: &["configurationRecorderName"],
        ended_by: &["StartConfigurationRecorder"],
        command: "aws configservice start-configuration-recorder --configuration-recorder-name {configurationRecorderName} --region {region}",
        does: "changes of resources are recorded again",
        breaks: "nothing",
        ..PLAIN
    },
    Kind {
        call: "ec2:DeleteFlowLogs",
        what: "flow logs that were deleted",
        leaves: Leaves::Lack,
        command: "aws ec2 describe-flow-logs --region {region}",
        how: How::Looks,
        does: "shows which flow logs are left; make the deleted ones anew from your code",
        ..PLAIN
    },
    Kind {
        call: "guardduty:DeleteDetector",
        what: "GuardDuty, switched off",
        leaves: Leaves::Lack,
        ended_by: &["CreateDetector"],
        command: "aws guardduty create-detector --enable --region {region}",
        does: "GuardDuty looks again; its protection plans are set as for a new one",
        breaks: "nothing",
        ..PLAIN
    },
    Kind {
        call: "guardduty:UpdateDetector",
        what: "settings of GuardDuty `{detectorId}`",
        same: &["detectorId"],
        replaced_by: &["UpdateDetector"],
        command: "aws guardduty get-detector --detector-id {detectorId} --region {region}",
        how: How::Looks,
        does: "shows whether it looks; put back what your code has",
        ..PLAIN
    },
    Kind {
        call: "logs:DeleteLogGroup",
        what: "log group `{logGroupName}`, deleted",
        leaves: Leaves::Lack,
        same: &["logGroupName"],
        made_by: Some("CreateLogGroup"),
        command: "aws logs describe-log-groups --region {region}",
        how: How::Looks,
        does: "shows which are left; what was in it is lost",
        ..PLAIN
    },
    Kind {
        call: "route53resolver:DeleteResolverQueryLogConfig",
        what: "logs of DNS queries that were deleted",
        leaves: Leaves::Lack,
        command: "aws route53resolver list-resolver-query-log-configs --region {region}",
        how: How::Looks,
        does: "shows which are left; make the deleted one anew from your code",
        ..PLAIN
    },
    Kind {
        call: "securityhub:DisableSecurityHub",
        what: "Security Hub, switched off",
        leaves: Leaves::Lack,
        ended_by: &["EnableSecurityHub"],
        command: "aws securityhub enable-security-hub --region {region}",
        does: "Security Hub collects again",
        breaks: "nothing",
        ..PLAIN
    },
];
