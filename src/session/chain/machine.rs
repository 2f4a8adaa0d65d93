//! What the machine gives: files of older tools, the container's role, the instance's.

use super::ini;
use super::look::{Look, rung};
use super::{Ec2, File, Origin, Rung, State, Who};

/// Variables that lead to the container's credentials.
const CONTAINER: [&str; 2] = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];

/// Who comes first of them.
pub(super) fn first(look: &Look<'_>) -> Option<Rung> {
    older(look).or_else(|| boto(look)).or_else(|| container(look)).or_else(|| instance(look))
}

fn is_gone(look: &Look<'_>, origin: &Origin) -> bool {
    look.gone.iter().any(|(gone, _)| gone == origin)
}

fn found(look: &Look<'_>, origin: Origin, state: State) -> Option<Rung> {
    (!is_gone(look, &origin)).then(|| rung(origin, None, Who::Unknown, state))
}

/// `AWSAccessKeyId=...`.
fn older(look: &Look<'_>) -> Option<Rung> {
    let File::Read(text) = &look.setup.older else { return None };
    let has_key = text.lines().any(|line| line.trim_start().starts_with("AWSAccessKeyId"));
    has_key.then(|| found(look, Origin::OlderFile, State::Ready(None))).flatten()
}

fn boto(look: &Look<'_>) -> Option<Rung> {
    let File::Read(text) = &look.setup.boto else { return None };
    let ini = ini::read(text);
    let section = ini.sections.iter().find(|section| section.name == "Credentials")?;
    section.get("aws_access_key_id")?;
    found(look, Origin::BotoFile, State::Ready(None))
}

pub(super) fn container(look: &Look<'_>) -> Option<Rung> {
    CONTAINER.iter().find(|name| look.setup.variable(name).is_some())?;
    found(look, Origin::Container, State::Ready(None))
}

/// Whether the instance has a role, only its metadata service can tell.
pub(super) fn instance(look: &Look<'_>) -> Option<Rung> {
    let off = look
        .setup
        .variable("AWS_EC2_METADATA_DISABLED")
        .is_some_and(|word| word.eq_ignore_ascii_case("true"));
    if off || look.setup.ec2 == Ec2::No {
        return None;
    }
    found(look, Origin::Instance, State::Perhaps)
}
