//! What stays of data that others may get: what is shared, opened or copied away.

use super::{How, Kind, Leaves, PLAIN};

/// A bucket whose policy lets others in: the policy is what they put there.
static OPENED_BUCKET: Kind = Kind {
    call: "s3:PutBucketPolicy",
    what: "bucket `{bucketName}`, opened to {others} by its policy",
    command: "aws s3api delete-bucket-policy --bucket {bucketName}",
    how: How::Stops,
    does: "nobody gets in by the policy any more; look at it before with `aws s3api get-bucket-policy`, then put back what your code has with `aws s3api put-bucket-policy`",
    breaks: "what works by the policy: the delivery of logs into this bucket may be among it",
    ..PLAIN
};

static OPENED_REPOSITORY: Kind = Kind {
    call: "ecr:SetRepositoryPolicy",
    what: "repository `{repositoryName}`, opened to {others} by its policy",
    command: "aws ecr delete-repository-policy --repository-name {repositoryName} --region {region}",
    how: How::Stops,
    does: "nobody gets in by the policy any more; put back what your code has with `aws ecr set-repository-policy`",
    breaks: "who uses the repository by the policy",
    ..PLAIN
};

static OPENED_SECRET: Kind = Kind {
    call: "secretsmanager:PutResourcePolicy",
    what: "secret `{secretId}`, opened to {others} by its policy",
    command: "aws secretsmanager delete-resource-policy --secret-id {secretId} --region {region}",
    how: How::Stops,
    does: "nobody gets in by the policy any more; put back what your code has with `aws secretsmanager put-resource-policy`, and rotate the secret",
    breaks: "who reads the secret by the policy",
    ..PLAIN
};

/// The policy of a key can't be deleted, and a key that is switched off takes the data with it.
static OPENED_KEY: Kind = Kind {
    call: "kms:PutKeyPolicy",
    what: "KMS key `{keyId}`, opened to {others} by its policy",
    command: "aws kms get-key-policy --key-id {keyId} --policy-name default --region {region}",
    how: How::Looks,
    does: "shows who may; put back what your code has with `aws kms put-key-policy`",
    ..PLAIN
};

static GRANT_TO_OTHERS: Kind = Kind {
    call: "kms:CreateGrant",
    what: "grant `{grantId}` of KMS key `{keyId}` to {others}",
    command: "aws kms revoke-grant --key-id {keyId} --grant-id {grantId} --region {region}",
    how: How::Stops,
    does: "who was granted it can use the key no more",
    breaks: "what works by the grant in the other account",
    ..PLAIN
};

/// In the order of names.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        call: "ec2:DisableImageBlockPublicAccess",
        what: "images of the Region, which may be made public",
        leaves: Leaves::Lack,
        ended_by: &["EnableImageBlockPublicAccess"],
        command: "aws ec2 enable-image-block-public-access --image-block-public-access-state block-new-sharing --region {region}",
        does: "no image of the Region can be made public; look with `aws ec2 describe-images --owners self` which are",
        breaks: "who makes images public on purpose",
        ..PLAIN
    },
    Kind {
        call: "ec2:DisableSnapshotBlockPublicAccess",
        what: "snapshots of the Region, which may be made public",
        leaves: Leaves::Lack,
        ended_by: &["EnableSnapshotBlockPublicAccess"],
        command: "aws ec2 enable-snapshot-block-public-access --state block-all-sharing --region {region}",
        does: "no snapshot of the Region is public any more",
        breaks: "who makes snapshots public on purpose",
        ..PLAIN
    },
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
        opened: Some(&OPENED_REPOSITORY),
        ..PLAIN
    },
    Kind {
        call: "events:PutPermission",
        what: "who may send events to the bus of EventBridge",
        same: &["statementId"],
        ended_by: &["RemovePermission"],
        replaced_by: &["PutPermission"],
        command: "aws events describe-event-bus --region {region}",
        how: How::Looks,
        does: "shows who may; take it away with `aws events remove-permission`",
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
        opened: Some(&GRANT_TO_OTHERS),
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
        opened: Some(&OPENED_KEY),
        ..PLAIN
    },
    Kind {
        call: "logs:PutSubscriptionFilter",
        what: "copies of log group `{logGroupName}`, sent elsewhere by filter `{filterName}`",
        same: &["filterName", "logGroupName"],
        ended_by: &["DeleteSubscriptionFilter", "DeleteLogGroup"],
        command: "aws logs delete-subscription-filter --log-group-name {logGroupName} --filter-name {filterName} --region {region}",
        does: "lines of the log group go there no more",
        breaks: "what reads the log group by this filter",
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
        call: "s3:DeleteAccountPublicAccessBlock",
        what: "buckets of the whole account, which may be public",
        leaves: Leaves::Lack,
        replaced_by: &["PutAccountPublicAccessBlock"],
        command: "aws s3control get-public-access-block --account-id {account}",
        how: How::Looks,
        does: "shows what is blocked; put it back with `aws s3control put-public-access-block`",
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
        call: "s3:PutAccountPublicAccessBlock",
        what: "whether buckets of the whole account may be public",
        replaced_by: &["PutAccountPublicAccessBlock"],
        command: "aws s3control get-public-access-block --account-id {account}",
        how: How::Looks,
        does: "shows what is blocked; put it back with `aws s3control put-public-access-block`",
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
        call: "s3:PutBucketPolicy",
        what: "a policy of bucket `{bucketName}`",
        same: &["bucketName"],
        ended_by: &["DeleteBucketPolicy", "DeleteBucket"],
        replaced_by: &["PutBucketPolicy"],
        command: "aws s3api get-bucket-policy --bucket {bucketName}",
        how: How::Looks,
        does: "shows who may; put back what your code has",
        opened: Some(&OPENED_BUCKET),
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
        call: "secretsmanager:PutResourcePolicy",
        what: "who may read secret `{secretId}`",
        same: &["secretId"],
        ended_by: &["DeleteResourcePolicy", "DeleteSecret"],
        replaced_by: &["PutResourcePolicy"],
        command: "aws secretsmanager get-resource-policy --secret-id {secretId} --region {region}",
        how: How::Looks,
        does: "shows who may; take it away with `delete-resource-policy`, or put back what your code has",
        opened: Some(&OPENED_SECRET),
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
        call: "sns:AddPermission",
        what: "who may use topic `{topicArn}`, by permission `{label}`",
        same: &["label", "topicArn"],
        ended_by: &["RemovePermission", "DeleteTopic"],
        command: "aws sns remove-permission --topic-arn {topicArn} --label {label} --region {region}",
        does: "takes back who else may use the topic",
        breaks: "what uses the topic by this permission",
        ..PLAIN
    },
    Kind {
        call: "sqs:AddPermission",
        what: "who may use queue `{queueUrl}`, by permission `{label}`",
        same: &["label", "queueUrl"],
        ended_by: &["RemovePermission", "DeleteQueue"],
        command: "aws sqs remove-permission --queue-url {queueUrl} --label {label} --region {region}",
        does: "takes back who else may use the queue",
        breaks: "what uses the queue by this permission",
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
