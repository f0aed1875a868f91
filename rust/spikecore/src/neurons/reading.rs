//! The state of many neurons, read at once and without changing it: what recorders take in a tick, and what is asked for
//! between runs.
//!
//! Values come in the state's precision, potentials relative to rest. A neuron of an event-driven block is read as it
//! will be moved on when it is next needed, by a copy: sixteen together where their last step lies less than 2¹⁶ ticks back
//! and none is refractory, one by one else. The operations are those of [`crate::neurons::event::flow::Flow::advance`], so the bits are too.

use super::compiled;
use super::gather::{Run, next_run};
use super::slab::Slab;
use crate::id::Tick;
use crate::models::Variable;
use crate::number::weight::Weight;
use crate::recorder::Origin;
use crate::simd::Level;

impl<W: Weight> Slab<W> {
    /// What has to be added to the values of a variable that are read.
    pub(crate) fn origin(&self, variable: Variable) -> Origin<'_> {
        Origin::of_potential(variable.0, self.rest())
    }

    /// Writes a variable of these neurons to `values`, of which there are as many, when `tick` is their next step.
    pub(crate) fn read(&self, level: Level, variable: Variable, neurons: &[u32], when: (Tick, &[W::State]), values: &mut [W::State]) {
        let current = variable.0.checked_sub(1);
        if self.has_events() {
            return compiled::gather(level, self, current, neurons, when, values);
        }
        let array = self.array(current);
        let mut rest = (neurons, values);
        while let Some((run, values)) = next_run(&mut rest) {
            match run {
                Run::Row(k) => values.copy_from_slice(&array[k..k + values.len()]),
                Run::Each(some) => values.iter_mut().zip(some).for_each(|(value, &k)| *value = array[k as usize]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::models::{LifExp, Model};
    use crate::neurons::census::Updates;
    use crate::neurons::event::flow::Flow;
    use crate::neurons::event::single::Single;
    use crate::number::real::Real;

    /// All levels, variables and choices of neurons, against neurons one by one.
    fn agree<W: Weight>(taus: [f64; 2], bias: &[W::State]) {
        let (real, [tau_syn_exc, tau_syn_inh]) = (W::State::from_f64, taus);
        let lif =
            LifExp { tau_m: 10.0, c_m: 250.0, e_l: -65.0, v_th: -50.0, v_reset: -65.0, t_ref: 2.0, tau_syn_exc, tau_syn_inh, i_e: 0.0 };
        let model = Model::from(lif);
        let p = model.leaky(0.1).unwrap();
        let mut slab: Slab<W> = Slab::new(&model, &p, &[0.0; 300], 0.0, Updates::Event, Arc::new(Flow::new(&p)));
        // Blocks with ticks far and near, refractory neurons in some, and one block that is dense.
        for k in 0..300usize {
            let (v, i) = ((k as f64 - 150.0) / 17.0, [(k % 13) as f64 - 6.0, (k % 7) as f64]);
            let (done, refractory) =
                (100_000 - [0, 3, 4_000, 90_000][(k / 40) % 4] - (k as u64 % 5), u16::from(k / 64 != 3) * (k % 3) as u16);
            slab.singles.set(k, Single::new(real(v), i.map(real), done, refractory));
            slab.v[k] = real(v);
        }
        slab.activity[1].event = false;
        let all: Vec<u32> = (0..300).collect();
        let rows = [0..300, 37..290, 5..120, 20..75, 30..33].map(|row| row.collect());
        let others = [all.iter().rev().copied().collect(), all.iter().copied().step_by(3).collect(), vec![5, 200, 7]];
        for neurons in rows.into_iter().chain(others) {
            for level in [Level::Baseline, Level::Avx2, Level::Avx512].into_iter().filter(|level| *level <= Level::detect()) {
                for variable in (0..model.shape().readable.len()).map(Variable) {
                    let mut read = vec![real(f64::NAN); neurons.len()];
                    slab.read(level, variable, &neurons, (100_000, bias), &mut read);
                    let each = neurons.iter().map(|&k| match (slab.state(k as usize, 100_000, bias), variable) {
                        ((v, _), Variable(0)) => v,
                        ((_, i), Variable(place)) => i[place - 1],
                    });
                    let bits = |x: W::State| x.to_f64().to_bits();
                    assert!(read.into_iter().map(bits).eq(each.map(bits)), "{level:?}, {variable:?} of {neurons:?}");
                }
            }
        }
    }

    #[test]
    fn many_are_read_as_each_by_itself_would_be_moved_on() {
        for taus in [[2.0, 2.0], [2.0, 5.0]] {
            agree::<f32>(taus, &[0.01]);
            agree::<f64>(taus, &[0.01]);
            let each = |k: i32| f64::from(k) / 1e4;
            agree::<f32>(taus, &(0..384).map(|k| each(k) as f32).collect::<Vec<_>>());
            agree::<f64>(taus, &(0..384).map(each).collect::<Vec<_>>());
        }
    }
}
