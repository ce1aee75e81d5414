//! Which vector instructions the hot loops may use: asked of the processor once.
//!
//! Every kernel gives the same values, bit for bit; they differ in speed alone. A [`InstructionSet`] can only be had if the
//! processor runs it, so a stage that is handed one need not ask again. Nothing chooses one but the processor: a setting
//! from outside would be one more thing that results could seem to hang on.

use std::sync::OnceLock;

/// One way to run the hot loops, which this processor can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstructionSet(pub(crate) KernelSet);

/// The instruction sets that some loop was written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KernelSet {
    /// What every processor of the architecture has.
    Portable,
    /// AVX2 with the bit instructions that came with it.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 F and DQ: servers since 2017, Zen 4.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// NEON, which every aarch64 processor has.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl InstructionSet {
    /// The fastest. After the first call a load and a branch.
    #[must_use]
    pub fn best() -> Self {
        static BEST: OnceLock<InstructionSet> = OnceLock::new();
        *BEST.get_or_init(|| *Self::all().last().unwrap_or(&Self::PORTABLE))
    }

    /// All that this processor runs, the slowest first: for tests and benches.
    #[must_use]
    pub fn all() -> Vec<Self> {
        #[allow(unused_mut, reason = "some architectures have no other")]
        let mut all = vec![Self::PORTABLE];
        #[cfg(target_arch = "x86_64")]
        {
            let bits = is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("popcnt");
            if bits && is_x86_feature_detected!("avx2") {
                all.push(Self(KernelSet::Avx2));
                if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
                    all.push(Self(KernelSet::Avx512));
                }
            }
        }
        #[cfg(target_arch = "aarch64")]
        all.push(Self(KernelSet::Neon));
        all
    }

    /// A word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            KernelSet::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            KernelSet::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            KernelSet::Avx512 => "avx512",
            #[cfg(target_arch = "aarch64")]
            KernelSet::Neon => "neon",
        }
    }

    const PORTABLE: Self = Self(KernelSet::Portable);
}

/// Calls `$work`, a function without intrinsics that must be inlined, compiled for the instructions of a kernel: the
/// compiler makes the vectors. The module that uses it allows `unsafe_code` with this reason.
macro_rules! in_kernel {
    ($kernel:expr, $work:ident($($name:ident: $type:ty),*) $(-> $result:ty)?) => {{
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512dq,avx2,bmi1,bmi2,popcnt")]
        fn avx512($($name: $type),*) $(-> $result)? {
            $work($($name),*)
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
        fn avx2($($name: $type),*) $(-> $result)? {
            $work($($name),*)
        }
        match $kernel.0 {
            $crate::kernel::KernelSet::Portable => $work($($name),*),
            #[cfg(target_arch = "aarch64")]
            $crate::kernel::KernelSet::Neon => $work($($name),*),
            // SAFETY: a `InstructionSet` of AVX2 exists only where the processor has these instructions.
            #[cfg(target_arch = "x86_64")]
            $crate::kernel::KernelSet::Avx2 => unsafe { avx2($($name),*) },
            // SAFETY: as above, for AVX-512.
            #[cfg(target_arch = "x86_64")]
            $crate::kernel::KernelSet::Avx512 => unsafe { avx512($($name),*) },
        }
    }};
}

pub(crate) use in_kernel;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portable_kernel_is_everywhere_and_the_best_is_the_last() {
        let all = InstructionSet::all();
        assert_eq!(all[0].name(), "portable");
        assert_eq!(Some(&InstructionSet::best()), all.last());
    }
}
