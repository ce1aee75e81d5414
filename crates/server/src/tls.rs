//! Encrypted connections: the certificate and the key of a server, and the handshake.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

use super::secrets;
use mukarrar::error::{Error, Result};

/// The certificate chain of a server with its private key, for TLS 1.2 and 1.3 (RFC 8446).
#[derive(Clone)]
pub struct TlsIdentity(TlsAcceptor);

impl fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsIdentity")
    }
}

impl TlsIdentity {
    /// Reads PEM files (RFC 7468): the certificate of the server, followed by those between it and the root; and its private
    /// key in PKCS #8, PKCS #1 or SEC 1. The files are read once: a server with a renewed certificate is started again.
    ///
    /// # Errors
    ///
    /// A file cannot be read or has no such part; other users may read the key; the key is not that of the certificate.
    pub fn from_files(certificate: impl AsRef<Path>, key: impl AsRef<Path>) -> Result<Self> {
        let (certificate, key) = (certificate.as_ref(), key.as_ref());
        let chain = std::fs::read(certificate).map_err(|source| Error::io("read", certificate, source))?;
        let chain: Vec<CertificateDer<'_>> = CertificateDer::pem_slice_iter(&chain)
            .collect::<std::result::Result<_, pem::Error>>()
            .map_err(|error| no_certificate(certificate, &error))?;
        if chain.is_empty() {
            return Err(no_certificate(certificate, &pem::Error::NoItemsFound));
        }

        let secret = secrets::read("tls_key", key)?;
        let secret = PrivateKeyDer::from_pem_slice(secret.as_bytes()).map_err(|error| {
            let expected = format!("a PEM file with a private key that has no password ({error})");
            Error::parameter("tls_key", key.display(), expected)
        })?;

        let chain = chain.into_iter().map(CertificateDer::into_owned).collect();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret))
            .map_err(|error| {
                let expected = format!("the private key of the certificate {} ({error})", certificate.display());
                Error::parameter("tls_key", key.display(), expected)
            })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Greets a client. `None` if the client is not understood or ends the connection.
    pub(super) async fn greet<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> Option<TlsStream<S>> {
        self.0.accept(stream).await.ok()
    }
}

fn no_certificate(path: &Path, error: &pem::Error) -> Error {
    let expected = format!("a PEM file with the certificate of the server and those between it and the root ({error})");
    Error::parameter("tls_certificate", path.display(), expected)
}
