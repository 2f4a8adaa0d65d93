//! What stays of data: what was made, changed and taken away.

use super::{Hold, How, Kind, Leaves, PLAIN};

/// What our own command does to a database.
const STOPPED: Hold = Hold { call: "StopDBInstance", says: None, released_by: "StartDBInstance" };

/// In the order of names.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        call: "kms:DisableKey",
        what: "KMS key `{keyId}`, disabled",
        leaves: Leaves::Lack,
        same: &["keyId"],
        ended_by: &["EnableKey"],
        command: "aws kms enable-key --key-id {keyId} --region {region}",
        does: "data encrypted with the key can be read again",
        breaks: "nothing",
        ..PLAIN
    },
    Kind {
        call: "kms:ScheduleKeyDeletion",
        what: "KMS key `{keyId}`, scheduled for deletion",
        leaves: Leaves::Lack,
        same: &["keyId"],
        ended_by: &["CancelKeyDeletion"],
        command: "aws kms cancel-key-deletion --key-id {keyId} --region {region}",
        does: "cancels the deletion; `enable-key` then makes the key usable again",
        breaks: "nothing",
        ..PLAIN
    },
    Kind {
        call: "rds:CreateDBInstance",
        what: "database `{dBInstanceIdentifier}`",
        same: &["dBInstanceIdentifier"],
        ended_by: &["DeleteDBInstance"],
        command: "aws rds stop-db-instance --db-instance-identifier {dBInstanceIdentifier} --region {region}",
        does: "stops it for seven days; its data is kept for forensics",
        held_by: &[STOPPED],
        breaks: "whatever uses it",
        ..PLAIN
    },
    Kind {
        call: "rds:ModifyDBInstance",
        what: "settings of database `{dBInstanceIdentifier}`: possibly its password, or public access",
        same: &["dBInstanceIdentifier"],
        ended_by: &["DeleteDBInstance"],
        command: "aws rds describe-db-instances --db-instance-identifier {dBInstanceIdentifier} --region {region}",
        how: How::Looks,
        does: "shows whether it is public; reset the password if it may have been changed",
        ..PLAIN
    },
    Kind {
        call: "rds:RestoreDBInstanceFromDBSnapshot",
        what: "database `{dBInstanceIdentifier}`, restored from snapshot `{dBSnapshotIdentifier}`",
        same: &["dBInstanceIdentifier"],
        ended_by: &["DeleteDBInstance"],
        command: "aws rds stop-db-instance --db-instance-identifier {dBInstanceIdentifier} --region {region}",
        does: "stops it for seven days; its data is kept for forensics",
        held_by: &[STOPPED],
        breaks: "whatever uses it",
        ..PLAIN
    },
    Kind {
        call: "rds:RestoreDBInstanceToPointInTime",
        what: "database `{targetDBInstanceIdentifier}`, restored from `{sourceDBInstanceIdentifier}`",
        same: &["dBInstanceIdentifier"],
        ended_by: &["DeleteDBInstance"],
        command: "aws rds stop-db-instance --db-instance-identifier {targetDBInstanceIdentifier} --region {region}",
        does: "stops it for seven days; its data is kept for forensics",
        held_by: &[STOPPED],
        breaks: "whatever uses it",
        ..PLAIN
    },
    Kind {
        call: "rds:StartExportTask",
        what: "export `{exportTaskIdentifier}` to bucket `{s3BucketName}`",
        same: &["exportTaskIdentifier"],
        ended_by: &["CancelExportTask"],
        command: "aws rds cancel-export-task --export-task-identifier {exportTaskIdentifier} --region {region}",
        does: "stops it if it still runs; data already written stays in the bucket",
        breaks: "nothing else",
        ..PLAIN
    },
    Kind {
        call: "s3:DeleteBucketPolicy",
        what: "the deleted policy of bucket `{bucketName}`",
        leaves: Leaves::Lack,
        same: &["bucketName"],
        ended_by: &["DeleteBucket"],
        replaced_by: &["PutBucketPolicy"],
        command: "aws s3api get-bucket-acl --bucket {bucketName}",
        how: How::Looks,
        does: "shows who has access; restore the policy in your code",
        ..PLAIN
    },
    Kind {
        call: "s3:PutBucketLifecycle",
        what: "a lifecycle rule that deletes from bucket `{bucketName}`",
        same: &["bucketName"],
        ended_by: &["DeleteBucketLifecycle", "DeleteBucket"],
        replaced_by: &["PutBucketLifecycle"],
        command: "aws s3api get-bucket-lifecycle-configuration --bucket {bucketName}",
        how: How::Looks,
        does: "shows what will be deleted, and when",
        ..PLAIN
    },
    Kind {
        call: "s3:PutBucketVersioning",
        what: "versioning of bucket `{bucketName}`",
        same: &["bucketName"],
        ended_by: &["DeleteBucket"],
        replaced_by: &["PutBucketVersioning"],
        command: "aws s3api get-bucket-versioning --bucket {bucketName}",
        how: How::Looks,
        does: "shows the setting; enable it again with `put-bucket-versioning`",
        ..PLAIN
    },
    Kind {
        call: "secretsmanager:DeleteSecret",
        what: "secret `{secretId}`, scheduled for deletion",
        leaves: Leaves::Lack,
        same: &["secretId"],
        ended_by: &["RestoreSecret"],
        replaced_by: &["CreateSecret"],
        command: "aws secretsmanager restore-secret --secret-id {secretId} --region {region}",
        does: "the secret can be read again, as long as AWS still keeps it",
        breaks: "nothing",
        ..PLAIN
    },
];
