//! `secretrail credential-process`: a session for the AWS CLI and SDKs, printed as they want it.
//!
//! This is the one output of secretrail that holds credentials: the program that runs it reads them from there, and from
//! nowhere else. A terminal does not get them.

mod circle;

use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::run::{give, hide_memory, lend};
use crate::cli::ProcessArguments;
use crate::error::{Error, ErrorKind, ExitCode};

pub(super) fn run(arguments: &ProcessArguments) -> Result<ExitCode, Error> {
    hide_memory();
    if io::stdout().is_terminal() {
        return Err(Error::new(ErrorKind::Usage, "credentials are not printed to a terminal").hint(
            "name this command as credential_process in ~/.aws/config; `secretrail credential-process --help` shows how",
        ));
    }
    not_in_a_circle(arguments)?;
    let wanted = lend::tagged(&arguments.session, &give::who(OsStr::new("")))?;
    let lent = lend::lend(&arguments.session, wanted.as_ref(), Vec::new())?;
    let Some(session) = lent.session else {
        return Err(Error::new(ErrorKind::Usage, "--role-arn says of which role the session is"));
    };
    // What AWS gives has no letter that JSON escapes; what somebody else gave is no credential.
    let plain =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    let (secret, token) = (session.secret.expose(), session.token.expose());
    if ![session.key_id.as_str(), secret, token].into_iter().all(plain) {
        return Err(Error::new(ErrorKind::Input, "AWS's response to AssumeRole cannot be read"));
    }
    let text = Zeroizing::new(format!(
        "{{\"Version\":1,\"AccessKeyId\":\"{}\",\"SecretAccessKey\":\"{secret}\",\"SessionToken\":\"{token}\",\"Expiration\":\"{}\"}}\n",
        session.key_id, session.until
    ));
    super::print(text.as_bytes())
}

/// A profile whose credentials come from this command can't be what this command takes its own from: each would start
/// the next one.
fn not_in_a_circle(arguments: &ProcessArguments) -> Result<(), Error> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let named = arguments.session.profile.clone();
    if named.is_none() && set("AWS_ACCESS_KEY_ID").is_some() {
        return Ok(());
    }
    let profile = named.or_else(|| set("AWS_PROFILE")).unwrap_or_else(|| "default".to_owned());
    let home = set("HOME").or_else(|| set("USERPROFILE")).map(PathBuf::from).unwrap_or_default();
    let file = |variable: &str, name: &str| {
        let path = set(variable).map_or_else(|| home.join(".aws").join(name), PathBuf::from);
        let is_file =
            std::fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() < circle::MOST_BYTES);
        Zeroizing::new(if is_file {
            std::fs::read_to_string(path).unwrap_or_default()
        } else {
            String::new()
        })
    };
    let texts = [file("AWS_CONFIG_FILE", "config"), file("AWS_SHARED_CREDENTIALS_FILE", "credentials")];
    if texts.iter().any(|text| circle::is_circle(text, &profile)) {
        let message =
            "this command takes its own credentials from a profile that gets them from this command";
        return Err(Error::new(ErrorKind::Settings, message)
            .hint("name the profile that has your own credentials: secretrail credential-process --profile base ..."));
    }
    Ok(())
}
