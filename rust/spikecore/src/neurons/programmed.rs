//! Neurons of one slice that obey a program: their state, and the loop over blocks.
//!
//! All numbers lie in one file of blocks ([`crate::program::link`]): the scratch of the program, then of each block of neurons its
//! state and the constants in which they differ. A program works on them where they lie. Padding holds the numbers of the last
//! neuron, and whatever it does is not listed.
//!
//! Of no program is it known what it does to its state, so the variables of every block are looked at after every tick, in
//! passing. What is tiny becomes zero there: else silent neurons would decay into denormal numbers, which take many times as long.

use std::sync::Arc;

use super::block;
use super::block::{STATE, block, free};
use super::drive::Drive;
use super::finite;
use super::tally::Tally;
use crate::allocation::{filled, gathered};
use crate::id::{BLOCK, PopulationId, Tick};
use crate::number::real::Real;
use crate::number::weight::Weight;
use crate::pages::{Pages, expected_bytes};
use crate::program::run::{Block, run};
use crate::program::{Equations, Key, Layout, Linked};
use crate::stimuli::poisson::{self, Events};

/// Neurons that obey a program.
#[derive(Debug)]
pub struct Programmed<W: Weight> {
    linked: Arc<Linked<W::State>>,
    /// How many numbers of the state are variables: what is looked at.
    variables: usize,
    file: Pages<Block<W::State>>,
    /// The file at tick 0, from the first block of neurons on.
    initial: Arc<Pages<Block<W::State>>>,
    refractory: Pages<u16>,
    /// Refractory ticks after a spike: one number for all, or one per padded neuron.
    pause: Arc<Vec<u16>>,
    population: u32,
    seed: u64,
    quantum: W::State,
    dt: f64,
    len: usize,
    /// Counts, and whether the state is watched.
    pub tally: Tally,
}

/// Where neurons stand: the population and their first index in it, its seed, and the length of a tick in ms.
#[derive(Debug, Clone, Copy)]
pub struct Stand {
    /// Population.
    pub population: PopulationId,
    /// Index of the first neuron.
    pub first: usize,
    /// Seed of draws.
    pub seed: u64,
    /// Length of a tick, ms.
    pub dt: f64,
}

impl<W: Weight> Programmed<W> {
    /// Neurons that begin with this state, number by number.
    pub fn new(equations: &Equations, stand: Stand, initial: &[&[f64]], quantum: f64) -> Self {
        let linked = Linked::<W::State>::new(equations);
        let (len, first, real) = (initial[0].len(), stand.first, W::State::from_f64);
        let padded = len.next_multiple_of(BLOCK);
        let last = |k: usize| k.min(len - 1);
        let mut own: Pages<Block<W::State>> = Pages::room(linked.own * padded / BLOCK, STATE);
        for (at, block) in own.iter_mut().enumerate() {
            let (from, place) = (at / linked.own * BLOCK, at % linked.own);
            for (number, k) in block.iter_mut().zip(from..) {
                *number = real(match place.checked_sub(initial.len()) {
                    None => initial[place][last(k)],
                    Some(varied) => equations.constants[linked.varied[varied]].at(first + last(k)),
                });
            }
        }
        let pause = match &*equations.refractory {
            [one] => filled(1, *one, STATE),
            many => gathered((0..padded).map(|k| many[first + last(k)]), STATE),
        };
        let mut neurons = Self {
            file: Pages::room(linked.scratch + linked.own * padded / BLOCK, STATE),
            linked: Arc::new(linked),
            variables: equations.variables,
            initial: Arc::new(own),
            refractory: Pages::room(padded, STATE),
            pause: Arc::new(pause),
            population: stand.population as u32,
            seed: stand.seed,
            quantum: real(quantum),
            dt: stand.dt,
            len,
            tally: Tally::new(false),
        };
        neurons.begin();
        neurons
    }

