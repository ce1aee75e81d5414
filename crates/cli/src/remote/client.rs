//! Connections to other machines: one runtime, one web client, one store a bucket.

use std::collections::BTreeMap;
use std::env;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::multipart::MultipartStore;
use object_store::{BackoffConfig, ClientConfigKey, ObjectStore, RetryConfig};
use reqwest::redirect::{Action, Attempt, Policy};
use tokio::runtime::Runtime;

use super::address::{self, Service};
use super::credentials;
use super::failure::{self, Failure};

/// How often a request is made again, if `MUKARRAR_RETRIES` does not say it.
const RETRIES: usize = 8;

/// The first and the longest wait before a request is made again.
const WAITS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// How long a server may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// How long a connection may take.
const CONNECTING: Duration = Duration::from_secs(10);

/// How many redirects are followed.
const REDIRECTS: usize = 10;

/// The store of one bucket, as both interfaces of the crate.
#[derive(Clone)]
pub(super) struct BucketStore {
    pub(super) objects: Arc<dyn ObjectStore>,
    pub(super) parts: Arc<dyn MultipartStore>,
}

impl BucketStore {
    fn of<S: ObjectStore + MultipartStore>(store: S) -> Self {
        let store = Arc::new(store);
        let parts = Arc::clone(&store) as Arc<dyn MultipartStore>;
        Self { objects: store, parts }
    }
}

/// The connections of this process.
pub(super) struct Client {
    runtime: Runtime,
    web: reqwest::Client,
    pub(super) retries: Retries,
    stores: Mutex<BTreeMap<(Service, String), BucketStore>>,
}

/// How a request is made again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retries {
    pub(super) most: usize,
}

impl Retries {
    fn from_environment() -> Result<Self, Failure> {
        let Some(text) = env::var_os("MUKARRAR_RETRIES") else { return Ok(Self { most: RETRIES }) };
        let text = text.to_string_lossy();
        match text.parse() {
            Ok(most @ 0..=100) => Ok(Self { most }),
            _ => Err(Failure::wrong(
                format!("cannot be reached: MUKARRAR_RETRIES cannot be {text}"),
                "set it to a number from 0 to 100",
            )),
        }
    }

    /// The wait before the request is made again for the `number`th time, from 0.
    pub(super) fn wait(self, number: usize) -> Duration {
        let (first, longest) = WAITS;
        first.saturating_mul(1 << number.min(16)).min(longest)
    }

    fn of_stores(self) -> RetryConfig {
        let (init_backoff, max_backoff) = WAITS;
        RetryConfig {
            backoff: BackoffConfig { init_backoff, max_backoff, base: 2.0 },
            max_retries: self.most,
            retry_timeout: Duration::from_secs(180),
        }
    }
}

impl Client {
    /// Makes no connection yet.
    ///
    /// # Errors
    ///
    /// The system has no root certificates, or refuses a runtime; `MUKARRAR_RETRIES` is no number.
    pub(super) fn new() -> Result<Self, Failure> {
        // Fails only if another provider was installed, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();

        let retries = Retries::from_environment()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::local("no network runtime", &error))?;
        let web = reqwest::Client::builder()
            .user_agent(concat!("mukarrar/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECTING)
            .read_timeout(SILENCE)
            .redirect(Policy::custom(followed))
            .build()
            .map_err(|_| {
                let remedy = "install ca-certificates, or name a file of them with SSL_CERT_FILE";
                Failure::wrong("cannot be reached: this system has no root certificates", remedy)
            })?;
        Ok(Self { runtime, web, retries, stores: Mutex::default() })
    }

    /// Runs a task to its end.
    pub(super) fn run<F: Future>(&self, task: F) -> F::Output {
        self.runtime.block_on(task)
    }

    /// The client for web addresses.
    pub(super) fn web(&self) -> &reqwest::Client {
        &self.web
    }

    /// The store of a bucket.
    ///
    /// # Errors
    ///
    /// The environment gives no credentials, or settings that contradict each other.
    pub(super) fn bucket(&self, service: Service, bucket: &str) -> Result<BucketStore, Failure> {
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (service, bucket.to_owned());
        if let Some(store) = stores.get(&key) {
            return Ok(store.clone());
        }

        let store = build(service, bucket, self.retries.of_stores())?;
        stores.insert(key, store.clone());
        Ok(store)
    }
}

/// Follows a redirect, but not to a server without TLS.
fn followed(attempt: Attempt<'_>) -> Action {
    if !address::is_safe(attempt.url()) {
        return attempt.error("it leads to an address that is not encrypted");
    }
    if attempt.previous().len() > REDIRECTS {
        attempt.error("it leads from address to address")
    } else {
        attempt.follow()
    }
}

/// The settings of a connection that the environment does not give: name, value.
fn client_settings(prefix: &str) -> Vec<(ClientConfigKey, String)> {
    let settings = [
        // The crate allows 30 seconds for a whole answer, which is too little for a slow line.
        (ClientConfigKey::Timeout, "TIMEOUT", "1 hour".to_owned()),
        (ClientConfigKey::ReadTimeout, "READ_TIMEOUT", format!("{} seconds", SILENCE.as_secs())),
        (ClientConfigKey::ConnectTimeout, "CONNECT_TIMEOUT", format!("{} seconds", CONNECTING.as_secs())),
    ];
    let is_absent = |name: &str| env::var_os(format!("{prefix}{name}")).is_none();
    settings.into_iter().filter(|(_, name, _)| is_absent(name)).map(|(key, _, value)| (key, value)).collect()
}

fn build(service: Service, bucket: &str, retries: RetryConfig) -> Result<BucketStore, Failure> {
    let failed = |error: object_store::Error| failure::of_store(&error, service);
    credentials::check(service)?;

    match service {
        Service::S3 => {
            let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retries);
            for (key, value) in client_settings("AWS_") {
                builder = builder.with_config(AmazonS3ConfigKey::Client(key), value);
            }
            for (key, value) in credentials::aws_profile() {
                builder = builder.with_config(key, value);
            }
            builder.build().map(BucketStore::of).map_err(failed)
        }
        Service::Google => {
            let mut builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(bucket).with_retry(retries);
            for (key, value) in client_settings("GOOGLE_") {
                builder = builder.with_config(GoogleConfigKey::Client(key), value);
            }
            builder.build().map(BucketStore::of).map_err(failed)
        }
        Service::Azure => {
            let mut builder = MicrosoftAzureBuilder::from_env().with_container_name(bucket).with_retry(retries);
            for (key, value) in client_settings("AZURE_") {
                builder = builder.with_config(AzureConfigKey::Client(key), value);
            }
            builder.build().map(BucketStore::of).map_err(failed)
        }
    }
}
