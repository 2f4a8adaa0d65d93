//! `secretrail policy`.

use super::print;
use crate::cli::PolicyArguments;
use crate::error::{Error, ExitCode};
use crate::policy::{Place, Surface, json, terraform};

pub(super) fn run(arguments: &PolicyArguments) -> Result<ExitCode, Error> {
    let surfaces = if arguments.surface.is_empty() { Surface::ALL } else { &arguments.surface };
    let place = Place {
        surfaces,
        key_ids: arguments.key_ids,
        bucket: arguments.bucket.as_deref(),
        read_level: arguments.read_level,
        account: arguments.account.as_deref(),
        region: arguments.region.as_deref(),
        role: arguments.role.as_deref(),
    };
    let text = if arguments.terraform { terraform(&place) } else { json(&place) };
    print(text.as_bytes())
}
