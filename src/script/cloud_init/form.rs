//! Which of cloud-init's forms a text has, as cloud-init tells them: by how they begin.
//!
//! <https://cloudinit.readthedocs.io/en/latest/explanation/format.html>

use base64::Engine;

use super::encoded;

/// A form of user data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `#cloud-config`
    Config,
    /// `#cloud-config-archive`: a list of parts.
    Archive,
    /// `## template: jinja`, and another form below.
    Jinja,
    /// `#cloud-boothook`: a script at every boot.
    Boothook,
    /// `#include`: addresses of more user data.
    Include,
    /// `#part-handler`: Python.
    PartHandler,
    /// Parts in a mail.
    Multipart,
    /// Ignition, as JSON or as the YAML that Butane takes.
    Ignition,
    /// Base64 of anything that a machine reads at boot.
    Base64,
}

/// How far the beginning of a text is looked at.
const BEGINNING: usize = 8 << 10;

/// The form of a text; none for a script or anything else.
pub fn form(text: &str) -> Option<Form> {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    let line = text.lines().next().unwrap_or_default();
    let line = line.get(..line.floor_char_boundary(200)).unwrap_or_default().trim_end().to_ascii_lowercase();
    let word = line.split_whitespace().next().unwrap_or_default();
    match word {
        "#cloud-config" => return Some(Form::Config),
        "#cloud-config-archive" => return Some(Form::Archive),
        "#cloud-boothook" => return Some(Form::Boothook),
        "#part-handler" => return Some(Form::PartHandler),
        "#include" | "#include-once" if line == word || line.contains("://") => return Some(Form::Include),
        "##" if line.replace(' ', "").starts_with("##template:jinja") => return Some(Form::Jinja),
        _ => {}
    }
    if is_multipart(text) {
        Some(Form::Multipart)
    } else if is_ignition(text) || is_butane(text) {
        Some(Form::Ignition)
    } else if is_base64_of_boot(text) {
        Some(Form::Base64)
    } else {
        None
    }
}

fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(BEGINNING)).unwrap_or_default()
}

/// A mail's headers with a `multipart` content type.
fn is_multipart(text: &str) -> bool {
    let starts = ["content-type:", "mime-version:", "from ", "from:", "to:", "subject:"];
    let begins = |line: &str| {
        let head = line.get(..line.floor_char_boundary(24)).unwrap_or_default().to_ascii_lowercase();
        starts.iter().any(|start| head.starts_with(start))
    };
    let headers = || beginning(text).lines().map(str::trim).take_while(|line| !line.is_empty());
    text.lines().next().is_some_and(begins)
        && headers().any(|line| line.to_ascii_lowercase().contains("multipart/"))
}

/// `{"ignition": {"version": ...}, ...}`
fn is_ignition(text: &str) -> bool {
    text.starts_with('{') && {
        let start = beginning(text);
        start.contains("\"ignition\"") && start.contains("\"version\"")
    }
}

/// `variant: fcos`, or the older language of Container Linux, which had no such line.
fn is_butane(text: &str) -> bool {
    const VARIANTS: [&str; 6] = ["fcos", "flatcar", "openshift", "fiot", "r4e", "rhcos"];
    const SECTIONS: [&str; 13] = [
        "variant",
        "version",
        "ignition",
        "storage",
        "systemd",
        "passwd",
        "networkd",
        "etcd",
        "flannel",
        "docker",
        "update",
        "locksmith",
        "kernel_arguments",
    ];
    if text.starts_with(['{', '<', '#']) && !text.starts_with("# ") && !text.starts_with("#\n") {
        return false;
    }
    let mut sections = 0;
    for line in beginning(text).lines() {
        let Some((key, value)) = line.split_once(':').filter(|_| !line.starts_with([' ', '-', '#', '\t']))
        else {
            // Anything but comments, marks and indented lines speaks against it.
            if !line.is_empty() && !line.starts_with([' ', '-', '#', '\t', crate::value::HOLE]) {
                return false;
            }
            continue;
        };
        if key == "variant" {
            return VARIANTS.contains(&value.trim().trim_matches(['"', '\'']));
        }
        if !SECTIONS.contains(&key) {
            return false;
        }
        sections += usize::from(matches!(key, "storage" | "systemd" | "passwd") && value.trim().is_empty());
    }
    let files = ["\n    - path:", "\n  - path:", "\n  units:", "\n  users:"];
    sections > 0 && files.iter().any(|mark| text.contains(mark))
}

