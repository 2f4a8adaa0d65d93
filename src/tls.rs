//! TLS towards other machines: one provider, and the certificates that this machine trusts.

use std::sync::Arc;

use hyper_rustls::ConfigBuilderExt;
use rustls::{ClientConfig, RootCertStore};

use crate::error::{Error, ErrorKind};

/// What a client trusts. `or_none` is for who talks to this machine only, which may have no certificates at all.
///
/// # Errors
///
/// [`ErrorKind::Input`] where the machine's certificates can't be read.
pub(crate) fn config(or_none: bool) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorKind::Input, format!("TLS cannot be used: {error}")))?;
    match builder.clone().with_native_roots() {
        Ok(builder) => Ok(builder.with_no_client_auth()),
        Err(_) if or_none => Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()),
        Err(error) => {
            let reason = format!("the machine's certificates cannot be read: {}", error.kind());
            Err(Error::new(ErrorKind::Input, reason)
                .hint("install ca-certificates, or name a file with SSL_CERT_FILE"))
        }
    }
}
