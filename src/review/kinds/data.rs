//! What stays of data: who else may read it, and what was taken away of it.

use super::{How, Kind, Leaves, PLAIN};

/// In the order of names.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        call: "ec2:ModifyImageAttribute",
        what: "image `{imageId}`, shared with {shared}",
        leaves: Leaves::Share,
        same: &["imageId"],
        ended_by: &["DeregisterImage", "ResetImageAttribute", "ModifyImageAttribute"],
        command: "aws ec2 reset-image-attribute --image-id {imageId} --attribute launchPermission --region {region}",
        does: "nobody else may start the image; copies that were made stay",
        breaks: "accounts that share it on purpose",
        ..PLAIN
    },
    Kind {
        call: "ec2:ModifySnapshotAttribute",
        what: "snapshot `{snapshotId}`, shared with {shared}",
        leaves: Leaves::Share,
        same: &["snapshotId"],
        ended_by: &["DeleteSnapshot", "ResetSnapshotAttribute", "ModifySnapshotAttribute"],
        command: "aws ec2 reset-snapshot-attribute --snapshot-id {snapshotId} --attribute createVolumePermission --region {region}",
        does: "nobody else may copy the snapshot; copies that were made stay",
        breaks: "accounts that share it on purpose",
        ..PLAIN
    },
    Kind {
        call: "ecr:SetRepositoryPolicy",
        what: "who may use repository `{repositoryName}`",
        same: &["repositoryName"],
        ended_by: &["DeleteRepositoryPolicy", "DeleteRepository"],
        replaced_by: &["SetRepositoryPolicy"],
        command: "aws ecr get-repository-policy --repository-name {repositoryName} --region {region}",
        how: How::Looks,
        does: "shows who may; put back what your code has with `set-repository-policy`",
        ..PLAIN
    },
    Kind {
        call: "kms:CreateGrant",
        what: "grant `{grantId}` of KMS key `{keyId}`",
        same: &["grantId"],
        ended_by: &["RevokeGrant", "RetireGrant"],
        command: "aws kms revoke-grant --key-id {keyId} --grant-id {grantId} --region {region}",
        does: "who was granted it can use the key no more",
        breaks: "what works by the grant, a service's disk for one",
        ..PLAIN
    },
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
        call: "kms:PutKeyPolicy",
        what: "who may use KMS key `{keyId}`",
        same: &["keyId"],
        replaced_by: &["PutKeyPolicy"],
        command: "aws kms get-key-policy --key-id {keyId} --policy-name default --region {region}",
        how: How::Looks,
        does: "shows who may; put back what your code has with `put-key-policy`",
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
        call: "ram:AssociateResourceShare",
        what: "what share `{resourceShareArn}` gives to others",
        same: &["resourceShareArn"],
        ended_by: &["DisassociateResourceShare", "DeleteResourceShare"],
        command: "aws ram get-resource-share-associations --association-type PRINCIPAL --resource-share-arns {resourceShareArn} --region {region}",
        how: How::Looks,
        does: "shows with whom it is shared; take them away with `disassociate-resource-share`",
        ..PLAIN
    },
    Kind {
        call: "ram:CreateResourceShare",
        what: "share `{resourceShareArn}`",
        same: &["resourceShareArn"],
        ended_by: &["DeleteResourceShare"],
        command: "aws ram delete-resource-share --resource-share-arn {resourceShareArn} --region {region}",
        does: "nobody else gets what it shares",
        breaks: "accounts that use what it shares",
        ..PLAIN
    },
    Kind {
        call: "rds:ModifyDBClusterSnapshotAttribute",
        what: "cluster snapshot `{dBClusterSnapshotIdentifier}`, shared with {shared}",
        leaves: Leaves::Share,
        same: &["dBClusterSnapshotIdentifier"],
        ended_by: &["DeleteDBClusterSnapshot", "ModifyDBClusterSnapshotAttribute"],
        command: "aws rds modify-db-cluster-snapshot-attribute --db-cluster-snapshot-identifier {dBClusterSnapshotIdentifier} --attribute-name restore --values-to-remove {valuesToAdd*} --region {region}",
        does: "they may restore it no more; copies that were made stay",
        breaks: "accounts that share it on purpose",
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
        call: "rds:ModifyDBSnapshotAttribute",
        what: "database snapshot `{dBSnapshotIdentifier}`, shared with {shared}",
        leaves: Leaves::Share,
        same: &["dBSnapshotIdentifier"],
        ended_by: &["DeleteDBSnapshot", "ModifyDBSnapshotAttribute"],
        command: "aws rds modify-db-snapshot-attribute --db-snapshot-identifier {dBSnapshotIdentifier} --attribute-name restore --values-to-remove {valuesToAdd*} --region {region}",
        does: "they may restore it no more; copies that were made stay",
        breaks: "accounts that share it on purpose",
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
        call: "s3:DeleteBucketPublicAccessBlock",
        what: "bucket `{bucketName}`, which may be public",
        leaves: Leaves::Lack,
        same: &["bucketName"],
        ended_by: &["DeleteBucket"],
        replaced_by: &["PutBucketPublicAccessBlock"],
        command: "aws s3api put-public-access-block --bucket {bucketName} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        does: "nothing in the bucket is public",
        breaks: "what is public on purpose",
        ..PLAIN
    },
    Kind {
        call: "s3:PutBucketAcl",
        what: "an access list of bucket `{bucketName}`",
        same: &["bucketName"],
        ended_by: &["DeleteBucket"],
        replaced_by: &["PutBucketAcl"],
        command: "aws s3api get-bucket-acl --bucket {bucketName}",
        how: How::Looks,
        does: "shows who may; put it back with `put-bucket-acl`",
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
        call: "s3:PutBucketPolicy",
        what: "a policy of bucket `{bucketName}`",
        same: &["bucketName"],
        ended_by: &["DeleteBucketPolicy", "DeleteBucket"],
        replaced_by: &["PutBucketPolicy"],
        command: "aws s3api get-bucket-policy --bucket {bucketName}",
        how: How::Looks,
        does: "shows who may; put back what your code has",
        ..PLAIN
    },
    Kind {
        call: "s3:PutBucketPublicAccessBlock",
        what: "whether bucket `{bucketName}` may be public",
        same: &["bucketName"],
        ended_by: &["DeleteBucket"],
        replaced_by: &["PutBucketPublicAccessBlock"],
        command: "aws s3api get-public-access-block --bucket {bucketName}",
        how: How::Looks,
        does: "shows what is blocked; put it back with `put-public-access-block`",
        ..PLAIN
    },
    Kind {
        call: "s3:PutBucketReplication",
        what: "a copy of bucket `{bucketName}` to another one",
        same: &["bucketName"],
        ended_by: &["DeleteBucketReplication", "DeleteBucket"],
        replaced_by: &["PutBucketReplication"],
        command: "aws s3api get-bucket-replication --bucket {bucketName}",
        how: How::Looks,
        does: "shows where objects are copied to; end it with `delete-bucket-replication`",
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
    Kind {
        call: "secretsmanager:PutResourcePolicy",
        what: "who may read secret `{secretId}`",
        same: &["secretId"],
        ended_by: &["DeleteResourcePolicy", "DeleteSecret"],
        replaced_by: &["PutResourcePolicy"],
        command: "aws secretsmanager get-resource-policy --secret-id {secretId} --region {region}",
        how: How::Looks,
        does: "shows who may; take it away with `delete-resource-policy`, or put back what your code has",
        ..PLAIN
    },
    Kind {
        call: "secretsmanager:ReplicateSecretToRegions",
        what: "copies of secret `{secretId}` in other Regions",
        same: &["secretId"],
        ended_by: &["RemoveRegionsFromReplication", "DeleteSecret"],
        command: "aws secretsmanager describe-secret --secret-id {secretId} --region {region}",
        how: How::Looks,
        does: "shows where the copies are; take them away with `remove-regions-from-replication`",
        ..PLAIN
    },
    Kind {
        call: "ssm:PutResourcePolicy",
        what: "who may read parameter `{resourceArn}`",
        same: &["resourceArn"],
        ended_by: &["DeleteResourcePolicy"],
        command: "aws ssm get-resource-policies --resource-arn {resourceArn} --region {region}",
        how: How::Looks,
        does: "shows who may, with what `delete-resource-policy` needs",
        ..PLAIN
    },
];
