//! What decides whose credential AWS tools take: variables, files, sign-ins, the machine's firmware.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::session::chain::{Ec2, File, Setup, SignIn};
use crate::source::open::{Refusal, read_text_up_to};

/// Larger files hold no profiles.
const MOST_BYTES: u64 = 1024 * 1024;
/// More files in a folder of sign-ins are not looked at.
const MOST_SIGN_INS: usize = 4096;
/// Variables that AWS tools read start so; and one of boto 2.
const PREFIX: &str = "AWS_";
const BOTO: &str = "BOTO_CONFIG";

/// Reads all that the order of credentials depends on.
pub(super) fn setup(profile: Option<String>) -> Setup {
    let home = home();
    let at_home = |below: &str| home.as_deref().map(|home| home.join(below));
    let sign_ins = |named: Option<&str>, below: &str| {
        let folder = named.and_then(env::var_os).map(PathBuf::from).or_else(|| at_home(below));
        folder.map(|folder| sign_ins(&folder)).unwrap_or_default()
    };
    Setup {
        profile,
        variables: variables(),
        config: named_file("AWS_CONFIG_FILE", at_home(".aws/config"), home.as_deref()),
        credentials: named_file("AWS_SHARED_CREDENTIALS_FILE", at_home(".aws/credentials"), home.as_deref()),
        boto: boto(home.as_deref()),
        older: named_file("AWS_CREDENTIAL_FILE", None, home.as_deref()),
        sso: sign_ins(None, ".aws/sso/cache"),
        login: sign_ins(Some("AWS_LOGIN_CACHE_DIRECTORY"), ".aws/login/cache"),
        cli: sign_ins(None, ".aws/cli/cache"),
        ec2: ec2(),
    }
}

fn variables() -> Vec<(String, Zeroizing<String>)> {
    let ours = |(name, value): (OsString, OsString)| {
        let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX) || name == BOTO)?;
        // What is no text no tool takes for a key either; that it is set counts.
        Some((name, Zeroizing::new(value.to_string_lossy().into_owned())))
    };
    let mut all: Vec<(String, Zeroizing<String>)> = env::vars_os().filter_map(ours).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn home() -> Option<PathBuf> {
    let names: &[&str] = if cfg!(windows) { &["USERPROFILE", "HOME"] } else { &["HOME"] };
    names.iter().find_map(|name| env::var_os(name).filter(|value| !value.is_empty())).map(PathBuf::from)
}

/// What a variable names, `~` understood; else the default.
fn named_file(variable: &str, default: Option<PathBuf>, home: Option<&Path>) -> File {
    let named = env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let named = named.map(|path| match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    });
    named.or(default).map_or(File::Missing, |path| file(&path))
}

fn file(path: &Path) -> File {
    match read_text_up_to(path, MOST_BYTES) {
        Ok((text, _)) => File::Read(Zeroizing::new(text)),
        Err(Refusal::Missing) => File::Missing,
        Err(refusal) => File::Unreadable(refusal.reason()),
    }
}

/// boto takes the first that is there.
fn boto(home: Option<&Path>) -> File {
    if env::var_os(BOTO).is_some() {
        return named_file(BOTO, None, home);
    }
    let places = [Some(PathBuf::from("/etc/boto.cfg")), home.map(|home| home.join(".boto"))];
    let mut files = places.iter().flatten().map(|path| file(path));
    files.find(|file| !matches!(file, File::Missing)).unwrap_or_default()
}

/// The files of a folder, by name; those that can't be read count as no sign-in.
fn sign_ins(folder: &Path) -> Vec<SignIn> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let json = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "json");
    let mut paths: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(json).take(MOST_SIGN_INS).collect();
    paths.sort();
    let sign_in = |path: PathBuf| {
        let name = path.file_stem()?.to_str()?.to_owned();
        let (text, _) = read_text_up_to(&path, MOST_BYTES).ok()?;
        Some(SignIn { name, text: Zeroizing::new(text) })
    };
    paths.into_iter().filter_map(sign_in).collect()
}

/// What the firmware says of the machine; nothing is asked over the network.
fn ec2() -> Ec2 {
    if !cfg!(target_os = "linux") {
        return Ec2::Unknown;
    }
    let says = |path: &str| read_text_up_to(Path::new(path), 4096).ok().map(|(text, _)| text);
    if says("/sys/hypervisor/uuid").is_some_and(|text| text.starts_with("ec2")) {
        return Ec2::Yes;
    }
    match says("/sys/devices/virtual/dmi/id/sys_vendor") {
        Some(vendor) if vendor.contains("Amazon EC2") => Ec2::Yes,
        Some(_) => Ec2::No,
        None => Ec2::Unknown,
    }
}
