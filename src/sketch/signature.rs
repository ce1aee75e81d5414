//! Signatures: their parameters, estimates and stored form.

use super::kernel::EMPTY;
use crate::error::{Error, ErrorKind, Result};
use crate::normalize::Profile;
use crate::shingle::ShingleKind;

/// The parameters that two signatures must share to be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SketchParams {
    num_hashes: u32,
    seed: u64,
    shingle: ShingleKind,
    profile: Profile,
}

impl SketchParams {
    /// Most values of a signature.
    pub const LONGEST: usize = 4096;

    /// Parameters for signatures of `num_hashes` values; all others are the defaults.
    ///
    /// # Errors
    ///
    /// `num_hashes` outside 1 to [`LONGEST`](Self::LONGEST).
    pub fn with_length(num_hashes: usize) -> Result<Self> {
        Self::new(num_hashes, 1, ShingleKind::default(), Profile::default())
    }

    /// Parameters for signatures of `num_hashes` values over shingles of this kind, profile and seed.
    ///
    /// # Errors
    ///
    /// `num_hashes` outside 1 to [`LONGEST`](Self::LONGEST).
    pub fn new(num_hashes: usize, seed: u64, shingle: ShingleKind, profile: Profile) -> Result<Self> {
        match u32::try_from(num_hashes) {
            Ok(length) if (1..=Self::LONGEST).contains(&num_hashes) => {
                Ok(Self { num_hashes: length, seed, shingle, profile })
            }
            _ => Err(Error::parameter("num_hashes", num_hashes, format!("from 1 to {}", Self::LONGEST))),
        }
    }

    /// Number of values.
    #[must_use]
    pub const fn num_hashes(&self) -> usize {
        self.num_hashes as usize
    }

    /// Seed of every hash.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The kind of shingles.
    #[must_use]
    pub const fn shingle(&self) -> ShingleKind {
        self.shingle
    }

    /// The profile that folded the text.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Checks that signatures with these parameters can be compared with those of `other`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Incompatible`] names the first parameter in which the two differ.
    pub fn check_compatible(&self, other: &Self) -> Result<()> {
        let differ = |what, left: String, right: String| Err(ErrorKind::Incompatible { what, left, right }.into());

        if self.num_hashes != other.num_hashes {
            differ("length", self.num_hashes.to_string(), other.num_hashes.to_string())
        } else if self.seed != other.seed {
            differ("seed", self.seed.to_string(), other.seed.to_string())
        } else if self.shingle != other.shingle {
            differ("shingle", self.shingle.to_string(), other.shingle.to_string())
        } else if self.profile != other.profile {
            differ("profile", self.profile.to_string(), other.profile.to_string())
        } else {
            Ok(())
        }
    }
}

/// A MinHash signature with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    params: SketchParams,
    values: Box<[u32]>,
}

/// An estimated similarity with its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate, from 0 to 1.
    pub value: f64,
    /// Its standard error, √(J(1−J)/k) at the estimate.
    pub std_error: f64,
}

impl Signature {
    pub(super) fn new(params: SketchParams, values: Box<[u32]>) -> Self {
        Self { params, values }
    }

    /// The parameters it was made with.
    #[must_use]
    pub fn params(&self) -> &SketchParams {
        &self.params
    }

    /// The values.
    #[must_use]
    pub fn values(&self) -> &[u32] {
        &self.values
    }

    /// Whether this is the signature of a unit without tokens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.contains(&EMPTY)
    }

    /// The estimated Jaccard similarity; 0 if either unit is empty.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Incompatible`] names the parameter in which the two differ.
    pub fn jaccard(&self, other: &Self) -> Result<Estimate> {
        self.params.check_compatible(&other.params)?;

        // Empty values are equal in all signatures of empty units, which must not resemble each other.
        let equal = self.values.iter().zip(&other.values).filter(|(a, b)| a == b && **a != EMPTY).count();
        let length = self.values.len() as f64;
        let value = equal as f64 / length;

        Ok(Estimate { value, std_error: (value * (1.0 - value) / length).sqrt() })
    }

    /// The signature of the union of the two sets.
    ///
    /// # Errors
    ///
    /// As [`jaccard`](Self::jaccard).
    pub fn merge(&self, other: &Self) -> Result<Self> {
        self.params.check_compatible(&other.params)?;

        let values = self.values.iter().zip(&other.values).map(|(a, b)| *a.min(b)).collect();

        Ok(Self { params: self.params, values })
    }

    /// The stored form: `MKRS`, format version, method, shingle kind and length, profile, three zero
    /// bytes, then length (u32), seed (u64) and values (u32 each), all little-endian.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (kind, n) = match self.params.shingle {
            ShingleKind::Word(n) => (0, n),
            ShingleKind::Char(n) => (1, n),
        };

        let mut bytes = MAGIC.to_vec();
        bytes.extend([FORMAT, METHOD, kind, n, self.params.profile as u8, 0, 0, 0]);
        bytes.extend(self.params.num_hashes.to_le_bytes());
        bytes.extend(self.params.seed.to_le_bytes());
        bytes.extend(self.values.iter().flat_map(|value| value.to_le_bytes()));

        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] with the offset of the first invalid byte.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let corrupt = |offset, reason| Err(ErrorKind::Corrupt { what: "signature", offset, reason }.into());
        let Some((header, body)) = bytes.split_first_chunk::<HEADER>() else {
            return corrupt(bytes.len(), "it ends inside the header");
        };

        // Checked from the first byte on, so that the error names the first byte that is wrong.
        if header[..4] != MAGIC {
            return corrupt(0, "it does not begin with the mark of a signature");
        }
        if header[4..6] != [FORMAT, METHOD] {
            return corrupt(4, "another version of this program wrote it");
        }

        let Some(shingle) = read_shingle(header[6], header[7]) else {
            return corrupt(6, "no such kind of shingle");
        };
        let Some(profile) = PROFILES.get(usize::from(header[8])) else {
            return corrupt(8, "no such profile");
        };

        // Bytes 9 to 11 are reserved and ignored.
        let num_hashes = u32::from_le_bytes([header[12], header[13], header[14], header[15]]) as usize;
        let seed = header[16..].iter().rev().fold(0, |seed, byte| seed << 8 | u64::from(*byte));
        let Ok(params) = SketchParams::new(num_hashes, seed, shingle, *profile) else {
            return corrupt(12, "a length out of range");
        };

        if body.len() != 4 * num_hashes {
            return corrupt(bytes.len(), "it is not as long as its header says");
        }

        let values = body.chunks_exact(4).map(|v| u32::from_le_bytes([v[0], v[1], v[2], v[3]])).collect();
        Ok(Self { params, values })
    }
}

/// The first bytes of a stored signature.
const MAGIC: [u8; 4] = *b"MKRS";

/// Version of the stored form.
const FORMAT: u8 = 1;

/// Fast Similarity Sketching, the only method so far.
const METHOD: u8 = 1;

const HEADER: usize = 24;

const PROFILES: [Profile; 4] = [Profile::None, Profile::Light, Profile::Standard, Profile::Aggressive];

fn read_shingle(kind: u8, n: u8) -> Option<ShingleKind> {
    let n = (1..=ShingleKind::MAX_LENGTH).contains(&n).then_some(n)?;
    match kind {
        0 => Some(ShingleKind::Word(n)),
        1 => Some(ShingleKind::Char(n)),
        _ => None,
    }
}
