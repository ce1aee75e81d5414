//! Where the credentials of a store come from. Their values are shown nowhere.

use std::path::PathBuf;
use std::{env, fs};

use object_store::aws::AmazonS3ConfigKey;

use super::address::Service;
use super::failure::Failure;

/// Variables of which one says how to log in.
const S3: [&str; 6] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_METADATA_ENDPOINT",
    "AWS_SKIP_SIGNATURE",
];
const GOOGLE: [&str; 7] = [
    "GOOGLE_SERVICE_ACCOUNT",
    "GOOGLE_SERVICE_ACCOUNT_PATH",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_BEARER_TOKEN",
    "GOOGLE_SKIP_SIGNATURE",
    "SERVICE_ACCOUNT",
];

/// Refuses a service without credentials. Without this check, the crate would ask the metadata server of a cloud for them, and
/// wait long for an answer elsewhere.
///
/// # Errors
///
/// There are none, and this machine is none of that cloud.
pub(super) fn check(service: Service) -> Result<(), Failure> {
    let any = |names: &[&str]| names.iter().any(|name| env::var_os(name).is_some());
    let (is_known, remedy) = match service {
        Service::S3 => (
            any(&S3) || !aws_profile().is_empty() || is_made_by("Amazon"),
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SKIP_SIGNATURE=true for a public bucket",
        ),
        Service::Google => (
            any(&GOOGLE) || google_default().is_some_and(|path| path.exists()) || is_made_by("Google"),
            "set GOOGLE_APPLICATION_CREDENTIALS, or GOOGLE_SKIP_SIGNATURE=true for a public bucket",
        ),
        Service::Azure => (
            env::vars_os().any(|(name, _)| is_azure_login(&name.to_string_lossy())) || is_made_by("Microsoft"),
            "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY, or AZURE_SKIP_SIGNATURE=true for a public container",
        ),
    };
    if is_known { Ok(()) } else { Err(Failure::wrong("cannot be reached: there are no credentials", remedy)) }
}

/// Whether a variable says how to log in to Azure.
fn is_azure_login(name: &str) -> bool {
    let Some(name) = name.strip_prefix("AZURE_") else { return false };
    ["KEY", "TOKEN", "SAS", "SECRET", "CLIENT_ID", "CLI", "EMULATOR", "SIGNATURE", "TOKEN_FILE", "MSI_ENDPOINT"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// The credentials that `gcloud` keeps.
fn google_default() -> Option<PathBuf> {
    env::home_dir().map(|home| home.join(".config/gcloud/application_default_credentials.json"))
}

/// Whether the firmware names this maker of the machine.
fn is_made_by(maker: &str) -> bool {
    ["sys_vendor", "product_name"].iter().any(|name| {
        fs::read_to_string(format!("/sys/devices/virtual/dmi/id/{name}")).is_ok_and(|text| text.contains(maker))
    })
}

/// The keys of a profile in the file that the tools of AWS share, if no variable gives them.
pub(super) fn aws_profile() -> Vec<(AmazonS3ConfigKey, String)> {
    if S3.iter().any(|name| env::var_os(name).is_some()) {
        return Vec::new();
    }

    let path = env::var_os("AWS_SHARED_CREDENTIALS_FILE").map(PathBuf::from);
    let path = path.or_else(|| env::home_dir().map(|home| home.join(".aws/credentials")));
    let profile = env::var("AWS_PROFILE").unwrap_or_else(|_| "default".to_owned());
    let text = path.and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
    keys_of(&text, &profile)
}

/// The keys of `profile` in the text of such a file.
fn keys_of(text: &str, profile: &str) -> Vec<(AmazonS3ConfigKey, String)> {
    let mut keys = Vec::new();
    let mut is_ours = false;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            is_ours = name.trim() == profile;
        } else if let Some((name, value)) = line.split_once('=').filter(|_| is_ours) {
            let key = match name.trim() {
                "aws_access_key_id" => AmazonS3ConfigKey::AccessKeyId,
                "aws_secret_access_key" => AmazonS3ConfigKey::SecretAccessKey,
                "aws_session_token" => AmazonS3ConfigKey::Token,
                _ => continue,
            };
            keys.push((key, value.trim().to_owned()));
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_a_profile_are_found() {
        let text = "[default]\naws_access_key_id = a\n# x\n[other]\naws_access_key_id=b\naws_secret_access_key = c=d\nregion = x\n";
        assert_eq!(keys_of(text, "default"), [(AmazonS3ConfigKey::AccessKeyId, "a".to_owned())]);
        assert_eq!(keys_of(text, "other")[1], (AmazonS3ConfigKey::SecretAccessKey, "c=d".to_owned()));
        assert!(keys_of(text, "none").is_empty());
    }
}
