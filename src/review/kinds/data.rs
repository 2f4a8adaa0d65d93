//! What stays of data: who else may read it, and what was taken away of it.

use super::{Kind, kinds};

kinds! {
    "ec2:ModifyImageAttribute", "image `{imageId}`, shared with {shared}", ["imageId"],
        ["DeregisterImage", "ResetImageAttribute", "ModifyImageAttribute"],
        "aws ec2 reset-image-attribute --image-id {imageId} --attribute launchPermission --region {region}",
        "nobody else may start the image; copies that were made stay", "accounts that share it on purpose";
    "ec2:ModifySnapshotAttribute", "snapshot `{snapshotId}`, shared with {shared}", ["snapshotId"],
        ["DeleteSnapshot", "ResetSnapshotAttribute", "ModifySnapshotAttribute"],
        "aws ec2 reset-snapshot-attribute --snapshot-id {snapshotId} --attribute createVolumePermission --region {region}",
        "nobody else may copy the snapshot; copies that were made stay", "accounts that share it on purpose";
    "ecr:SetRepositoryPolicy", "who may use repository `{repositoryName}`", ["repositoryName"],
        ["DeleteRepositoryPolicy", "SetRepositoryPolicy", "DeleteRepository"],
        "aws ecr get-repository-policy --repository-name {repositoryName} --region {region}",
        "shows who may; put back what your code has with `set-repository-policy`", "nothing: it only looks";
    "kms:CreateGrant", "grant `{grantId}` of KMS key `{keyId}`", ["grantId"], ["RevokeGrant", "RetireGrant"],
        "aws kms revoke-grant --key-id {keyId} --grant-id {grantId} --region {region}",
        "who was granted it can use the key no more", "what works by the grant, a service's disk for one";
    "kms:DisableKey", "KMS key `{keyId}`, switched off", ["keyId"], ["EnableKey"],
        "aws kms enable-key --key-id {keyId} --region {region}",
        "what the key encrypts can be read again", "nothing";
    "kms:PutKeyPolicy", "who may use KMS key `{keyId}`", ["keyId"], ["PutKeyPolicy"],
        "aws kms get-key-policy --key-id {keyId} --policy-name default --region {region}",
        "shows who may; put back what your code has with `put-key-policy`", "nothing: it only looks";
    "kms:ScheduleKeyDeletion", "KMS key `{keyId}`, to be deleted", ["keyId"], ["CancelKeyDeletion"],
        "aws kms cancel-key-deletion --key-id {keyId} --region {region}",
        "the key stays; `enable-key` then lets it be used again", "nothing";
    "ram:AssociateResourceShare", "what share `{resourceShareArn}` gives to others", ["resourceShareArn"],
        ["DisassociateResourceShare", "DeleteResourceShare"],
        "aws ram get-resource-share-associations --association-type PRINCIPAL --resource-share-arns {resourceShareArn} --region {region}",
        "shows with whom it is shared; take them away with `disassociate-resource-share`", "nothing: it only looks";
    "ram:CreateResourceShare", "share `{resourceShareArn}`", ["resourceShareArn"], ["DeleteResourceShare"],
        "aws ram delete-resource-share --resource-share-arn {resourceShareArn} --region {region}",
        "nobody else gets what it shares", "accounts that use what it shares";
    "rds:ModifyDBClusterSnapshotAttribute", "cluster snapshot `{dBClusterSnapshotIdentifier}`, shared with {shared}",
        ["dBClusterSnapshotIdentifier"], ["DeleteDBClusterSnapshot", "ModifyDBClusterSnapshotAttribute"],
        "aws rds modify-db-cluster-snapshot-attribute --db-cluster-snapshot-identifier {dBClusterSnapshotIdentifier} --attribute-name restore --values-to-remove {valuesToAdd*} --region {region}",
        "they may restore it no more; copies that were made stay", "accounts that share it on purpose";
    "rds:ModifyDBInstance", "settings of database `{dBInstanceIdentifier}`: its password or its being public may be among them",
        ["dBInstanceIdentifier"], ["DeleteDBInstance"],
        "aws rds describe-db-instances --db-instance-identifier {dBInstanceIdentifier} --region {region}",
        "shows whether it is public; set the password anew where it may have been changed", "nothing: it only looks";
    "rds:ModifyDBSnapshotAttribute", "database snapshot `{dBSnapshotIdentifier}`, shared with {shared}", ["dBSnapshotIdentifier"],
        ["DeleteDBSnapshot", "ModifyDBSnapshotAttribute"],
        "aws rds modify-db-snapshot-attribute --db-snapshot-identifier {dBSnapshotIdentifier} --attribute-name restore --values-to-remove {valuesToAdd*} --region {region}",
        "they may restore it no more; copies that were made stay", "accounts that share it on purpose";
    "rds:StartExportTask", "export `{exportTaskIdentifier}` to bucket `{s3BucketName}`", ["exportTaskIdentifier"], ["CancelExportTask"],
        "aws rds cancel-export-task --export-task-identifier {exportTaskIdentifier} --region {region}",
        "stops it where it still runs; what was written stays in the bucket", "nothing else";
    "s3:DeleteBucketPolicy", "bucket `{bucketName}` without its policy", ["bucketName"], ["PutBucketPolicy", "DeleteBucket"],
        "aws s3api get-bucket-acl --bucket {bucketName}",
        "shows who may; put back the policy that your code has", "nothing: it only looks";
    "s3:DeleteBucketPublicAccessBlock", "bucket `{bucketName}`, which may be public", ["bucketName"],
        ["PutBucketPublicAccessBlock", "DeleteBucket"],
        "aws s3api put-public-access-block --bucket {bucketName} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        "nothing in the bucket is public", "what is public on purpose";
    "s3:PutBucketAcl", "an access list of bucket `{bucketName}`", ["bucketName"], ["PutBucketAcl", "DeleteBucket"],
        "aws s3api get-bucket-acl --bucket {bucketName}",
        "shows who may; put it back with `put-bucket-acl`", "nothing: it only looks";
    "s3:PutBucketLifecycle", "a rule that deletes from bucket `{bucketName}`", ["bucketName"],
        ["DeleteBucketLifecycle", "PutBucketLifecycle", "DeleteBucket"],
        "aws s3api get-bucket-lifecycle-configuration --bucket {bucketName}",
        "shows what will be deleted, and when", "nothing: it only looks";
    "s3:PutBucketPolicy", "a policy of bucket `{bucketName}`", ["bucketName"],
        ["DeleteBucketPolicy", "PutBucketPolicy", "DeleteBucket"],
        "aws s3api get-bucket-policy --bucket {bucketName}",
        "shows who may; put back what your code has", "nothing: it only looks";
    "s3:PutBucketPublicAccessBlock", "whether bucket `{bucketName}` may be public", ["bucketName"],
        ["PutBucketPublicAccessBlock", "DeleteBucket"],
        "aws s3api get-public-access-block --bucket {bucketName}",
        "shows what is blocked; put it back with `put-public-access-block`", "nothing: it only looks";
    "s3:PutBucketReplication", "a copy of bucket `{bucketName}` to another one", ["bucketName"],
        ["DeleteBucketReplication", "PutBucketReplication", "DeleteBucket"],
        "aws s3api get-bucket-replication --bucket {bucketName}",
        "shows where objects are copied to; end it with `delete-bucket-replication`", "nothing: it only looks";
    "s3:PutBucketVersioning", "whether bucket `{bucketName}` keeps what is deleted", ["bucketName"],
        ["PutBucketVersioning", "DeleteBucket"],
        "aws s3api get-bucket-versioning --bucket {bucketName}",
        "shows it; switch it on again with `put-bucket-versioning`", "nothing: it only looks";
    "secretsmanager:DeleteSecret", "secret `{secretId}`, to be deleted", ["secretId"], ["RestoreSecret", "CreateSecret"],
        "aws secretsmanager restore-secret --secret-id {secretId} --region {region}",
        "the secret can be read again, while AWS still keeps it", "nothing";
    "secretsmanager:PutResourcePolicy", "who may read secret `{secretId}`", ["secretId"],
        ["DeleteResourcePolicy", "PutResourcePolicy", "DeleteSecret"],
        "aws secretsmanager get-resource-policy --secret-id {secretId} --region {region}",
        "shows who may; take it away with `delete-resource-policy`, or put back what your code has", "nothing: it only looks";
    "secretsmanager:ReplicateSecretToRegions", "copies of secret `{secretId}` in other Regions", ["secretId"],
        ["RemoveRegionsFromReplication", "DeleteSecret"],
        "aws secretsmanager describe-secret --secret-id {secretId} --region {region}",
        "shows where the copies are; take them away with `remove-regions-from-replication`", "nothing: it only looks";
    "ssm:PutResourcePolicy", "who may read parameter `{resourceArn}`", ["resourceArn"], ["DeleteResourcePolicy"],
        "aws ssm get-resource-policies --resource-arn {resourceArn} --region {region}",
        "shows who may, with what `delete-resource-policy` needs", "nothing: it only looks";
}
