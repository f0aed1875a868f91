//! Which parameters neurons may have: ranges one by one, then what they must keep to among themselves, and with a grid.

use std::borrow::Cow;

use super::describe::{Mistake, Parameter, Range};
use super::model::Model;
use crate::grid;
use crate::id::MAX_DELAY;
use crate::refusal::{Given, Refusal, exact};

/// The parameters of neurons of one model.
#[derive(Debug, Clone, Copy)]
pub struct Neurons<'a> {
    /// The model; of what differs its values do not count.
    pub model: &'a Model,
    /// The parameters in which neurons differ: their places in the model, and a value for each neuron.
    pub each: &'a [(usize, Vec<f64>)],
}

/// Where parameters are looked at.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// By themselves. Of neurons that spike, no threshold may be infinite.
    Apart {
        /// Whether they spike.
        spiking: bool,
    },
    /// In a network with ticks of so many ms.
    Grid(f64),
}

impl Neurons<'_> {
    /// Checks them. A parameter that messages call otherwise than the model does has its name from `named`.
    ///
    /// # Errors
    /// The first that cannot be, with the neuron where they differ; it has no owner yet.
    pub fn check(&self, place: Place, named: &dyn Fn(&'static str) -> String) -> Result<(), Refusal> {
        for (index, parameter) in self.model.parameters().iter().enumerate() {
            let refused =
                |at: Option<usize>, (value, allowed): (Given, String)| Refusal::new("", element(named(parameter.name), at), value, allowed);
            match self.each.iter().find(|(differing, _)| *differing == index) {
                None => outside(parameter, self.model.values()[index], place).map_or(Ok(()), |wrong| Err(refused(None, wrong)))?,
                Some((_, values)) => {
                    let wrong = values.iter().enumerate().find_map(|(k, &value)| Some((k, outside(parameter, value, place)?)));
                    wrong.map_or(Ok(()), |(k, wrong)| Err(refused(Some(k), wrong)))?;
                }
            }
        }
        self.check_relations(place, named)
    }

    fn check_relations(&self, place: Place, named: &dyn Fn(&'static str) -> String) -> Result<(), Refusal> {
        let step = if let Place::Grid(dt) = place { Some(dt) } else { None };
        let refused = |at: Option<usize>| {
            move |Mistake { parameter, value, allowed }: Mistake| Refusal::new("", element(named(parameter), at), value, allowed)
        };
        let Some((_, values)) = self.each.first() else { return self.model.check_relations(step).map_err(refused(None)) };
        for k in 0..values.len() {
            let own = self.each.iter().fold(*self.model, |model, (parameter, values)| model.with(*parameter, values[k]));
            own.check_relations(step).map_err(refused(Some(k)))?;
        }
        Ok(())
    }
}

fn element(parameter: String, at: Option<usize>) -> Cow<'static, str> {
    at.map_or(parameter.clone(), |at| format!("{parameter}[{at}]")).into()
}

/// What a message says of a value that is not in its range, and of the range.
fn outside(parameter: &Parameter, value: f64, place: Place) -> Option<(Given, String)> {
    let range = match (parameter.range, place) {
        (Range::OrInfinite, Place::Apart { spiking: true }) => Range::Finite,
        (range, _) => range,
    };
    if !range.contains(value) {
        return Some((value.into(), range.words(parameter.unit)));
    }
    let (Range::Ticks, Place::Grid(dt)) = (range, place) else { return None };
    let ticks = (0, MAX_DELAY);
    let on_grid = grid::ticks(value, dt, ticks).is_some();
    (!on_grid).then(|| (format!("{} ms", exact(value)).into(), grid::within(dt, ticks)))
}
