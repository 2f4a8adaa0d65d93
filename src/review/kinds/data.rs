//! What stays of data: what was made, changed and taken away.

use super::{Hold, How, Kind, Leaves, PLAIN};

/// What our own command does to a database.
const STOPPED: Hold = Hold { call: "StopDBInstance", says: None, released_by: "StartDBInstance" };

/// In the order of names.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        call: "kms:DisableKey",
        what: "KMS key `{keyId}`, switched off",
        leaves: Leaves::Lack,
        same: &["keyId"],
        ended_by: &["EnableKey"],
        command: "aws kms enable-key --key-id {keyId} --region {region}",
        does: "what the key encrypts can be read again",
        breaks: "nothing",
        ..PLAIN
    },
    Kind {
        call: "kms:ScheduleKeyDeletion",
        what: "KMS key `{keyId}`, to be deleted",
        leaves: Leaves::Lack,
        same: &["keyId"],
        ended_by: &["CancelKeyDeletion"],
        command: "aws kms cancel-key-deletion --key-id {keyId} --region {region}",
        does: "the key stays; `enable-key` then lets it be used again",
        breaks: "nothing",
        ..PLAIN
    },
    Kind {
        call: "rds:CreateDBInstance",
        what: "database `{dBInstanceIdentifier}`",
        same: &["dBInstanceIdentifier"],
        ended_by: &["DeleteDBInstance"],
        command: "aws rds stop-db-instance --db-instance-identifier {dBInstanceIdentifier} --region {region}",
        does: "stops it for seven days; its data stay for those who look",
        held_by: &[STOPPED],
        breaks: "what uses it",
        ..PLAIN
    },
    Kind {
        call: "rds:ModifyDBInstance",
        what: "settings of database `{dBInstanceIdentifier}`: its password or its being public may be among them",
        same: &["dBInstanceIdentifier"],
        ended_by: &["DeleteDBInstance"],
        command: "aws rds describe-db-instances --db-instance-identifier {dBInstanceIdentifier} --region {region}",
        how: How::Looks,
        does: "shows whether it is public; set the password anew where it may have been changed",
        ..PLAIN
    },
    Kind {
        call: "rds:RestoreDBInstanceFromDBSnapshot",
        what: "database `{dBInstanceIdentifier}`, a copy made of snapshot `{dBSnapshotIdentifier}`",
        same: &["dBInstanceIdentifier"],
        ended_by: &["DeleteDBInstance"],
        command: "aws rds stop-db-instance --db-instance-identifier {dBInstanceIdentifier} --region {region}",
        does: "stops it for seven days; its data stay for those who look",
        held_by: &[STOPPED],
        breaks: "what uses it",
        ..PLAIN
    },
    Kind {
        call: "rds:RestoreDBInstanceToPointInTime",
        what: "database `{targetDBInstanceIdentifier}`, a copy made of `{sourceDBInstanceIdentifier}`",
        same: &["dBInstanceIdentifier"],
        ended_by: &["DeleteDBInstance"],
        command: "aws rds stop-db-instance --db-instance-identifier {targetDBInstanceIdentifier} --region {region}",
        does: "stops it for seven days; its data stay for those who look",
        held_by: &[STOPPED],
        breaks: "what uses it",
        ..PLAIN
    },
    Kind {
        call: "rds:StartExportTask",
        what: "export `{exportTaskIdentifier}` to bucket `{s3BucketName}`",
        same: &["exportTaskIdentifier"],
        ended_by: &["CancelExportTask"],
        command: "aws rds cancel-export-task --export-task-identifier {exportTaskIdentifier} --region {region}",
        does: "stops it where it still runs; what was written stays in the bucket",
        breaks: "nothing else",
        ..PLAIN
    },
    Kind {
        call: "s3:DeleteBucketPolicy",
        what: "bucket `{bucketName}` without its policy",
        leaves: Leaves::Lack,
        same: &["bucketName"],
        ended_by: &["DeleteBucket"],
        replaced_by: &["PutBucketPolicy"],
        command: "aws s3api get-bucket-acl --bucket {bucketName}",
        how: How::Looks,
        does: "shows who may; put back the policy that your code has",
        ..PLAIN
    },
    Kind {
        call: "s3:PutBucketLifecycle",
        what: "a rule that deletes from bucket `{bucketName}`",
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
        what: "whether bucket `{bucketName}` keeps what is deleted",
        same: &["bucketName"],
        ended_by: &["DeleteBucket"],
        replaced_by: &["PutBucketVersioning"],
        command: "aws s3api get-bucket-versioning --bucket {bucketName}",
        how: How::Looks,
        does: "shows it; switch it on again with `put-bucket-versioning`",
        ..PLAIN
    },
    Kind {
        call: "secretsmanager:DeleteSecret",
        what: "secret `{secretId}`, to be deleted",
        leaves: Leaves::Lack,
        same: &["secretId"],
        ended_by: &["RestoreSecret"],
        replaced_by: &["CreateSecret"],
        command: "aws secretsmanager restore-secret --secret-id {secretId} --region {region}",
        does: "the secret can be read again, while AWS still keeps it",
        breaks: "nothing",
        ..PLAIN
    },
];
