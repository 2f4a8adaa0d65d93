//! What stays of data that others may get: what is shared, opened or copied away.

use super::{How, Kind, Leaves, PLAIN};

/// A bucket whose policy lets others in: the policy is what they put there.
static OPENED_BUCKET: Kind = Kind {
    call: "s3:PutBucketPolicy",
    what: "bucket `{bucketName}`, opened to {others} by its policy",
    command: "aws s3api delete-bucket-policy --bucket {bucketName}",
    how: How::Stops,
    does: "revokes the access that the policy grants; save it first with `aws s3api get-bucket-policy`, then restore the policy in your code with `aws s3api put-bucket-policy`",
    breaks: "whatever relies on the policy, possibly log delivery to this bucket",
    ..PLAIN
};

static OPENED_REPOSITORY: Kind = Kind {
    call: "ecr:SetRepositoryPolicy",
    what: "repository `{repositoryName}`, opened to {others} by its policy",
    command: "aws ecr delete-repository-policy --repository-name {repositoryName} --region {region}",
    how: How::Stops,
    does: "revokes the access that the policy grants; restore the policy in your code with `aws ecr set-repository-policy`",
    breaks: "whoever uses the repository through the policy",
    ..PLAIN
};

static OPENED_SECRET: Kind = Kind {
    call: "secretsmanager:PutResourcePolicy",
    what: "secret `{secretId}`, opened to {others} by its policy",
    command: "aws secretsmanager delete-resource-policy --secret-id {secretId} --region {region}",
    how: How::Stops,
    does: "revokes the access that the policy grants; restore the policy in your code with `aws secretsmanager put-resource-policy`, and rotate the secret",
    breaks: "whoever reads the secret through the policy",
    ..PLAIN
};

/// The policy of a key can't be deleted, and a key that is switched off takes the data with it.
static OPENED_KEY: Kind = Kind {
    call: "kms:PutKeyPolicy",
    what: "KMS key `{keyId}`, opened to {others} by its policy",
    command: "aws kms get-key-policy --key-id {keyId} --policy-name default --region {region}",
    how: How::Looks,
    does: "shows who has access; restore the policy in your code with `aws kms put-key-policy`",
    ..PLAIN
};

static GRANT_TO_OTHERS: Kind = Kind {
    call: "kms:CreateGrant",
    what: "grant `{grantId}` of KMS key `{keyId}` to {others}",
    command: "aws kms revoke-grant --key-id {keyId} --grant-id {grantId} --region {region}",
    how: How::Stops,
    does: "revokes the grantee's use of the key",
    breaks: "whatever relies on the grant in the other account",
    ..PLAIN
};