    /// Bytes that `len` neurons will take.
    pub fn expected_bytes(equations: &Equations, len: usize) -> u64 {
        let (padded, layout) = (len.next_multiple_of(BLOCK), equations.program.layout());
        let own = layout.state + equations.constants.iter().filter(|constant| constant.is_each()).count();
        let blocks = expected_bytes::<Block<W::State>>(layout.registers() + 2 * own * padded / BLOCK);
        let pause = if equations.refractory.len() > 1 { padded * size_of::<u16>() } else { 0 };
        blocks + expected_bytes::<u16>(padded) + (pause + size_of::<Self>()) as u64
    }

    /// Tick 0.
    fn begin(&mut self) {
        let (scratch, own) = self.file.split_at_mut(self.linked.scratch);
        own.copy_from_slice(&self.initial);
        for &(place, value) in &self.linked.broadcast {
            scratch[usize::from(place)] = [value; BLOCK];
        }
        self.refractory.fill(0);
        self.tally.reset();
    }

    fn layout(&self) -> Layout {
        self.linked.layout
    }

    /// The register of the scratch.
    fn scratch(&mut self, register: usize) -> &mut Block<W::State> {
        let place = self.linked.place(register);
        &mut self.file[usize::from(place)]
    }

    /// One step of all blocks, compiled for an instruction-set level by [`super::compiled`].
    #[inline(always)]
    pub fn step_all(&mut self, acc: &mut [W::Acc], drive: &Drive<'_, W>, out: &mut Vec<u32>) {
        let (layout, padded) = (self.layout(), self.refractory.len());
        let linked = Arc::clone(&self.linked);
        let mut events = Events::none();
        if let Some(register) = layout.time() {
            let time = W::State::from_f64(drive.tick as f64 * self.dt);
            self.scratch(register).fill(time);
        }
        if let (Some(register), [current]) = (layout.current(), drive.bias) {
            self.scratch(register).fill(*current);
        }
        self.tally.watched = false;
        for at in (0..padded).step_by(BLOCK) {
            poisson::add_block(drive.poisson, drive.span(), (at, padded), acc, &mut events);
            self.load(at, acc, drive.bias);
            let own = linked.scratch + at / BLOCK * linked.own;
            let block = (drive.first as usize + at) / BLOCK;
            let key = Key { seed: self.seed, population: self.population, block: block as u32, tick: drive.tick };
            run(&linked.step, &mut self.file, own, &key);
            if let Some(fired) = linked.fires.and_then(|place| fired(&self.file[linked.at(place, own)])) {
                run(&linked.reset, &mut self.file, own, &key);
                self.fire(at, &fired, out);
            }
            self.tally.watched |= finite::settle(self.file[own..own + self.variables].as_flattened_mut());
        }
        self.tally.updated += self.len as u64;
        self.tally.stimulus_events += events.sum();
    }

    /// Brings into the scratch what arrived at a block, its currents, and who of it is free; its accumulators are left zeroed.
    #[inline(always)]
    fn load(&mut self, at: usize, acc: &mut [W::Acc], bias: &[W::State]) {
        let (layout, padded, quantum) = (self.layout(), self.refractory.len(), self.quantum);
        for receptor in 0..layout.inputs {
            let sums = block(acc, receptor * padded + at);
            let input = self.scratch(layout.first_input() + receptor);
            for (input, sum) in input.iter_mut().zip(sums.iter()) {
                *input = W::value(*sum, quantum);
            }
            *sums = [W::Acc::default(); BLOCK];
        }
        if let (Some(register), Some(currents)) = (layout.current(), bias.get(at..at + BLOCK)) {
            self.scratch(register).copy_from_slice(currents);
        }
        if let Some(register) = layout.free() {
            let free = free(block(&mut self.refractory, at));
            let (yes, no) = (W::State::from_f64(1.0), W::State::default());
            for (number, free) in self.scratch(register).iter_mut().zip(&free.0) {
                *number = yes.where_set(W::State::widen(*free), no);
            }
        }
    }

