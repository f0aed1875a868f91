//! From a model to the neurons of a slice that obey it.

use super::bank::Bank;
use super::stepped::Stepped;
use crate::models::describe::Described;
use crate::models::dynamics::{Dynamics, Numbers};
use crate::models::{Model, each_model};
use crate::number::weight::Weight;

macro_rules! banks {
    ($($model:ty: [$($dynamics:ty),*];)*) => {
        /// Neurons that are stepped in every tick: of `widest`, or with a model each, which must be of its kind.
        pub fn stepped<W: Weight>(widest: &Model, each: &[Model], h: f64, initial: &[f64], quantum: f64) -> Box<dyn Stepped<W>> {
            let (shape, one) = (widest.shape(), std::slice::from_ref(widest));
            let models = if each.is_empty() { one } else { each };
            $($(
                if widest.name() == <$model>::NAME && shape.receptors == receptors::<W, $dynamics>() {
                    return Box::new(Bank::<W, $dynamics>::new(models, shape.readable, h, initial, quantum));
                }
            )*)*
            unreachable!("invariant: a model that has neurons is registered for its receptors")
        }

        /// Bytes that `len` neurons of a model will take; `varied` where they have constants of their own.
        pub fn stepped_bytes<W: Weight>(widest: &Model, varied: bool, len: usize) -> u64 {
            $($(
                if widest.name() == <$model>::NAME && widest.receptors() == receptors::<W, $dynamics>() {
                    return Bank::<W, $dynamics>::expected_bytes(varied, len);
                }
            )*)*
            0
        }
    };
}
each_model!(banks);

fn receptors<W: Weight, D: Dynamics<W::State>>() -> usize {
    D::Input::COUNT
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::models::{Kind, LifExp, Values, Variable, kinds};
    use crate::models::{Neurons, Place};

    /// The defaults of every model, but never refractory, which some cannot be.
    fn examples() -> Vec<Model> {
        let defaults = |kind: &&'static dyn Kind| {
            let mut values = Values::default();
            let parameters = kind.parameters().iter().zip(&mut values);
            parameters.for_each(|(parameter, value)| *value = if parameter.name == "t_ref" { 0.0 } else { parameter.default });
            Model::new(*kind, values)
        };
        kinds().iter().map(defaults).collect()
    }

    #[test]
    fn every_model_has_neurons_of_the_shape_that_it_states() {
        let two = Model::from(LifExp {
            tau_m: 20.0,
            c_m: 250.0,
            e_l: 0.0,
            v_th: 1.0,
            v_reset: 0.0,
            t_ref: 0.0,
            tau_syn_exc: 1.0,
            tau_syn_inh: 2.0,
            i_e: 0.0,
        });
        for model in examples().into_iter().chain([two]).filter(|model| !model.is_source()) {
            Neurons { model: &model, each: &[] }.check(Place::Grid(0.1), &str::to_owned).expect("defaults are allowed");
            let bank = stepped::<f32>(&model, &[], 0.1, &[0.0; 200], 1.0);
            let shape = model.shape();
            assert_eq!(bank.receptors(), shape.receptors, "{}", model.name());
            let names: HashSet<&str> = shape.state.iter().map(|variable| variable.name).collect();
            assert_eq!(names.len(), shape.state.len(), "{}", model.name());
            let first = shape.readable[Variable::POTENTIAL.0];
            assert_eq!((first.name, first.place), (shape.state[0].name, Some(0)), "{}", model.name());
            assert_eq!(bank.bytes() / 256, (shape.state.len() as u64 + 1) * 4 + 2, "{}", model.name());
            assert!(stepped_bytes::<f32>(&model, false, 200) >= bank.bytes());
            for readable in 0..shape.readable.len() {
                let mut values = [f32::NAN; 3];
                bank.read(readable, &[0, 130, 199], &mut values);
                assert!(values.iter().all(|value| value.is_finite()), "{}: {values:?}", model.name());
            }
        }
    }
}
