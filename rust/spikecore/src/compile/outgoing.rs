//! Lists by population, so that nobody looks through all projections, stimuli or recorders for each population.

use crate::allocation::{filled, push, with_room};
use crate::id::PopulationId;
use crate::network::Network;
use crate::synapses::entry::Kind;
use crate::synapses::store::RowSpan;

const WHAT: &str = "the plan of a build";

/// A list of numbers for each population, ascending.
pub struct Lists {
    first: Vec<usize>,
    all: Vec<usize>,
}

impl Lists {
    /// The lists of so many populations, of ascending numbers with the population of each.
    pub fn new(populations: usize, numbers: impl Iterator<Item = (usize, PopulationId)> + Clone) -> Self {
        let mut first = filled(populations + 2, 0, WHAT);
        numbers.clone().for_each(|(_, population)| first[population + 2] += 1);
        for population in 2..first.len() {
            first[population] += first[population - 1];
        }
        let mut all = filled(first[populations + 1], 0, WHAT);
        for (number, population) in numbers {
            all[first[population + 1]] = number;
            first[population + 1] += 1;
        }
        first.pop();
        Self { first, all }
    }

    /// The list of a population.
    pub fn of(&self, population: PopulationId) -> &[usize] {
        &self.all[self.first[population]..self.first[population + 1]]
    }
}

/// The stored projections of each population, in declaration order.
pub struct Outgoing {
    projections: Lists,
    delays: Vec<(u32, u32)>,
    /// Where in the kinds of its source population the kind of each projection is.
    pub kinds: Vec<Kind>,
}

impl Outgoing {
    /// Sorts the projections, of which `kinds` are the kinds; also returns the rows of each population.
    pub fn new(network: &Network, kinds: &[Kind]) -> (Self, Vec<RowSpan>) {
        let populations = network.populations.len();
        let mut delays = filled(populations, (u32::MAX, 0), WHAT);
        for (_, projection) in network.stored() {
            let (low, high): &mut (u32, u32) = &mut delays[projection.source];
            let (shortest, longest) = projection.delay.support();
            (*low, *high) = ((*low).min(shortest), (*high).max(longest));
        }
        let projections = Lists::new(populations, network.stored().map(|(id, projection)| (id, projection.source)));
        let mut outgoing = Self { projections, delays, kinds: filled(kinds.len(), 0, WHAT) };
        let spans = outgoing.spans(network, kinds);
        (outgoing, spans)
    }

    /// Numbers the rows, and says where the kind of each projection is.
    fn spans(&mut self, network: &Network, kinds: &[Kind]) -> Vec<RowSpan> {
        let mut spans = with_room(network.populations.len(), WHAT);
        let mut rows = 0;
        for (id, population) in network.populations.iter().enumerate() {
            let mut places = [None; Kind::MAX as usize + 1];
            let mut own: Vec<Kind> = vec![];
            for &projection in self.projections.of(id) {
                let kind = kinds[projection];
                self.kinds[projection] = *places[usize::from(kind)].get_or_insert_with(|| {
                    own.push(kind);
                    (own.len() - 1) as Kind
                });
            }
            let first = rows;
            rows += population.size as usize * own.len();
            push(&mut spans, RowSpan { first, kinds: own }, WHAT);
        }
        spans
    }

    /// The projections of a population.
    pub fn of(&self, population: PopulationId) -> &[usize] {
        self.projections.of(population)
    }

    /// The shortest and the longest delay of a population's projections; without any, a range that holds nothing.
    pub fn delays(&self, population: PopulationId) -> (u32, u32) {
        self.delays[population]
    }
}
