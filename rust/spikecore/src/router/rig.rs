//! Toy cores for the router's tests: what they send depends on every spike they got, and on its order, so one
//! spike lost, doubled, early or out of order changes all that follows. And the same computed in one loop.

use super::{Lane, Poisoned, Port, Router, Waiter};
use crate::id::{CoreId, NeuronId, Tick};

/// A machine of toy cores: lanes, the neurons of each, and how busy they are.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) lanes: Vec<Lane>,
    pub(super) neurons: Vec<Vec<NeuronId>>,
    /// A neuron fires in about one of `quiet` ticks; 1 is always.
    pub(super) quiet: u64,
    /// Ticks that a core may file beyond the one it runs.
    pub(super) slack: Tick,
}

impl Plan {
    /// Cores with `neurons[c]` neurons each, dealt out in turn so that merging is not concatenation.
    pub(super) fn new(neurons: &[usize], inputs: &[&[(CoreId, u32)]], spare: usize) -> Self {
        let n_cores = neurons.len();
        let lane = |(core, &neurons): (usize, &usize)| Lane {
            neurons,
            capacity: Router::least_capacity(neurons) + spare,
            inputs: inputs[core].to_vec(),
        };
        Self {
            lanes: neurons.iter().enumerate().map(lane).collect(),
            neurons: (0..n_cores).map(|core| (0..neurons[core]).map(|i| (i * n_cores + core) as u32).collect()).collect(),
            quiet: 1,
            slack: 0,
        }
    }

    /// For each neuron of the machine, the delay from its core to `core` (0 where there is no link).
    fn delays(&self, core: CoreId) -> Vec<Tick> {
        let all = self.neurons.iter().flatten().max().map_or(0, |&id| id as usize + 1);
        let mut delays = vec![0; all];
        for &(producer, delay) in &self.lanes[core].inputs {
            self.neurons[producer].iter().for_each(|&id| delays[id as usize] = Tick::from(delay));
        }
        delays
    }

    pub(super) fn build(&self) -> (Router, Vec<Toy>) {
        let (router, ports) = Router::new(&self.lanes).expect("capacities are enough");
        (router, ports.into_iter().map(|port| Toy::new(self, port)).collect())
    }

    /// What every core has sent after `ticks`, in one loop over time.
    pub(super) fn oracle(&self, ticks: Tick) -> Vec<Vec<(Tick, NeuronId)>> {
        let mut sent = vec![Vec::new(); self.lanes.len()];
        let mut state = vec![0; self.lanes.len()];
        for t in 0..ticks {
            for core in 0..self.lanes.len() {
                let arrives = |&(producer, delay): &(CoreId, u32)| {
                    let due = |spike: &&(Tick, NeuronId)| spike.0 + Tick::from(delay) == t;
                    sent[producer].iter().filter(due).copied().collect::<Vec<_>>()
                };
                let mut spikes: Vec<(Tick, NeuronId)> = self.lanes[core].inputs.iter().flat_map(arrives).collect();
                spikes.sort_unstable();
                state[core] = spikes.iter().fold(state[core], |state, &(tick, id)| mix(state, tick, id));
                let fires = |&&id: &&NeuronId| mix(state[core], t, id).is_multiple_of(self.quiet);
                let ids: Vec<NeuronId> = self.neurons[core].iter().filter(fires).copied().collect();
                sent[core].extend(ids.into_iter().map(|id| (t, id)));
            }
        }
        sent
    }
}

/// A core whose state is a hash of all that it received.
#[derive(Debug)]
pub(super) struct Toy {
    pub(super) port: Port,
    pub(super) sent: Vec<(Tick, NeuronId)>,
    neurons: Vec<NeuronId>,
    quiet: u64,
    slack: Tick,
    /// For each neuron of the machine, the delay from its core to this one.
    delays: Vec<Tick>,
    /// Spikes filed and not yet arrived: (due, emitted, id).
    filed: Vec<(Tick, Tick, NeuronId)>,
    received: usize,
    state: u64,
}

impl Toy {
    fn new(plan: &Plan, port: Port) -> Self {
        let core = port.core();
        Self {
            neurons: plan.neurons[core].clone(),
            quiet: plan.quiet,
            slack: plan.slack,
            delays: plan.delays(core),
            port,
            sent: Vec::new(),
            filed: Vec::new(),
            received: 0,
            state: 0,
        }
    }

    /// Whether this core has got as many spikes as its producers have sent.
    pub(super) fn has_all(&self, all: &[Toy]) -> bool {
        let sent = self.port.leads().iter().map(|&(producer, _)| all[producer].sent.len()).sum::<usize>();
        sent == self.received
    }

    fn limit(&self) -> Tick {
        (self.port.published() + self.slack).saturating_sub(1)
    }

    pub(super) fn file(&mut self, router: &Router) -> bool {
        let (limit, filed, delays, received) = (self.limit(), &mut self.filed, &self.delays, &mut self.received);
        self.port.file(router, limit, |_, tick, ids| {
            *received += ids.len();
            filed.extend(ids.iter().map(|&id| (tick + delays[id as usize], tick, id)));
        })
    }

    pub(super) fn run(&mut self, router: &Router, t: Tick) {
        self.filed.sort_unstable();
        let arrived = self.filed.partition_point(|spike| spike.0 <= t);
        for (due, tick, id) in self.filed.drain(..arrived) {
            assert_eq!(due, t, "a spike came late");
            self.state = mix(self.state, tick, id);
        }
        let fires = |&&id: &&NeuronId| mix(self.state, t, id).is_multiple_of(self.quiet);
        let ids: Vec<NeuronId> = self.neurons.iter().filter(fires).copied().collect();
        self.port.publish(router, t, &ids);
        self.sent.extend(ids.into_iter().map(|id| (t, id)));
    }
}

/// A worker, as the router's header has it.
pub(super) fn work(router: &Router, worker: usize, toys: &mut [Toy], cpus: usize) -> Result<(), Poisoned> {
    let own: Vec<CoreId> = toys.iter().map(|toy| toy.port.core()).collect();
    let mut waiter = Waiter::new(router, worker, &own, cpus);
    let mut words = Vec::new();
    loop {
        let (mut moved, mut open) = (false, false);
        words.clear();
        for toy in toys.iter_mut() {
            let t = toy.port.published();
            moved |= toy.file(router);
            match toy.port.check(router, t) {
                Ok(()) => {
                    toy.run(router, t);
                    (moved, open) = (true, true);
                }
                Err(start) => open |= toy.port.wait_for(router, start, toy.limit(), &mut words),
            }
        }
        if !open {
            return Ok(());
        }
        if !moved {
            waiter.wait(router, &words)?;
        }
    }
}

/// One step of the hash (splitmix64's finish).
fn mix(state: u64, tick: Tick, id: NeuronId) -> u64 {
    let mut x = state.rotate_left(5) ^ tick.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(id) << 17;
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}
