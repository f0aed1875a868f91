//! What the benchmarks in `benches/rust` see of the engine's inside: the router between two cores, and one core
//! without a router. Not part of the public interface.

use crate::compile::{Options, compile};
use crate::error::CompileError;
use crate::id::{NeuronId, Tick};
use crate::network::Network;
use crate::neurocore::Core;
use crate::neurons::census::Updates;
use crate::router::{ClockWord, Lane, Port, Router};
use crate::simd::Level;

/// A core that sends and a core that receives, on one thread.
#[derive(Debug)]
pub struct Wire {
    router: Router,
    sender: Port,
    receiver: Port,
}

impl Wire {
    /// A wire for up to `neurons` spikes a tick, with room for `ticks` such ticks.
    ///
    /// # Errors
    /// If there is no room for one.
    pub fn new(neurons: usize, ticks: usize) -> Result<Self, CompileError> {
        let lane = |neurons, inputs| Lane { neurons, capacity: ticks * Router::least_capacity(neurons), inputs };
        let (router, ports) = Router::new(&[lane(neurons, vec![]), lane(0, vec![(0, 1)])])?;
        let [sender, receiver] = ports.try_into().expect("invariant: a port per lane");
        router.grant(ClockWord::MAX);
        Ok(Self { router, sender, receiver })
    }

    /// Sends one tick's spikes, and gives `sink` what the other core files.
    pub fn pass(&mut self, ids: &[NeuronId], mut sink: impl FnMut(&[NeuronId])) {
        let now = self.sender.published();
        assert!(self.sender.may_begin(&self.router, now).is_ok(), "invariant: the receiver keeps up");
        self.sender.publish(&self.router, now, ids);
        self.receiver.file(&self.router, now, |_, _, ids| sink(ids));
        self.receiver.publish(&self.router, now, &[]);
    }
}

/// The only core of a network, run by hand.
#[derive(Debug)]
pub struct Alone {
    core: Core<f32>,
    now: Tick,
}

impl Alone {
    /// Compiles a network onto one core whose neurons are all stepped in every tick.
    ///
    /// # Errors
    /// [`CompileError`].
    pub fn new(network: &Network) -> Result<Self, CompileError> {
        let placement = Some(vec![0; network.populations.len()]);
        let options = Options {
            workers: 1,
            log_capacity: None,
            placement,
            level: Level::current(),
            loose: None,
            updates: Updates::Dense,
            turn: None,
        };
        let core = compile(network, &options, &mut |_| true)?.cores.remove(0);
        Ok(Self { core, now: 0 })
    }

    /// Files spikes as of the current tick.
    pub fn ingest(&mut self, ids: &[NeuronId]) {
        self.core.ingest(0, self.now, ids);
        self.core.file();
    }

    /// Adds the synapses that are due now; returns how many.
    pub fn deliver(&mut self) -> u64 {
        let before = self.core.counters.scattered;
        self.core.deliver(self.now);
        self.core.counters.scattered - before
    }

    /// Integrates the current tick and goes to the next; returns the number of spikes.
    pub fn integrate(&mut self) -> usize {
        let spikes = self.core.integrate(self.now).len();
        self.now += 1;
        spikes
    }

    /// Adds up to `events` synapses in stored order, without rows or entries; returns how many.
    pub fn bare_scatter(&self, events: usize, scratch: &mut Vec<f32>) -> usize {
        self.core.bare_scatter(events, scratch)
    }
}