/// Base64 whose first bytes are those of gzip or of something that runs at boot.
fn is_base64_of_boot(text: &str) -> bool {
    let head: String = beginning(text).chars().filter(|c| !c.is_whitespace()).take(64).collect();
    if head.len() < 24 || !head.bytes().all(encoded::is_base64_letter) {
        return false;
    }
    let head = head.trim_end_matches('=');
    let Some(whole) = head.get(..head.len() / 4 * 4) else { return false };
    let Ok(bytes) = base64::engine::general_purpose::STANDARD_NO_PAD.decode(whole) else { return false };
    if bytes.starts_with(encoded::GZIP) {
        return true;
    }
    let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    let starts =
        ["#!", "#cloud-", "#include", "## template:", "content-type:", "mime-version:", "<powershell>"];
    starts.iter().any(|start| text.trim_start().starts_with(start)) || text.starts_with("{\"ignition\"")
}

/// The form that a part's content type declares.
/// <https://cloudinit.readthedocs.io/en/latest/explanation/format.html#mime-multi-part-archive>
pub fn declared(content_type: &str) -> Option<Form> {
    match content_type {
        "text/cloud-config" => Some(Form::Config),
        "text/cloud-config-archive" => Some(Form::Archive),
        "text/cloud-boothook" => Some(Form::Boothook),
        "text/part-handler" => Some(Form::PartHandler),
        "text/jinja2" => Some(Form::Jinja),
        "text/x-include-url" | "text/x-include-once-url" => Some(Form::Include),
        _ if content_type.starts_with("multipart/") => Some(Form::Multipart),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_by_their_beginning() {
        for (text, expected) in [
            ("#cloud-config\nruncmd: []\n", Some(Form::Config)),
            ("\u{feff}\n    #cloud-config\n    {}", Some(Form::Config)),
            ("#Cloud-Config # mine\n", Some(Form::Config)),
            ("#cloud-config-archive\n- a\n", Some(Form::Archive)),
            ("## template: jinja\n#cloud-config\n", Some(Form::Jinja)),
            ("#include\nhttps://example.com/x\n", Some(Form::Include)),
            ("#include https://example.com/x\n", Some(Form::Include)),
            ("#include <stdio.h>\n", None),
            ("#cloud-boothook\n#!/bin/sh\n", Some(Form::Boothook)),
            (
                "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"B\"\n\n--B--\n",
                Some(Form::Multipart),
            ),
            ("Content-Type: text/x-shellscript\n\n#!/bin/sh\n", None),
            ("---\nvariant: flatcar\nversion: 1.0.0\n", Some(Form::Ignition)),
            ("variant: mine\nversion: 1.0.0\n", None),
            ("storage:\n  files:\n    - path: /etc/x\n", Some(Form::Ignition)),
            ("storage:\n  size: 5\nname: x\n", None),
            ("{\"ignition\":{\"version\":\"3.4.0\"}}", Some(Form::Ignition)),
            ("machine:\n  token: x\ncluster: {}\n", None),
            ("#!/bin/bash\necho hi\n", None),
            ("IyEvYmluL2Jhc2gKZWNobyBoaSA+IC9ldGMveAo=", Some(Form::Base64)),
            ("aGVsbG8gd29ybGQgdGhpcyBpcyBubyBzY3JpcHQ=", None),
            ("", None),
        ] {
            assert_eq!(form(text), expected, "{text}");
        }
    }
}