    /// What follows for those of a block that have fired; lists them.
    #[inline(never)]
    fn fire(&mut self, at: usize, fired: &[bool; BLOCK], out: &mut Vec<u32>) {
        let refractory = self.layout().refractory;
        for k in (at..self.len.min(at + BLOCK)).filter(|k| fired[k - at]) {
            if refractory {
                self.refractory[k] = block::of(&self.pause, k);
            }
            out.push(k as u32);
        }
    }

    /// The numbers of neuron `k`'s block, of which a program of readings may use the scratch.
    fn computed(&self, readable: usize, block: usize) -> Block<W::State> {
        let linked = &self.linked;
        let (steps, place) = linked.readings[readable].as_ref().expect("invariant: what is no state is computed");
        let own = linked.scratch + block * linked.own;
        let blocks = self.file[..linked.scratch].iter().chain(&self.file[own..own + linked.own]);
        let mut file: Vec<Block<W::State>> = gathered(blocks.copied(), "the reading of a variable");
        run(steps, &mut file, linked.scratch, &Key { seed: self.seed, population: self.population, block: 0, tick: 0 });
        file[linked.at(*place, linked.scratch)]
    }
}

/// Who of a block fires, if any.
#[inline(always)]
fn fired<S: Real>(fires: &Block<S>) -> Option<[bool; BLOCK]> {
    let any = fires.iter().fold(S::default(), |any, fires| any + *fires);
    (any != S::default()).then(|| fires.map(|fires| fires != S::default()))
}

impl<W: Weight> Programmed<W> {
    /// Looks at the state after step `tick`.
    pub fn look(&mut self, tick: Tick) {
        if self.tally.lost.is_some() {
            return;
        }
        let (linked, numbers) = (&self.linked, self.variables);
        let number = |k: usize, place: usize| self.file[linked.scratch + k / BLOCK * linked.own + place][k % BLOCK];
        let mut numbers = (0..self.len).flat_map(|k| (0..numbers).map(move |place| (k, place)));
        let lost = numbers.find(|&(k, place)| !number(k, place).is_finite());
        self.tally.lost = lost.map(|(k, place)| finite::Lost::new(tick, k as u32, place));
    }
    /// Accumulators per neuron.
    pub fn receptors(&self) -> usize {
        self.layout().inputs
    }
    /// Writes a variable of these neurons to `values`, of which there are as many.
    pub fn read(&self, readable: usize, neurons: &[u32], values: &mut [W::State]) {
        let linked = &self.linked;
        if let Some(place) = linked.places[readable] {
            for (value, &k) in values.iter_mut().zip(neurons) {
                let k = k as usize;
                *value = self.file[linked.scratch + k / BLOCK * linked.own + place][k % BLOCK];
            }
            return;
        }
        let mut known: Option<(usize, Block<W::State>)> = None;
        for (value, &k) in values.iter_mut().zip(neurons) {
            let block = k as usize / BLOCK;
            let (_, numbers) = match known {
                Some(of) if of.0 == block => of,
                _ => *known.insert((block, self.computed(readable, block))),
            };
            *value = numbers[k as usize % BLOCK];
        }
    }
    /// Goes back to tick 0; what its program draws is drawn with this seed.
    pub fn reset(&mut self, seed: u64) {
        self.seed = seed;
        self.begin();
    }
    /// The same neurons at tick 0.
    pub fn replica(&self) -> Self {
        let mut replica = Self {
            linked: Arc::clone(&self.linked),
            file: Pages::room(self.file.len(), STATE),
            initial: Arc::clone(&self.initial),
            refractory: Pages::room(self.refractory.len(), STATE),
            pause: Arc::clone(&self.pause),
            ..*self
        };
        replica.begin();
        replica
    }
    /// Bytes of state.
    pub fn bytes(&self) -> u64 {
        let numbers = size_of_val(&*self.file) + size_of_val(&**self.initial);
        (numbers + size_of_val(&*self.refractory) + size_of_val(&**self.pause)) as u64
    }
}
