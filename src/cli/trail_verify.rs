//! `secretrail trail verify`.

use std::path::PathBuf;

use clap::Args;

pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  aws s3 sync s3://BUCKET/AWSLogs/ logs/                 digests and logs, as CloudTrail laid them down
  aws cloudtrail list-public-keys --start-time 2026-01-01T00:00:00Z > keys.json      for each Region
  secretrail trail verify logs/ --keys keys.json
  secretrail trail verify s3://BUCKET/AWSLogs/                    in the bucket; CloudTrail is asked for the keys

A digest's signature is metadata of its object, which a download loses. The next digest repeats it; for the newest
one save it beside the digest:
  aws s3api head-object --bucket BUCKET --key DIGEST.json.gz > DIGEST.json.gz.metadata.json

Exit codes:
  0  whole: nothing was altered, removed or added     2  nothing could be checked
  1  not whole: the files are named                   3  in part: what is not proven is named";

/// `secretrail trail verify`.
#[derive(Debug, Args)]
pub struct TrailVerifyArguments {
    /// The folder with digests and logs, or s3://BUCKET/PREFIX.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// Public keys as `aws cloudtrail list-public-keys` prints them; may stand several times. Without it CloudTrail is
    /// asked for the keys of a bucket's digests.
    #[arg(long, value_name = "FILE")]
    pub keys: Vec<PathBuf>,

    /// With which credentials AWS is asked.
    #[cfg(feature = "aws")]
    #[command(flatten)]
    pub sign_in: super::SignInArguments,
}
