//! What no longer watches.

use super::{How, Kind, Leaves, PLAIN};

/// In the order of names.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        call: "cloudtrail:DeleteTrail",
        what: "trail `{name}`, deleted",
        leaves: Leaves::Lack,
        same: &["name"],
        replaced_by: &["CreateTrail"],
        made_by: Some("CreateTrail"),
        command: "aws cloudtrail describe-trails --region {region}",
        how: How::Looks,
        does: "shows the remaining trails; create the deleted one again from your code",
        ..PLAIN
    },
    Kind {
        call: "cloudtrail:PutEventSelectors",
        what: "event selectors of trail `{trailName}`",
        same: &["trailName"],
        ended_by: &["DeleteTrail"],
        replaced_by: &["PutEventSelectors"],
        made_by: Some("CreateTrail"),
        command: "aws cloudtrail get-event-selectors --trail-name {trailName} --region {region}",
        how: How::Looks,
        does: "shows what is logged; restore the selectors in your code",
        ..PLAIN
    },
    Kind {
        call: "cloudtrail:StopLogging",
        what: "trail `{name}`, stopped",
        leaves: Leaves::Lack,
        same: &["name"],
        ended_by: &["StartLogging", "DeleteTrail"],
        made_by: Some("CreateTrail"),
        command: "aws cloudtrail start-logging --name {name} --region {region}",
        how: How::Stops,
        does: "the trail logs again; it has no record of the time in between",
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
        does: "shows where it logs to; restore the settings in your code",
        ..PLAIN
    },
    Kind {
        call: "config:DeleteConfigurationRecorder",
        what: "AWS Config recorder, deleted",
        leaves: Leaves::Lack,
        command: "aws configservice describe-configuration-recorders --region {region}",
        how: How::Looks,
        does: "shows what is left; create the deleted one again from your code",
        ..PLAIN
    },
    Kind {
        call: "config:StopConfigurationRecorder",
        what: "AWS Config recorder `{configurationRecorderName}`, stopped",
        leaves: Leaves::Lack,
        same: &["configurationRecorderName"],
        ended_by: &["StartConfigurationRecorder"],
        command: "aws configservice start-configuration-recorder --configuration-recorder-name {configurationRecorderName} --region {region}",
        does: "changes to resources are recorded again",
        breaks: "nothing",
        ..PLAIN
    },
    Kind {
        call: "ec2:DeleteFlowLogs",
        what: "flow logs, deleted",
        leaves: Leaves::Lack,
        command: "aws ec2 describe-flow-logs --region {region}",
        how: How::Looks,
        does: "shows the remaining flow logs; create the deleted ones again from your code",
        ..PLAIN
    },
    Kind {
        call: "guardduty:DeleteDetector",
        what: "GuardDuty, disabled",
        leaves: Leaves::Lack,
        ended_by: &["CreateDetector"],
        command: "aws guardduty create-detector --enable --region {region}",
        does: "GuardDuty works again, with the protection plans of a new detector",
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
        does: "shows whether it is enabled; restore the settings in your code",
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
        does: "shows the remaining log groups; the deleted one's contents are lost",
        ..PLAIN
    },
    Kind {
        call: "route53resolver:DeleteResolverQueryLogConfig",
        what: "DNS query logging, deleted",
        leaves: Leaves::Lack,
        command: "aws route53resolver list-resolver-query-log-configs --region {region}",
        how: How::Looks,
        does: "shows what is left; create the deleted one again from your code",
        ..PLAIN
    },
    Kind {
        call: "securityhub:DisableSecurityHub",
        what: "Security Hub, disabled",
        leaves: Leaves::Lack,
        ended_by: &["EnableSecurityHub"],
        command: "aws securityhub enable-security-hub --region {region}",
        does: "Security Hub works again",
        breaks: "nothing",
        ..PLAIN
    },
];
