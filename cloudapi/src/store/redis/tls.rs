//! TLS to a Redis, with the provider named as everywhere in this crate.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::store::{StoreError, StoreErrorKind};

fn failed(message: String) -> StoreError {
    StoreError::new(StoreErrorKind::Refused, message)
}

/// Trusts the certificates in the file, or those of the platform.
pub(super) fn config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, StoreError> {
    use rustls_platform_verifier::BuilderVerifierExt as _;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let no_tls = |error| failed("TLS cannot be set up".to_owned()).caused_by(error);
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(no_tls)?;
    let builder = match ca_file {
        Some(path) => builder.with_root_certificates(roots(path)?),
        None => builder.with_platform_verifier().map_err(no_tls)?,
    };
    Ok(Arc::new(builder.with_no_client_auth()))
}

fn roots(path: &Path) -> Result<RootCertStore, StoreError> {
    let shown = path.display();
    let pem = std::fs::read(path).map_err(|error| {
        failed(format!("the certificates in {shown} cannot be read")).caused_by(error)
    })?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| {
            failed(format!("{shown} is not a PEM file")).caused_by(error.to_string())
        })?;
        roots.add(certificate).map_err(|error| {
            failed(format!("a certificate in {shown} cannot be used")).caused_by(error)
        })?;
    }
    if roots.is_empty() {
        return Err(failed(format!("there is no certificate in {shown}")));
    }
    Ok(roots)
}
