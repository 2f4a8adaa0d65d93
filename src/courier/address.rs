//! Where a message goes: HTTPS, or this machine. An address can be a secret by itself, so it is never told.

use std::fmt;
use std::net::IpAddr;

use hyper::Uri;
use hyper::http::uri::Scheme;

use crate::secret::Secret;

/// An address that may be connected to.
#[derive(Clone)]
pub struct Address(Uri);

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// Why it can't be used, without the address itself.
    pub fn new(text: &Secret) -> Result<Self, &'static str> {
        let uri: Uri = text.expose().trim().parse().map_err(|_| "the address is no URL")?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err("the address has no scheme or host");
        };
        if authority.as_str().contains('@') {
            return Err("the address holds a user name");
        }
        let address = Self(uri.clone());
        if *scheme != Scheme::HTTPS && !(*scheme == Scheme::HTTP && address.is_loopback()) {
            return Err("the address is not https");
        }
        Ok(address)
    }

    /// The same with more at the end of its path, and a query.
    pub fn below(&self, segment: &str, query: Option<&str>) -> Option<Self> {
        let mut text = format!(
            "{}://{}{}",
            self.0.scheme_str()?,
            self.0.authority()?,
            self.0.path().trim_end_matches('/')
        );
        if !segment.is_empty() {
            text.push('/');
            text.push_str(segment);
        }
        let queries: Vec<&str> = self.0.query().into_iter().chain(query).collect();
        if !queries.is_empty() {
            text.push('?');
            text.push_str(&queries.join("&"));
        }
        text.parse().ok().map(Self)
    }

    /// Whether it is of this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.0.host().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        address.is_ok_and(|address| address.is_loopback())
    }

    /// For signatures over it.
    pub fn exposed(&self) -> String {
        self.0.to_string()
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Address")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Address, &'static str> {
        Address::new(&Secret::new(text))
    }

    #[test]
    fn only_https_and_this_machine() {
        for right in [
            "https://hooks.slack.com/services/T0/B0/x",
            "http://127.0.0.1:80/x",
            "http://[::1]:1/",
            "https://a\n",
        ] {
            assert!(of(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "hooks.slack.com",
            "/x",
            "http://example.com/",
            "http://127.0.0.1.example.com/",
            "https://user:word@example.com/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "https://a b/",
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
        assert_eq!(format!("{:?}", of("https://canary/").unwrap()), "Address");
    }

    #[test]
    fn a_path_grows() {
        let told =
            |text: &str, more: &str| of(text).unwrap().below(more, Some("rid=1")).unwrap().0.to_string();
        assert_eq!(told("https://hc.example/u-u", "start"), "https://hc.example/u-u/start?rid=1");
        assert_eq!(told("https://hc.example/u-u/?create=1", "1"), "https://hc.example/u-u/1?create=1&rid=1");
        assert_eq!(told("https://hc.example", ""), "https://hc.example?rid=1".replace("?", "/?"));
    }
}
