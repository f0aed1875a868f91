//! Input that a compiled machine is given from outside, in place of the spikes that its network describes for a source,
//! or beside the currents that it describes for a population. It holds until the next reset.
//!
//! A batch has a column for each population that gets input, with a piece for each sample.

use super::check::{known, magnitude, value_error};
use crate::error::NetworkError;
use crate::id::{PopulationId, Tick};
use crate::models::Model;

/// What one population gets in one sample.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// The spikes of a source: (tick from 1, neuron), strictly ascending.
    Spikes(&'a [(Tick, u32)]),
    /// A direct current in pA, one value per neuron, from tick 0 on for ever.
    Current(&'a [f64]),
}

/// What one population gets, sample by sample.
#[derive(Debug, Clone)]
pub enum Column {
    /// Sample `k` has the spikes `first[k]..first[k + 1]`.
    Spikes {
        /// First spike of each sample, and one past the last.
        first: Vec<usize>,
        /// (tick from 1, neuron), strictly ascending in every sample.
        spikes: Vec<(Tick, u32)>,
    },
    /// One value in pA per sample and neuron.
    Current(Vec<f64>),
}

/// The input of some samples.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Number of samples.
    pub samples: usize,
    /// Populations that get input, and what they get.
    pub columns: Vec<(PopulationId, Column)>,
}

impl Inputs {
    /// What each population gets in sample `k`; checked before.
    pub fn sample(&self, k: usize) -> impl Iterator<Item = (PopulationId, Input<'_>)> {
        self.columns.iter().map(move |(population, column)| {
            let input = match column {
                Column::Spikes { first, spikes } => Input::Spikes(&spikes[first[k]..first[k + 1]]),
                Column::Current(values) => {
                    let size = values.len() / self.samples;
                    Input::Current(&values[k * size..(k + 1) * size])
                }
            };
            (*population, input)
        })
    }

    /// Checks everything against populations of these sizes and models.
    pub fn check(&self, populations: &[(u32, Model)]) -> Result<(), NetworkError> {
        for (place, (id, column)) in self.columns.iter().enumerate() {
            known("population", *id, populations.len())?;
            let (name, (size, model)) = (format!("population {id}"), populations[*id]);
            let source = model.is_source();
            if self.columns[..place].iter().any(|(other, _)| other == id) {
                return Err(value_error(&name, "input", "given twice", "one input per population"));
            }
            match column {
                Column::Spikes { first, spikes } if source => self.check_spikes(&name, size, first, spikes)?,
                Column::Current(_) if !source && !model.takes_current() => {
                    return Err(value_error(&name, "input", "a current", "with equations that mark a name as current"));
                }
                Column::Current(values) if !source => self.check_current(&name, size, values)?,
                Column::Spikes { .. } => return Err(value_error(&name, "input", "spikes", "a current: it has a potential")),
                Column::Current(_) => return Err(value_error(&name, "input", "a current", "spikes: it is a spike source")),
            }
        }
        Ok(())
    }

    fn check_spikes(&self, name: &str, size: u32, first: &[usize], spikes: &[(Tick, u32)]) -> Result<(), NetworkError> {
        let covers = first.len() == self.samples + 1 && first.first() == Some(&0) && first.last() == Some(&spikes.len());
        if !(covers && first.is_sorted()) {
            let allowed = format!("a first spike for each of {} samples, ascending, and the end", self.samples);
            return Err(value_error(name, "input", format_args!("{} limits", first.len()), allowed));
        }
        if let Some((tick, neuron)) = spikes.iter().find(|&&(tick, neuron)| tick == 0 || neuron >= size) {
            let allowed = format!("ticks from 1, neurons 0 … {}", size - 1);
            return Err(value_error(name, "input", format_args!("a spike of neuron {neuron} at tick {tick}"), allowed));
        }
        for pair in first.windows(2) {
            if let Some(pair) = spikes[pair[0]..pair[1]].windows(2).find(|pair| pair[0] >= pair[1]) {
                let text = format!("neuron {} at tick {} after neuron {} at tick {}", pair[1].1, pair[1].0, pair[0].1, pair[0].0);
                return Err(value_error(name, "input", text, "strictly ascending by (tick, neuron)"));
            }
        }
        Ok(())
    }

    fn check_current(&self, name: &str, size: u32, values: &[f64]) -> Result<(), NetworkError> {
        let wanted = self.samples * size as usize;
        if values.len() != wanted {
            return Err(value_error(name, "input", format_args!("{} values", values.len()), format!("{wanted} values")));
        }
        values.iter().try_for_each(|&value| magnitude(name, "input", value))
    }
}
