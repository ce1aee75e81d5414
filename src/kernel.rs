//! The vector instructions that the hot loops may use, detected once.
//!
//! Every kernel gives the same values, bit for bit; they differ only in speed. An [`InstructionSet`] exists only if the
//! processor can run it, so a stage that receives one need not test again. No setting chooses it, since no result may
//! depend on it.

use crate::static_table::StaticTable;

/// A set of instructions for the hot loops that this processor can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstructionSet(pub(crate) KernelSet);

/// The instruction sets that a loop exists for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KernelSet {
    /// The instructions that every processor of the architecture has.
    Portable,
    /// AVX2 with the bit instructions of the same processors.
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
    /// The fastest set of this processor. Costs a load and a branch after the first call.
    #[must_use]
    pub fn best() -> Self {
        // `all` is never empty.
        static BEST: StaticTable<InstructionSet> =
            StaticTable::new(|| *InstructionSet::all().last().unwrap_or(&InstructionSet::PORTABLE));
        *BEST
    }

    /// All sets that this processor can run, the slowest first: for tests and benches.
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
                // The loops for AVX-512 also use AVX2.
                if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
                    all.push(Self(KernelSet::Avx512));
                }
            }
        }

        #[cfg(target_arch = "aarch64")]
        all.push(Self(KernelSet::Neon));

        all
    }

    /// The name used by benches and tests.
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

/// Calls `$work` compiled for the instructions of `$kernel`, so that the compiler vectorises it. `$work` has no
/// intrinsics and must be `#[inline(always)]`. A module that uses this macro allows `unsafe_code` for this reason.
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
            // SAFETY: an `InstructionSet` of AVX2 exists only where the processor has these instructions.
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
