//! Keeps this process's memory out of core files: the files that it reads hold the values that it looks for.

/// Asks the system to write no core file of this process, whatever ends it. Where that is not granted, buffers are
/// still wiped when they are done with.
#[cfg(unix)]
pub(super) fn keep_in() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let set = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    if set.is_err() {
        tracing::debug!("core files could not be switched off");
    }
    // The limit does not hold for a program that takes core files, as systemd's does.
    #[cfg(target_os = "linux")]
    if rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable).is_err() {
        tracing::debug!("core files could not be switched off");
    }
}

/// Windows writes no dump unless a user asks for it.
#[cfg(not(unix))]
pub(super) fn keep_in() {}
