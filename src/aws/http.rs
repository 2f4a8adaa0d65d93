//! HTTPS with the one TLS stack of the project, through the proxy that the environment names.

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{Error, ErrorKind};

/// A client that trusts the machine's certificates, and these.
pub(super) fn client(certificates: Option<&[u8]>) -> Result<SharedHttpClient, Error> {
    let mut store = TrustStore::empty().with_native_roots(true);
    if let Some(pem) = certificates {
        if !are_certificates(pem) {
            return Err(unusable());
        }
        store.add_pem_certificate(pem);
    }
    let context = TlsContext::builder().with_trust_store(store).build().map_err(|_| unusable())?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(context.clone())
            .proxy_config(ProxyConfig::from_env());
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        builder.build()
    }))
}

/// The SDK gives up where a certificate can't be read: looked at before.
fn are_certificates(pem: &[u8]) -> bool {
    let mut store = RootCertStore::empty();
    let mut all = CertificateDer::pem_slice_iter(pem);
    all.all(|one| one.is_ok_and(|one| store.add(one).is_ok())) && !store.is_empty()
}

fn unusable() -> Error {
    Error::new(ErrorKind::Settings, "AWS_CA_BUNDLE names no file of certificates (PEM)")
        .hint("name a file of certificates, or unset AWS_CA_BUNDLE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_no_panic() {
        for wrong in ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert!(client(Some(wrong.as_bytes())).is_err(), "{wrong}");
        }
        assert!(client(None).is_ok());
    }
}
