//! `secretrail trail verify`.

use std::path::PathBuf;

use clap::Args;

pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  aws s3 sync s3://BUCKET/AWSLogs/ logs/
      digests and logs, laid out as CloudTrail delivered them
  aws cloudtrail list-public-keys --start-time 2026-01-01T00:00:00Z > keys.json
      once for each Region
  secretrail trail verify logs/ --keys keys.json
  secretrail trail verify s3://BUCKET/AWSLogs/
      in the bucket; CloudTrail is asked for the keys

A digest's signature is metadata of its S3 object, and is lost in a download.
The next digest repeats it; for the newest digest, save it alongside:
  aws s3api head-object --bucket BUCKET --key DIGEST.json.gz \\
      > DIGEST.json.gz.metadata.json

Exit codes:
  0  complete: nothing was altered, removed or added
  1  not complete: the affected files are listed
  2  nothing could be checked
  3  in part: what is not proven is listed";

/// `secretrail trail verify`.
#[derive(Debug, Args)]
pub struct TrailVerifyArguments {
    /// A folder with digests and logs, or s3://BUCKET/PREFIX.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// Public keys, as printed by `aws cloudtrail list-public-keys`; repeatable. Without it, CloudTrail is asked for
    /// the keys to verify a bucket.
    #[arg(long, value_name = "FILE")]
    pub keys: Vec<PathBuf>,

    /// Credentials for AWS.
    #[cfg(feature = "aws")]
    #[command(flatten)]
    pub sign_in: super::SignInArguments,
}
