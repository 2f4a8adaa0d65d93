//! How someone was root: the shapes that look alike in single events.

use super::agent;
use super::class::Issue;
use super::session::{Root, Session};

/// Tells the shape; `None` where nobody was root. A role of Identity Center is none, whatever its name says.
pub(super) fn shape(session: &Session) -> Option<Root> {
    let derived = session.kind == "FederatedUser"
        && (session.tally.issuer_kinds.contains("Root") || session.tally.issuers.first().ends_with(":root"));
    if session.kind != "Root" {
        return derived.then_some(Root::SessionToken);
    }
    // Who did not get in was not root, and no service was.
    if super::gather::is_attempt(&session.via) {
        return None;
    }
    if !session.via.is_empty() && session.via != super::gather::MCP {
        return Some(Root::Service);
    }
    let issued = session.terms().map(|terms| terms.by);
    if session.tally.assumed_root || issued == Some(Issue::AssumeRoot) {
        return Some(Root::AssumeRoot);
    }
    if session.is_long_lived() {
        return Some(Root::AccessKey);
    }
    if issued.is_some() {
        return Some(Root::SessionToken);
    }
    if session.signed_in || session.tally.console {
        return Some(Root::Console);
    }
    // A key that ends, nothing of the console, and no program that says where it came from.
    let by_program = session.tally.agents.texts().any(|text| agent::marks(text).tool.is_some());
    Some(if by_program { Root::SessionToken } else { Root::Console })
}

/// Whether the session was made with MFA.
pub(super) fn mfa(session: &Session) -> Option<bool> {
    let issued = session.terms().map(|terms| terms.mfa).filter(|mfa| *mfa);
    let told = [session.tally.sign_in_mfa, session.tally.mfa, issued];
    told.into_iter().flatten().reduce(|left, right| left | right)
}
