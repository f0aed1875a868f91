//! The operations of a program. [`codes`] is the only list: of each the name at the border and how many numbers it takes.
//!
//! Each is one IEEE operation per rounding, in the order written; there is no fused multiply-add. Truth is 1, else 0. What a
//! function like the exponential is, [`crate::number::functions`] says.

/// Calls a macro with all operations: name at the border, code, operands, meaning.
macro_rules! codes {
    ($call:ident) => {
        $call! {
            copy Copy 1 "a";
            neg Negate 1 "-a";
            abs Magnitude 1 "|a|";
            sqrt Root 1 "the square root of a";
            not Not 1 "whether a is 0";
            exp Exp 1 "e^a";
            expm1 ExpM1 1 "e^a - 1";
            exprel ExpRel 1 "(e^a - 1) / a, and 1 at 0";
            log Log 1 "the natural logarithm of a";
            log1p Log1P 1 "the natural logarithm of 1 + a";
            sin Sin 1 "the sine of a";
            cos Cos 1 "the cosine of a";
            tanh Tanh 1 "the hyperbolic tangent of a";
            add Add 2 "a + b";
            sub Sub 2 "a - b";
            mul Mul 2 "a b";
            div Div 2 "a / b";
            pow Pow 2 "a^b";
            min Min 2 "a where a < b, else b";
            max Max 2 "a where a > b, else b";
            lt Less 2 "whether a < b";
            le LessEqual 2 "whether a <= b";
            gt Greater 2 "whether a > b";
            ge GreaterEqual 2 "whether a >= b";
            eq Equal 2 "whether a = b";
            ne NotEqual 2 "whether a and b differ";
            and And 2 "whether neither is 0";
            or Or 2 "whether one is not 0";
            select Select 3 "b where a is not 0, else c";
            mul_add MulAdd 3 "a b + c";
            mul_sub MulSub 3 "a b - c";
            sub_mul SubMul 3 "c - a b";
            add_times AddTimes 3 "(a + b) c";
            sub_times SubTimes 3 "(a - b) c";
            add_add AddAdd 3 "(a + b) + c";
            rand Rand 0 "a uniform draw from [0, 1); b is the place of the call, c the substep";
            randn RandN 0 "a standard normal draw; b is the place of the call, c the substep";
        }
    };
}

macro_rules! declare {
    ($($name:ident $code:ident $operands:literal $meaning:literal;)*) => {
        /// What an operation does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Code { $(#[doc = $meaning] $code),* }

        impl Code {
            /// All operations.
            pub const ALL: &'static [Self] = &[$(Self::$code),*];

            /// Its name at the border.
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => stringify!($name)),* }
            }

            /// How many numbers it takes.
            pub fn operands(self) -> usize {
                match self { $(Self::$code => $operands),* }
            }
        }
    };
}
codes!(declare);

/// An operation of a program: what it does, the register that it writes, and those that it reads. A draw has in their place,
/// second and third, the place of the call and the substep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Op {
    /// What it does.
    pub code: Code,
    /// The register that is written; none of those that are read.
    pub target: u16,
    /// The registers that are read.
    pub sources: [u16; 3],
}

impl Op {
    /// The operation of this name.
    pub fn named(name: &str, target: u16, sources: [u16; 3]) -> Option<Self> {
        let code = Code::ALL.iter().copied().find(|code| code.name() == name)?;
        Some(Self { code, target, sources })
    }

    /// The registers that are read.
    pub fn reads(&self) -> &[u16] {
        &self.sources[..self.code.operands()]
    }
}
