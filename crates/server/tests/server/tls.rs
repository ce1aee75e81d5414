//! Encrypted connections, and files with secrets.

#![cfg(unix)]

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mukarrar_server::{BearerToken, Server, ServerLimits, TlsIdentity};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::http::Served;

const CERTIFICATE: &str = include_str!("identity/certificate.pem");
const KEY: &str = include_str!("identity/key.pem");

/// A file with these permissions.
fn file(directory: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
    let path = directory.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    path
}

fn identity(directory: &Path) -> TlsIdentity {
    let certificate = file(directory, "certificate.pem", CERTIFICATE, 0o644);
    TlsIdentity::from_files(certificate, file(directory, "key.pem", KEY, 0o600)).unwrap()
}

#[test]
fn a_client_that_trusts_the_certificate_is_answered_under_encryption() {
    let directory = tempfile::tempdir().unwrap();
    let served = Served::empty(Server::builder().tls(identity(directory.path())));

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(served.address).unwrap());

    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nok\n"), "{answer}");

    // A client that speaks plain HTTP gets no answer in it, and keeps nobody out.
    let mut plain = served.connect();
    plain.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert!(plain.try_answer().is_none());
}

#[test]
fn a_client_that_never_greets_is_cut_off_and_does_not_hold_up_stopping() {
    let directory = tempfile::tempdir().unwrap();
    let mut limits = ServerLimits::default();
    limits.head_timeout = Duration::from_millis(50);
    let served = Served::empty(Server::builder().limits(limits).tls(identity(directory.path())));

    let mut silent = TcpStream::connect(served.address).unwrap();
    assert_eq!(silent.read(&mut [0]).unwrap(), 0, "the server closes the connection");

    let _silent = TcpStream::connect(served.address).unwrap();
    served.stop().unwrap();
}

#[test]
fn an_identity_that_cannot_work_says_which_file_and_why() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str, text: &str, mode| file(directory.path(), name, text, mode);
    let (certificate, key) = (at("c.pem", CERTIFICATE, 0o644), at("k.pem", KEY, 0o600));
    let message = |certificate: &Path, key: &Path| TlsIdentity::from_files(certificate, key).unwrap_err().to_string();

    let error = message(&key, &key);
    assert!(error.contains("tls_certificate cannot be") && error.contains("k.pem"), "{error}");
    let error = message(&certificate, &certificate);
    // The certificate is public, so its file is refused as a key for its permissions first.
    assert!(error.contains("chmod 600"), "{error}");
    let error = message(&certificate, &at("c2.pem", CERTIFICATE, 0o600));
    assert!(error.contains("tls_key cannot be") && error.contains("a private key"), "{error}");

    // The key of another certificate.
    let other = include_str!("identity/other_key.pem");
    let error = message(&certificate, &at("o.pem", other, 0o600));
    assert!(error.contains("the private key of the certificate"), "{error}");
    assert!(message(&certificate, Path::new("none.pem")).contains("none.pem"));
}

#[test]
fn secrets_that_others_can_read_are_refused_with_the_remedy() {
    let directory = tempfile::tempdir().unwrap();
    let token = "0123456789abcdef0123456789abcdef";
    for mode in [0o644, 0o604, 0o602, 0o666] {
        let path = file(directory.path(), "token", token, mode);
        let error = BearerToken::from_file(&path).unwrap_err().to_string();
        assert!(error.contains(&format!("mode {mode:04o}")) && error.contains("chmod 600"), "{error}");
    }
    for mode in [0o600, 0o400] {
        let path = directory.path().join(format!("token-{mode:o}"));
        fs::write(&path, token).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        BearerToken::from_file(&path).unwrap();
    }
}