/// In the order of names.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        call: "ec2:DisableImageBlockPublicAccess",
        what: "images in the Region, which may now be made public",
        leaves: Leaves::Lack,
        ended_by: &["EnableImageBlockPublicAccess"],
        command: "aws ec2 enable-image-block-public-access --image-block-public-access-state block-new-sharing --region {region}",
        does: "no image in the Region can be made public; `aws ec2 describe-images --owners self` shows which already are",
        breaks: "people who make images public on purpose",
        ..PLAIN
    },
    Kind {
        call: "ec2:DisableSnapshotBlockPublicAccess",
        what: "snapshots in the Region, which may now be made public",
        leaves: Leaves::Lack,
        ended_by: &["EnableSnapshotBlockPublicAccess"],
        command: "aws ec2 enable-snapshot-block-public-access --state block-all-sharing --region {region}",
        does: "no snapshot in the Region is public any longer",
        breaks: "people who make snapshots public on purpose",
        ..PLAIN
    },
    Kind {
        call: "ec2:ModifyImageAttribute",
        what: "image `{imageId}`, shared with {shared}",
        leaves: Leaves::Share,
        same: &["imageId"],
        ended_by: &["DeregisterImage", "ResetImageAttribute", "ModifyImageAttribute"],
        command: "aws ec2 reset-image-attribute --image-id {imageId} --attribute launchPermission --region {region}",
        does: "stops others from launching the image; copies already made remain",
        breaks: "accounts that it is shared with on purpose",
        ..PLAIN
    },
    Kind {
        call: "ec2:ModifySnapshotAttribute",
        what: "snapshot `{snapshotId}`, shared with {shared}",
        leaves: Leaves::Share,
        same: &["snapshotId"],
        ended_by: &["DeleteSnapshot", "ResetSnapshotAttribute", "ModifySnapshotAttribute"],
        command: "aws ec2 reset-snapshot-attribute --snapshot-id {snapshotId} --attribute createVolumePermission --region {region}",
        does: "stops others from copying the snapshot; copies already made remain",
        breaks: "accounts that it is shared with on purpose",
        ..PLAIN
    },
    Kind {
        call: "ecr:SetRepositoryPolicy",
        what: "policy of repository `{repositoryName}`",
        same: &["repositoryName"],
        ended_by: &["DeleteRepositoryPolicy", "DeleteRepository"],
        replaced_by: &["SetRepositoryPolicy"],
        command: "aws ecr get-repository-policy --repository-name {repositoryName} --region {region}",
        how: How::Looks,
        does: "shows who has access; restore the policy in your code with `set-repository-policy`",
        opened: Some(&OPENED_REPOSITORY),
        ..PLAIN
    },
    Kind {
        call: "events:PutPermission",
        what: "policy of the EventBridge event bus",
        same: &["statementId"],
        ended_by: &["RemovePermission"],
        replaced_by: &["PutPermission"],
        command: "aws events describe-event-bus --region {region}",
        how: How::Looks,
        does: "shows who has access; revoke it with `aws events remove-permission`",
        ..PLAIN
    },
    Kind {
        call: "kms:CreateGrant",
        what: "grant `{grantId}` of KMS key `{keyId}`",
        same: &["grantId"],
        ended_by: &["RevokeGrant", "RetireGrant"],
        command: "aws kms revoke-grant --key-id {keyId} --grant-id {grantId} --region {region}",
        does: "revokes the grantee's use of the key",
        breaks: "whatever relies on the grant, for example a service's disk",
        opened: Some(&GRANT_TO_OTHERS),
        ..PLAIN
    },
    Kind {
        call: "kms:PutKeyPolicy",
        what: "policy of KMS key `{keyId}`",
        same: &["keyId"],
        replaced_by: &["PutKeyPolicy"],
        command: "aws kms get-key-policy --key-id {keyId} --policy-name default --region {region}",
        how: How::Looks,
        does: "shows who has access; restore the policy in your code with `put-key-policy`",
        opened: Some(&OPENED_KEY),
        ..PLAIN
    },
    Kind {
        call: "logs:PutSubscriptionFilter",
        what: "subscription filter `{filterName}`, which copies log group `{logGroupName}` elsewhere",
        same: &["filterName", "logGroupName"],
        ended_by: &["DeleteSubscriptionFilter", "DeleteLogGroup"],
        command: "aws logs delete-subscription-filter --log-group-name {logGroupName} --filter-name {filterName} --region {region}",
        does: "stops the copying",
        breaks: "whatever receives the log group through this filter",
        ..PLAIN
    },
    Kind {
        call: "ram:AssociateResourceShare",
        what: "the principals of resource share `{resourceShareArn}`",
        same: &["resourceShareArn"],
        ended_by: &["DisassociateResourceShare", "DeleteResourceShare"],
        command: "aws ram get-resource-share-associations --association-type PRINCIPAL --resource-share-arns {resourceShareArn} --region {region}",
        how: How::Looks,
        does: "shows who it is shared with; remove them with `disassociate-resource-share`",
        ..PLAIN
    },
    Kind {
        call: "ram:CreateResourceShare",
        what: "resource share `{resourceShareArn}`",
        same: &["resourceShareArn"],
        ended_by: &["DeleteResourceShare"],
        command: "aws ram delete-resource-share --resource-share-arn {resourceShareArn} --region {region}",
        does: "stops the sharing",
        breaks: "accounts that use the shared resources",
        ..PLAIN
    },
    Kind {
        call: "rds:ModifyDBClusterSnapshotAttribute",
        what: "cluster snapshot `{dBClusterSnapshotIdentifier}`, shared with {shared}",
        leaves: Leaves::Share,
        same: &["dBClusterSnapshotIdentifier"],
        ended_by: &["DeleteDBClusterSnapshot", "ModifyDBClusterSnapshotAttribute"],
        command: "aws rds modify-db-cluster-snapshot-attribute --db-cluster-snapshot-identifier {dBClusterSnapshotIdentifier} --attribute-name restore --values-to-remove {valuesToAdd*} --region {region}",
        does: "stops sharing it with them; copies already made remain",
        breaks: "accounts that it is shared with on purpose",
        ..PLAIN
    },
    Kind {
        call: "rds:ModifyDBSnapshotAttribute",
        what: "database snapshot `{dBSnapshotIdentifier}`, shared with {shared}",
        leaves: Leaves::Share,
        same: &["dBSnapshotIdentifier"],
        ended_by: &["DeleteDBSnapshot", "ModifyDBSnapshotAttribute"],
        command: "aws rds modify-db-snapshot-attribute --db-snapshot-identifier {dBSnapshotIdentifier} --attribute-name restore --values-to-remove {valuesToAdd*} --region {region}",
        does: "stops sharing it with them; copies already made remain",
        breaks: "accounts that it is shared with on purpose",
        ..PLAIN
    },
    Kind {
        call: "s3:DeleteAccountPublicAccessBlock",
        what: "the deleted public access block of the account",
        leaves: Leaves::Lack,
        replaced_by: &["PutAccountPublicAccessBlock"],
        command: "aws s3control get-public-access-block --account-id {account}",
        how: How::Looks,
        does: "shows what is blocked; restore it with `aws s3control put-public-access-block`",
        ..PLAIN
    },
    Kind {
        call: "s3:DeleteBucketPublicAccessBlock",
        what: "the deleted public access block of bucket `{bucketName}`",
        leaves: Leaves::Lack,
        same: &["bucketName"],
        ended_by: &["DeleteBucket"],
        replaced_by: &["PutBucketPublicAccessBlock"],
        command: "aws s3api put-public-access-block --bucket {bucketName} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        does: "blocks public access to the bucket",
        breaks: "whatever is public on purpose",
        ..PLAIN
    },
    Kind {
        call: "s3:PutAccountPublicAccessBlock",
        what: "the public access block of the account",
        replaced_by: &["PutAccountPublicAccessBlock"],
        command: "aws s3control get-public-access-block --account-id {account}",
        how: How::Looks,
        does: "shows what is blocked; restore it with `aws s3control put-public-access-block`",
        ..PLAIN
    },
    Kind {
        call: "s3:PutBucketAcl",
        what: "ACL of bucket `{bucketName}`",
        same: &["bucketName"],
        ended_by: &["DeleteBucket"],
        replaced_by: &["PutBucketAcl"],
        command: "aws s3api get-bucket-acl --bucket {bucketName}",
        how: How::Looks,
        does: "shows who has access; restore it with `put-bucket-acl`",
        ..PLAIN
    },
    Kind {
        call: "s3:PutBucketPolicy",
        what: "policy of bucket `{bucketName}`",
        same: &["bucketName"],
        ended_by: &["DeleteBucketPolicy", "DeleteBucket"],
        replaced_by: &["PutBucketPolicy"],
        command: "aws s3api get-bucket-policy --bucket {bucketName}",
        how: How::Looks,
        does: "shows who has access; restore the policy in your code",
        opened: Some(&OPENED_BUCKET),
        ..PLAIN
    },
    Kind {
        call: "s3:PutBucketPublicAccessBlock",
        what: "the public access block of bucket `{bucketName}`",
        same: &["bucketName"],
        ended_by: &["DeleteBucket"],
        replaced_by: &["PutBucketPublicAccessBlock"],
        command: "aws s3api get-public-access-block --bucket {bucketName}",
        how: How::Looks,
        does: "shows what is blocked; restore it with `put-public-access-block`",
        ..PLAIN
    },
    Kind {
        call: "s3:PutBucketReplication",
        what: "replication of bucket `{bucketName}` to another bucket",
        same: &["bucketName"],
        ended_by: &["DeleteBucketReplication", "DeleteBucket"],
        replaced_by: &["PutBucketReplication"],
        command: "aws s3api get-bucket-replication --bucket {bucketName}",
        how: How::Looks,
        does: "shows where objects are copied to; stop it with `delete-bucket-replication`",
        ..PLAIN
    },
    Kind {
        call: "secretsmanager:PutResourcePolicy",
        what: "policy of secret `{secretId}`",
        same: &["secretId"],
        ended_by: &["DeleteResourcePolicy", "DeleteSecret"],
        replaced_by: &["PutResourcePolicy"],
        command: "aws secretsmanager get-resource-policy --secret-id {secretId} --region {region}",
        how: How::Looks,
        does: "shows who has access; revoke it with `delete-resource-policy`, or restore the policy in your code",
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
        does: "shows where the copies are; remove them with `remove-regions-from-replication`",
        ..PLAIN
    },
    Kind {
        call: "sns:AddPermission",
        what: "permission `{label}` of topic `{topicArn}`",
        same: &["label", "topicArn"],
        ended_by: &["RemovePermission", "DeleteTopic"],
        command: "aws sns remove-permission --topic-arn {topicArn} --label {label} --region {region}",
        does: "revokes the permission to use the topic",
        breaks: "whatever uses the topic through this permission",
        ..PLAIN
    },
    Kind {
        call: "sqs:AddPermission",
        what: "permission `{label}` of queue `{queueUrl}`",
        same: &["label", "queueUrl"],
        ended_by: &["RemovePermission", "DeleteQueue"],
        command: "aws sqs remove-permission --queue-url {queueUrl} --label {label} --region {region}",
        does: "revokes the permission to use the queue",
        breaks: "whatever uses the queue through this permission",
        ..PLAIN
    },
    Kind {
        call: "ssm:PutResourcePolicy",
        what: "policy of parameter `{resourceArn}`",
        same: &["resourceArn"],
        ended_by: &["DeleteResourcePolicy"],
        command: "aws ssm get-resource-policies --resource-arn {resourceArn} --region {region}",
        how: How::Looks,
        does: "shows who has access, and the IDs that `delete-resource-policy` needs",
        ..PLAIN
    },
];
