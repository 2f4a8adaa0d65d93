//! Where the server may connect to: addresses come in requests, and a request could point anywhere.

use std::fmt;
use std::net::IpAddr;

use hyper::Uri;
use hyper::http::uri::Scheme;

/// The hosts of HCP Terraform: its API, and where it keeps plans.
const HCP: &str = "*.terraform.io";

/// Hosts that plans may be fetched from and answers sent to.
#[derive(Debug, Clone)]
pub struct AllowedHosts {
    /// In small letters; `*.` before a name stands for one or more labels.
    patterns: Vec<(String, u16)>,
    insecure_loopback: bool,
}

impl AllowedHosts {
    /// The hosts that the user names (`tfe.example.com`, `*.example.com`, `tfe.example.com:8443`), or those of HCP
    /// Terraform where there are none. `insecure_loopback` allows plain HTTP to this machine, for tests.
    ///
    /// # Errors
    ///
    /// The position of the first text that names no host.
    pub fn new(named: &[String], insecure_loopback: bool) -> Result<Self, usize> {
        let hcp = [HCP.to_owned()];
        let named = if named.is_empty() { hcp.as_slice() } else { named };
        let mut patterns = Vec::new();
        for (position, text) in named.iter().enumerate() {
            patterns.push(pattern(text).ok_or(position)?);
        }
        Ok(Self { patterns, insecure_loopback })
    }

    /// Whether plain HTTP to this machine is allowed.
    pub(super) fn insecure_loopback(&self) -> bool {
        self.insecure_loopback
    }

    /// The address as it may be connected to; why not otherwise, without the address itself.
    pub(super) fn check(&self, address: &str) -> Result<Uri, &'static str> {
        let uri: Uri = address.parse().map_err(|_| "the address is no URL")?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err("the address has no scheme or host");
        };
        if authority.as_str().contains('@') {
            return Err("the address holds a user name");
        }
        let host = authority.host().to_ascii_lowercase();
        if self.insecure_loopback && is_loopback(&host) {
            return Ok(uri);
        }
        if *scheme != Scheme::HTTPS {
            return Err("the address is not https");
        }
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("") => 443,
            // A port that is no number is none for hyper, but is one for its connector.
            Some(rest) => {
                let port = rest.strip_prefix(':').and_then(|port| port.parse().ok());
                port.ok_or("the address has no usable port")?
            }
            None => return Err("the address has no usable host"),
        };
        if self.patterns.iter().any(|pattern| matches(pattern, &host, port)) {
            Ok(uri)
        } else {
            Err("the host is not allowed (see --allow-host)")
        }
    }
}

impl fmt::Display for AllowedHosts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (host, port)) in self.patterns.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(out, "{comma}{host}:{port}")?;
        }
        Ok(())
    }
}

fn pattern(text: &str) -> Option<(String, u16)> {
    let text = text.to_ascii_lowercase();
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port.parse().ok()?),
        _ => (text.as_str(), 443),
    };
    let bare = host.strip_prefix("*.").unwrap_or(host);
    let is_name = !bare.is_empty()
        && bare.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        });
    // `*.com` would be half of the world.
    let too_wide = bare.len() < host.len() && !bare.contains('.');
    ((is_name && !too_wide) || address(host).is_some()).then(|| (host.to_owned(), port))
}

/// `*.` never stands for parts of an IP address: those count only as written.
fn matches((pattern, allowed): &(String, u16), host: &str, port: u16) -> bool {
    let same = match pattern.strip_prefix('*') {
        Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix) && address(host).is_none(),
        None => pattern == host,
    };
    same && *allowed == port
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn is_loopback(host: &str) -> bool {
    address(host).is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(named: &[&str], address: &str) -> bool {
        let named: Vec<String> = named.iter().map(|name| (*name).to_owned()).collect();
        AllowedHosts::new(&named, false).unwrap().check(address).is_ok()
    }

    #[test]
    fn hcp_terraform_is_allowed_and_nothing_that_looks_like_it() {
        for right in [
            "https://app.terraform.io/api/v2/task-results/x/callback",
            "https://archivist.terraform.io/v1/object/x?y=z",
            "https://APP.terraform.io:443/",
        ] {
            assert!(allows(&[], right), "{right}");
        }
        for wrong in [
            "http://app.terraform.io/",
            "https://app.terraform.io:8443/",
            "https://app.terraform.io.example.com/",
            "https://appterraform.io/",
            "https://terraform.io/",
            "https://app.terraform.io@example.com/",
            "https://user:word@app.terraform.io/",
            "https://example.com/app.terraform.io",
            "https://example.com#.terraform.io",
            "https://example.com\\.terraform.io/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/",
            "https://127.0.0.1/",
            "http://localhost:8080/",
            "file:///etc/passwd",
            "//app.terraform.io/",
            "/api/v2",
            "",
            "https://app.terraform.io:99999/",
            "https://app.terraform.io./",
        ] {
            assert!(!allows(&[], wrong), "{wrong}");
        }
    }

    #[test]
    fn named_hosts_take_the_place_of_hcp_terraform() {
        assert!(allows(&["tfe.example.com"], "https://tfe.example.com/x"));
        assert!(allows(&["tfe.example.com:8443"], "https://tfe.example.com:8443/x"));
        assert!(!allows(&["tfe.example.com:8443"], "https://tfe.example.com/x"));
        assert!(!allows(&["tfe.example.com"], "https://app.terraform.io/x"));
        assert!(!allows(&["tfe.example.com"], "https://x.tfe.example.com/x"));
        assert!(allows(&["10.1.2.3"], "https://10.1.2.3/x"));
        assert!(allows(&["[2001:db8::1]:8443"], "https://[2001:db8::1]:8443/x"));
    }

    #[test]
    fn what_names_no_host_is_refused() {
        for wrong in
            ["", "*", "*.com", "https://tfe.example.com", "a b", "a/b", "host:port", "a..b", "*.*.io"]
        {
            assert_eq!(
                AllowedHosts::new(&["x.example".into(), wrong.into()], false).err(),
                Some(1),
                "{wrong}"
            );
        }
    }

    #[test]
    fn this_machine_only_when_asked() {
        let hosts = AllowedHosts::new(&[], true).unwrap();
        assert!(hosts.check("http://127.0.0.1:8080/x").is_ok());
        assert!(hosts.check("http://[::1]:8080/x").is_ok());
        assert!(hosts.check("http://10.0.0.1:8080/x").is_err());
        assert!(hosts.check("http://a@127.0.0.1:8080/x").is_err());
    }
}
