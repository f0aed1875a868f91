//! Every allocation of 4 KiB or more is refused once: of describing, compiling, running, reading, a batch, a reset and a
//! report, on networks that between them use all models, rules, stimuli and formats.
//!
//! For every `k` a session is run in which the allocator refuses the `k`-th large allocation, or that and all after it until
//! the call returns, until a session makes fewer than `k`. Never an abort and never a panic: the call returns an error of
//! memory, the description or the machine is as it was, stands at one tick or says that it is torn, and the session, gone on
//! with, comes to what an undisturbed one comes to, bit for bit.
//!
//! `cargo test --test allocation_sweep` sweeps the first network, `cargo test --test allocation_sweep -- all` all six, or
//! those that are named; `SPIKECORE_SWEEP_TRACE=k` prints where the `k`-th large allocation of each session comes from, and
//! `SPIKECORE_SWEEP_TRACE=all` where all of an undisturbed session do.

mod sweep {
    pub mod allocator;
    pub mod networks;
    pub mod session;
}

use sweep::allocator::{Refusal, SWEEP};
use sweep::{networks, session};

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let all = networks::all();
    let chosen: Vec<_> = match asked.first().map(String::as_str) {
        None => all.into_iter().take(1).collect(),
        Some("all") => all,
        Some(_) => all.into_iter().filter(|case| asked.iter().any(|name| case.name.contains(name))).collect(),
    };
    for case in chosen {
        if std::env::var("SPIKECORE_SWEEP_TRACE").is_ok_and(|asked| asked == "all") {
            SWEEP.begin(u64::MAX, Refusal::Once);
            session::run(&case);
            SWEEP.end();
            continue;
        }
        let expected = session::run(&case);
        session::check_is_alive(&case, &expected);
        for refusal in [Refusal::Once, Refusal::UntilTheCallReturns] {
            let (mut k, mut failed) = (0, 0);
            loop {
                k += 1;
                assert!(k <= 4_000, "{}: a network for this test makes fewer large allocations", case.name);
                SWEEP.begin(k, refusal);
                let outcome = session::run(&case);
                let refused = SWEEP.end();
                let others = outcome.differences(&expected);
                assert!(others.is_empty(), "{}: allocation {k} refused ({refusal:?}), and then other {others:?}", case.name);
                if !refused {
                    break;
                }
                failed += 1;
            }
            eprintln!("{}, {refusal:?}: {failed} sessions, each with an allocation refused, came to what they should", case.name);
        }
    }
}
