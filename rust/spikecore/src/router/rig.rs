//! Toy cores for the router's tests: what they send depends on every spike they got, and on its order, so one
//! spike lost, doubled, early or out of order changes all that follows. And the same computed in one loop.

use super::{Blocked, Lane, Poisoned, Port, Router, Waiter};
use crate::id::{CoreId, NeuronId, Tick};

/// A machine of toy cores: lanes, the neurons of each, and how busy they are.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) lanes: Vec<Lane>,
    pub(super) neurons: Vec<Vec<NeuronId>>,
    /// A neuron fires in about one of `quiet` ticks in which its core acts; 1 is always.
    pub(super) quiet: u64,
    /// For each core, the ticks in which it acts of its own accord, besides those in which spikes arrive: it rests
    /// between. None acts in every tick.
    pub(super) alarms: Vec<Option<Vec<Tick>>>,
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
            alarms: vec![None; n_cores],
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
                let acts = !spikes.is_empty() || self.alarms[core].as_ref().is_none_or(|alarms| alarms.contains(&t));
                let fires = |&&id: &&NeuronId| acts && mix(state[core], t, id).is_multiple_of(self.quiet);
                let ids: Vec<NeuronId> = self.neurons[core].iter().filter(fires).copied().collect();
                sent[core].extend(ids.into_iter().map(|id| (t, id)));
            }
        }
        sent
    }
}

/// A core whose state is a hash of all that it received. It uses its port as the machine's cores do: `Toy::step` is
/// `Seat::step` and `work` is the machine's worker, with nothing between them and the router left out.
#[derive(Debug)]
pub(super) struct Toy {
    pub(super) port: Port,
    pub(super) sent: Vec<(Tick, NeuronId)>,
    neurons: Vec<NeuronId>,
    quiet: u64,
    slack: Tick,
    alarms: Option<Vec<Tick>>,
    /// For each neuron of the machine, the delay from its core to this one.
    delays: Vec<Tick>,
    /// Spikes filed and not yet arrived: (due, emitted, id).
    filed: Vec<(Tick, Tick, NeuronId)>,
    received: usize,
    state: u64,
    /// Whether the next tick has been begun, and the last spike delivered for it.
    begun: bool,
    last: Option<(Tick, NeuronId)>,
}

impl Toy {
    fn new(plan: &Plan, port: Port) -> Self {
        let core = port.core();
        Self {
            neurons: plan.neurons[core].clone(),
            quiet: plan.quiet,
            slack: plan.slack,
            alarms: plan.alarms[core].clone(),
            delays: plan.delays(core),
            port,
            sent: Vec::new(),
            filed: Vec::new(),
            received: 0,
            state: 0,
            begun: false,
            last: None,
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

    /// The first tick from `now` on in which it may send anything, if nothing more is filed.
    fn next_event(&self, now: Tick) -> Tick {
        let Some(alarms) = &self.alarms else {
            return now;
        };
        let own = alarms.iter().copied().filter(|&alarm| alarm >= now);
        own.chain(self.filed.iter().map(|spike| spike.0)).min().unwrap_or(Tick::MAX)
    }

    /// Takes the spikes that are due at `now` and have been filed.
    fn deliver(&mut self, now: Tick) {
        self.filed.sort_unstable();
        assert!(self.filed.first().is_none_or(|spike| spike.0 >= now), "a spike came late");
        let due = self.filed.partition_point(|spike| spike.0 == now);
        for (_, tick, id) in self.filed.drain(..due) {
            assert!(self.last < Some((tick, id)), "a spike came out of order");
            self.last = Some((tick, id));
            self.state = mix(self.state, tick, id);
        }
    }

    /// The neurons that fire at `now`, for which everything has been delivered.
    fn integrate(&mut self, now: Tick) -> Vec<NeuronId> {
        let acts = self.last.take().is_some() || self.alarms.as_ref().is_none_or(|alarms| alarms.contains(&now));
        let fires = |&&id: &&NeuronId| acts && mix(self.state, now, id).is_multiple_of(self.quiet);
        self.neurons.iter().filter(fires).copied().collect()
    }

    /// Runs one tick if it can, and files what it can: whether anything moved, and what it waits for.
    pub(super) fn step(&mut self, router: &Router) -> (bool, Option<Blocked>) {
        let now = self.port.published();
        if !self.begun && self.next_event(now) > now {
            return self.skip(router, now);
        }
        if !self.begun {
            self.port.rise(router);
            if let Err(blocked) = self.port.may_begin(router, now) {
                return (self.file(router), Some(blocked));
            }
            if self.port.channels() == 1 {
                self.deliver(now);
            }
            self.begun = true;
        }
        let moved = self.file(router);
        if let Err(blocked) = self.port.inputs_ready(now) {
            return (moved, Some(blocked));
        }
        self.deliver(now);
        let ids = self.integrate(now);
        self.port.publish(router, now, &ids);
        self.sent.extend(ids.into_iter().map(|id| (now, id)));
        self.begun = false;
        (true, None)
    }

    /// Leaves out the ticks in which nothing can happen.
    fn skip(&mut self, router: &Router, now: Tick) -> (bool, Option<Blocked>) {
        let filed = self.file(router);
        let next = self.next_event(now);
        if next == now {
            return (true, None);
        }
        self.port.rest(router, next);
        match self.port.may_skip(router, now) {
            Err(blocked) => (filed, Some(blocked)),
            Ok(known) => {
                self.port.advance(router, known.min(next));
                (true, None)
            }
        }
    }
}

/// Ticks that a core may run before its worker looks at the others.
const TURN: usize = 64;

/// One visit to every core, each for as long as it can run, and a jump if all rest: whether anything moved, and whether
/// any core is not finished.
fn pass(toys: &mut [Toy], router: &Router, words: &mut Vec<Blocked>) -> (bool, bool) {
    let (mut moved, mut open) = (false, false);
    words.clear();
    for toy in &mut *toys {
        let mut turn = 0;
        loop {
            let (step, blocked) = toy.step(router);
            moved |= step;
            match blocked {
                None if turn < TURN => turn += 1,
                None => {
                    open = true;
                    break;
                }
                Some(blocked) => {
                    open |= toy.port.wait_for(router, blocked, toy.limit(), words);
                    break;
                }
            }
        }
    }
    moved |= toys.iter().all(|toy| toy.port.rests()) && router.jump();
    (moved, open)
}

/// A worker of the machine.
pub(super) fn work(router: &Router, worker: usize, toys: &mut [Toy], cpus: usize) -> Result<(), Poisoned> {
    let own: Vec<CoreId> = toys.iter().map(|toy| toy.port.core()).collect();
    let mut waiter = Waiter::new(router, worker, &own, cpus);
    let mut words = Vec::new();
    loop {
        let (moved, open) = pass(toys, router, &mut words);
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
