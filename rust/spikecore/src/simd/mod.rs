//! The instruction-set level of this process: detected once, or forced by `SPIKECORE_SIMD`.
//!
//! All levels give identical bits: kernels are plain loops compiled several times, or one loop over vectors of each level
//! ([`vector`]), without fused multiply-add and without reassociation.

pub mod compiled;
#[expect(unsafe_code, reason = "prefetching; invariant F1")]
pub mod prefetch;
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "permutations of vectors; invariants L1-L2"))]
pub mod vector;

use std::sync::OnceLock;

/// An instruction-set level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every CPU of the architecture has (on aarch64 this includes NEON).
    Baseline,
    /// AVX2.
    Avx2,
    /// AVX-512 F, BW, DQ and VL.
    Avx512,
}

impl Level {
    /// Name in options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline if cfg!(target_arch = "aarch64") => "neon",
            Self::Baseline => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The best level of this CPU.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            if avx512 {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") {
                return Self::Avx2;
            }
        }
        Self::Baseline
    }

    /// The level in use: `SPIKECORE_SIMD` = `scalar`, `neon`, `avx2` or `avx512`, never above what the CPU has.
    ///
    /// # Errors
    /// The text of the variable, if it names no level or one that this CPU lacks.
    pub fn in_use() -> Result<Self, String> {
        static LEVEL: OnceLock<Result<Level, String>> = OnceLock::new();
        LEVEL.get_or_init(Self::choose).clone()
    }

    /// The level in use, or the baseline where the variable says nothing usable.
    pub fn current() -> Self {
        Self::in_use().unwrap_or(Self::Baseline)
    }

    fn choose() -> Result<Self, String> {
        let best = Self::detect();
        let Ok(text) = std::env::var("SPIKECORE_SIMD") else {
            return Ok(best);
        };
        let wanted = match text.as_str() {
            "" => best,
            "scalar" | "neon" => Self::Baseline,
            "avx2" => Self::Avx2,
            "avx512" => Self::Avx512,
            _ => return Err(text),
        };
        if wanted <= best { Ok(wanted) } else { Err(text) }
    }
}

/// A value that begins at a cache line: a vector that straddles two is loaded twice and stored twice.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub struct Aligned<T>(pub T);

/// Names of the CPU features that the engine can use and this CPU has.
pub fn cpu_features() -> Vec<&'static str> {
    let mut found = vec![];
    #[cfg(target_arch = "x86_64")]
    {
        for (name, has) in [
            ("avx2", is_x86_feature_detected!("avx2")),
            ("avx512f", is_x86_feature_detected!("avx512f")),
            ("avx512bw", is_x86_feature_detected!("avx512bw")),
            ("avx512dq", is_x86_feature_detected!("avx512dq")),
            ("avx512vl", is_x86_feature_detected!("avx512vl")),
        ] {
            if has {
                found.push(name);
            }
        }
    }
    if cfg!(target_arch = "aarch64") {
        found.push("neon");
    }
    found
}
