//! Roles that a profile assumes with the credential of another one.

use super::look::{Look, of_arn, rung, shown};
use super::machine;
use super::profile::Profile;
use super::{Origin, Rung, State};

/// A longer way from profile to profile is a circle.
const MOST_STEPS: usize = 8;

/// The role of a profile, with the state and the base of what assumes it. `None` where the profile assumes none.
pub(super) fn assumed(look: &Look<'_>, profile: Profile<'_>) -> Option<Rung> {
    let role = role_of(look, profile)?;
    let (state, base) = match base(look, profile, &mut vec![profile.name.to_owned()]) {
        Ok(base) => (base.state, base.base),
        Err(reason) => (State::Broken(reason), (Origin::Role, Some(shown(profile.name)))),
    };
    // A session of a role is as long as it is: until when the base holds says nothing of it.
    let state = if matches!(state, State::Ready(_)) { State::Ready(None) } else { state };
    let detail = Some(match &base.1 {
        Some(of) => format!("with profile {of}"),
        None => format!("with the {}", base.0.word()),
    });
    Some(Rung { base, detail, ..rung(Origin::Role, Some(profile.name), of_arn(role), state) })
}

/// A role by web identity is another thing. Where that vanished, its role went with it, unless the profile says with
/// what else to assume it.
fn role_of<'p>(look: &Look<'_>, profile: Profile<'p>) -> Option<&'p str> {
    let says_how = || ["source_profile", "credential_source"].iter().any(|key| profile.get(key).is_some());
    let is_one = match (profile.get("web_identity_token_file"), look.token_file(profile)) {
        (None, _) => true,
        (Some(_), None) => says_how(),
        (Some(_), Some(_)) => false,
    };
    profile.get("role_arn").filter(|_| is_one)
}

/// The credential that assumes the role of a profile.
fn base(look: &Look<'_>, profile: Profile<'_>, seen: &mut Vec<String>) -> Result<Rung, String> {
    let name = shown(profile.name);
    match (profile.get("source_profile"), profile.get("credential_source")) {
        (Some(_), Some(_)) => Err(format!("profile {name} names a source_profile and a credential_source")),
        (None, None) => Err(format!("profile {name} assumes a role, and does not say with what")),
        (None, Some(source)) => {
            let found = match source {
                "Environment" => look.environment(),
                "EcsContainer" => machine::container(look),
                "Ec2InstanceMetadata" => machine::instance(look),
                _ => return Err(format!("profile {name} has a credential_source that AWS does not know")),
            };
            found.ok_or_else(|| {
                format!("profile {name} assumes its role with the {source}, which has nothing")
            })
        }
        (Some(source), None) => of_source(look, profile, source, seen),
    }
}

fn of_source(
    look: &Look<'_>,
    profile: Profile<'_>,
    source: &str,
    seen: &mut Vec<String>,
) -> Result<Rung, String> {
    let name = shown(profile.name);
    let Some(next) = look.profiles.get(source) else {
        return Err(format!(
            "profile {name} assumes its role with profile {}, which is in neither file",
            shown(source)
        ));
    };
    // Keys win over a role there, and a profile may assume its role with keys of its own.
    let has_keys = look.has_keys(next);
    let is_circle = seen.iter().any(|one| one == source) && !(source == profile.name && has_keys);
    if is_circle || seen.len() > MOST_STEPS {
        return Err(format!("the source_profile of profile {name} is circular"));
    }
    if has_keys || role_of(look, next).is_none() {
        let found = look.web_identity(Some(next), false).or_else(|| look.of_profile(next));
        return found
            .ok_or_else(|| format!("profile {}, which assumes the role, has no credential", shown(source)));
    }
    seen.push(source.to_owned());
    base(look, next, seen)
}
