//! What git says of who works where. Its files are read, no program is run.

use std::path::Path;

/// The person's address, and the address of the repository's origin.
#[cfg(feature = "git")]
pub(super) fn told(folder: &Path) -> (Option<String>, Option<String>) {
    (email(), remote(folder))
}

#[cfg(not(feature = "git"))]
pub(super) fn told(_: &Path) -> (Option<String>, Option<String>) {
    (None, None)
}

/// `user.email` of the user's own settings: a repository must not say who its user is.
#[cfg(feature = "git")]
fn email() -> Option<String> {
    use gix::config::{File, Source};
    [Source::User, Source::Git, Source::System].into_iter().find_map(|source| {
        let path = source.storage_location(&mut |name| std::env::var_os(name))?;
        let file = File::from_path_no_includes(path, source).ok()?;
        file.string("user.email").map(|email| email.to_string())
    })
}

#[cfg(feature = "git")]
fn remote(folder: &Path) -> Option<String> {
    let top = crate::source::open::permitted_root(folder);
    let options = gix::open::Options::isolated().with(gix::sec::Trust::Reduced);
    let repository = gix::open_opts(top, options).ok()?;
    repository.config_snapshot().string("remote.origin.url").map(|url| url.to_string())
}
