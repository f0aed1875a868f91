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
            neurons: (0..n_cores)
                .map(|core| (0..neurons[core]).map(|i| (i * n_cores + core) as u32).collect())
                .collect(),
            quiet: 1,
            slack: 0,
        }
    }

    pub(super) fn build(&self) -> (Router, Vec<Toy>) {
        let (router, ports) = Router::new(&self.lanes).expect("capacities are enough");
        (router, ports.into_iter().map(|port| Toy::new(self, port)).collect())
    }

    fn reach(&self, core: CoreId) -> Tick {
        self.lanes[core].inputs.iter().map(|&(_, lookahead)| Tick::from(lookahead)).min().unwrap_or(1)
    }

    /// What every core has sent after `ticks`, in one loop over time.
    pub(super) fn oracle(&self, ticks: Tick) -> Vec<Vec<(Tick, NeuronId)>> {
        let mut sent = vec![Vec::new(); self.lanes.len()];
        let mut state = vec![0; self.lanes.len()];
        for t in 0..ticks {
            for core in 0..self.lanes.len() {
                if let Some(due) = t.checked_sub(self.reach(core)) {
                    let inputs = self.lanes[core].inputs.iter();
                    let mut ids: Vec<NeuronId> = inputs
                        .flat_map(|&(producer, _)| {
                            sent[producer].iter().filter(|spike: &&(Tick, NeuronId)| spike.0 == due).map(|s| s.1)
                        })
                        .collect();
                    ids.sort_unstable();
                    state[core] = ids.iter().fold(state[core], |state, &id| mix(state, due, id));
                }
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
    reach: Tick,
    filed: Vec<(Tick, NeuronId)>,
    used: usize,
    state: u64,
}

impl Toy {
    fn new(plan: &Plan, port: Port) -> Self {
        let core = port.core();
        Self {
            neurons: plan.neurons[core].clone(),
            quiet: plan.quiet,
            slack: plan.slack,
            reach: plan.reach(core),
            port,
            sent: Vec::new(),
            filed: Vec::new(),
            used: 0,
            state: 0,
        }
    }

    /// Whether this core has got as many spikes as its producers have sent.
    pub(super) fn has_all(&self, all: &[Toy]) -> bool {
        let sent = self.port.leads().iter().map(|&(producer, _)| all[producer].sent.len()).sum::<usize>();
        sent == self.filed.len()
    }

    fn limit(&self) -> Tick {
        (self.port.published() + self.slack).saturating_sub(1)
    }

    pub(super) fn file(&mut self, router: &Router) -> bool {
        let (limit, filed) = (self.limit(), &mut self.filed);
        self.port.file(router, limit, |tick, ids| filed.extend(ids.iter().map(|&id| (tick, id))))
    }

    pub(super) fn run(&mut self, router: &Router, t: Tick) {
        while let Some(&(tick, id)) = self.filed.get(self.used).filter(|spike| spike.0 + self.reach <= t) {
            assert_eq!(tick + self.reach, t, "a spike came late");
            self.state = mix(self.state, tick, id);
            self.used += 1;
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
