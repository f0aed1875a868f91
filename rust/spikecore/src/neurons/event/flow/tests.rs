//! The closed form and its bounds against steps in `f64`.

use super::*;
use crate::models::{LifExp, Model};
use proptest::prelude::*;

fn propagators(tau_m: f64, taus: [f64; 2], dt: f64) -> Propagators {
    let model = LifExp {
        tau_m,
        c_m: 250.0,
        e_l: -65.0,
        v_th: -50.0,
        v_reset: -65.0,
        t_ref: 2.0,
        tau_syn_exc: taus[0],
        tau_syn_inh: taus[1],
        i_e: 0.0,
    };
    Model::from(model).leaky(dt).expect("a neuron")
}

/// Plain steps in `f64`: (potential, currents) and the highest potential on the way, the start left out.
fn steps(p: &Propagators, mut v: f64, mut i: [f64; 2], bias: f64, n: u64) -> (f64, [f64; 2], f64) {
    let mut top = f64::NEG_INFINITY;
    for _ in 0..n {
        v = ((v * p.p22 + i[0] * p.p21[0]) + i[1] * p.p21[1]) + bias;
        i = [i[0] * p.p11[0], i[1] * p.p11[1]];
        top = top.max(v);
    }
    (v, i, top)
}

fn time_constant() -> impl Strategy<Value = f64> {
    prop_oneof![0.3..40.0f64, Just(10.0)]
}

/// Of a membrane: also slow ones, and without leak.
fn membrane() -> impl Strategy<Value = f64> {
    let slow = (3.0..9.0f64).prop_map(libm::exp10);
    prop_oneof![3 => time_constant(), 2 => slow, 2 => Just(f64::INFINITY)]
}

proptest! {
    #[test]
    fn closed_form_is_the_steps(
        tau_m in membrane(), tau_e in time_constant(), tau_i in time_constant(),
        v in -40.0..14.0f64, exc in 0.0..2000.0f64, inh in -2000.0..0.0f64, bias in -0.2..0.2f64, n in 0u64..20_000,
    ) {
        let p = propagators(tau_m, [tau_e, tau_i], 0.1);
        let (want, currents, _) = steps(&p, v, [exc, inh], bias, n);
        let (mut got, mut i) = (v, [exc, inh]);
        Flow::<f64>::new(&p).advance(&mut got, &mut i, bias, n);
        prop_assert!((got - want).abs() < 1e-9 * (1.0 + want.abs()), "{got} {want}");
        prop_assert!((i[0] - currents[0]).abs() < 1e-9 * (1e-20 + exc) && (i[1] - currents[1]).abs() < 1e-9 * (1e-20 - inh));
    }

    /// Whoever is called quiet does not reach the threshold, in either precision; and the bound is not idle.
    #[test]
    fn the_quiet_do_not_fire(
        tau_m in membrane(), tau_e in time_constant(), tau_i in time_constant(),
        v in -40.0..14.9999f64, exc in -500.0..3000.0f64, inh in -2000.0..500.0f64, bias in -0.2..0.25f64,
    ) {
        let p = propagators(tau_m, [tau_e, tau_i], 0.1);
        let quiet = Flow::<f64>::new(&p).quiet(v, [exc, inh], bias);
        let (.., top) = steps(&p, v, [exc, inh], bias, quiet.min(5000));
        prop_assert!(top < p.theta, "{quiet} {top}");
        let narrow = Flow::<f32>::new(&p);
        let quiet = narrow.quiet(v as f32, [exc as f32, inh as f32], bias as f32);
        let (mut x, mut i) = (v as f32, [exc as f32, inh as f32]);
        for n in 0..quiet.min(5000) {
            x = ((x * p.p22 as f32 + i[0] * p.p21[0] as f32) + i[1] * p.p21[1] as f32) + bias as f32;
            i = [i[0] * p.p11[0] as f32, i[1] * p.p11[1] as f32];
            prop_assert!(x < p.theta as f32, "{quiet}: {x} after {n}");
        }
    }
}

proptest! {
    /// The same of neurons with one current, which may be seen to rise up to the end of a window.
    #[test]
    fn the_quiet_with_one_current_do_not_fire(
        tau_m in membrane(), tau in prop_oneof![5 => time_constant(), 1 => 1e3..1e9f64],
        v in -40.0..14.9999f64, i in prop_oneof![-500.0..3000.0f64, 300.0..1500.0f64], bias in prop_oneof![Just(0.0), -0.2..0.25f64],
    ) {
        let p = propagators(tau_m, [tau, tau], 0.1);
        let quiet = Flow::<f64>::new(&p).quiet(v, [i], bias);
        let (.., top) = steps(&p, v, [i, 0.0], bias, quiet.min(5000));
        prop_assert!(top < p.theta, "{quiet} {top}");
        let quiet = Flow::<f32>::new(&p).quiet(v as f32, [i as f32], bias as f32);
        let (mut x, mut i) = (v as f32, i as f32);
        for n in 0..quiet.min(5000) {
            x = (x * p.p22 as f32 + i * p.p21[0] as f32) + bias as f32;
            i *= p.p11[0] as f32;
            prop_assert!(x < p.theta as f32, "{quiet}: {x} after {n}");
        }
    }
}

/// A neuron that a pulse makes fire is left alone for at least two thirds of the time that it takes, again and again.
#[test]
fn a_rise_is_looked_at_a_few_times() {
    let p = propagators(20.0, [5.0, 5.0], 0.1);
    let flow = Flow::<f32>::new(&p);
    for pulse in [1300.0, 1450.0, 2000.0, 5000.0] {
        let (mut v, mut i, mut looks, mut ticks) = (0.0f32, [pulse], 0, 0);
        loop {
            let quiet = flow.quiet(v, i, 0.0);
            if quiet == 0 {
                break;
            }
            flow.advance(&mut v, &mut i, 0.0, quiet);
            (looks, ticks) = (looks + 1, ticks + quiet);
        }
        let (.., before) = steps(&p, 0.0, [f64::from(pulse), 0.0], 0.0, ticks);
        let (.., after) = steps(&p, 0.0, [f64::from(pulse), 0.0], 0.0, ticks + 1);
        assert!(before < p.theta && after > p.theta - 1e-3, "{pulse} pA: {ticks} ticks, {before} {after}");
        assert!((1..=4).contains(&looks), "{pulse} pA: {looks} looks in {ticks} ticks");
    }
}

#[test]
fn the_bound_is_tight_where_it_matters() {
    let p = propagators(20.0, [5.0, 5.0], 0.1);
    let flow = Flow::<f64>::new(&p);
    assert_eq!(flow.quiet(0.0, [0.0; 2], 0.0), Tick::MAX);
    let (.., top) = steps(&p, 0.0, [1.0, 0.0], 0.0, 2000);
    assert_eq!(flow.quiet(0.0, [0.9999 * p.theta / top, 0.0], 0.0), Tick::MAX);
    let fires = 1.0001 * p.theta / top;
    let quiet = flow.quiet(0.0, [fires, 0.0], 0.0);
    assert!((32..=128).contains(&quiet), "{quiet} ticks, and the peak comes after some 92");
    // At the threshold itself, one unit below, and with a bias above rheobase.
    assert_eq!(flow.quiet(p.theta, [0.0; 2], 0.0), 0);
    assert_eq!(flow.quiet(p.theta.next_down(), [0.0; 2], 0.0), 0);
    let quiet = flow.quiet(0.0, [0.0; 2], 1.01 * p.theta * (1.0 - p.p22));
    assert_eq!(quiet, 512);
    // Inhibition does not wake, excitation behind it does.
    assert_eq!(flow.quiet(10.0, [-1000.0, 0.0], 0.0), Tick::MAX);
    assert!(flow.quiet(10.0, [-1000.0, 1000.0], 0.0) < 64);
}

/// Where a leak is of the order of the rounding, or lost in it, those who rest are left alone as in `f64`.
#[test]
fn a_slow_membrane_sleeps_in_single_precision_too() {
    for exponent in [3.0, 4.0, 5.0, 5.5, 6.0, 6.5, 7.0, 7.3, 8.0, 9.0] {
        let tau_m = 0.1 * libm::exp10(exponent);
        let p = propagators(tau_m, [2.0, 5.0], 0.1);
        let (wide, narrow) = (Flow::<f64>::new(&p), Flow::<f32>::new(&p));
        let rheobase = p.theta * (1.0 - p.p22);
        for (v, i, share) in [
            (0.0, [0.0; 2], 0.0),
            (-5.0, [0.0, -100.0], 0.0),
            (0.0, [0.0; 2], 0.5),
            (7.5, [0.0; 2], 0.9),
            (-15.0, [0.0; 2], -3.0),
            (14.9, [0.0; 2], 0.0),
        ] {
            let bias = share * rheobase;
            assert_eq!(wide.quiet(v, i, bias), Tick::MAX, "f64, dt / tau_m 1e-{exponent}, {v} mV, {share} of rheobase");
            let quiet = narrow.quiet(v as f32, i.map(|i| i as f32), bias as f32);
            assert_eq!(quiet, Tick::MAX, "f32, dt / tau_m 1e-{exponent}, {v} mV, {share} of rheobase");
            let (quiet_one, bias) = (narrow.quiet(v as f32, [i[1] as f32], bias as f32), bias as f32);
            assert_eq!(quiet_one, Tick::MAX, "one current");
            let mut x = v as f32;
            for _ in 0..100_000 {
                x = x * p.p22 as f32 + bias;
                assert!(x < p.theta as f32, "dt / tau_m 1e-{exponent}");
            }
        }
        // What fires is looked at, where rounding lets it fire.
        assert!(exponent > 7.5 || narrow.quiet(0.0, [0.0; 2], (3.0 * rheobase) as f32) <= 512);
        assert_eq!(narrow.quiet(p.theta as f32, [0.0; 2], 0.0), 0);
    }
}

#[test]
fn without_leak_the_silent_sleep_for_ever() {
    let p = propagators(f64::INFINITY, [5.0, 2.0], 0.1);
    assert_eq!((p.p22, p.p20), (1.0, 0.1 / 250.0));
    let (flow, narrow) = (Flow::<f64>::new(&p), Flow::<f32>::new(&p));
    // Up to the last number below the threshold, and not at it; a bias below zero helps, one above does not.
    assert_eq!(flow.quiet(p.theta.next_down(), [0.0; 2], 0.0), Tick::MAX);
    assert_eq!(flow.quiet(p.theta.next_down(), [0.0; 2], -1e-3), Tick::MAX);
    assert_eq!(narrow.quiet((p.theta as f32).next_down(), [0.0; 2], 0.0), Tick::MAX);
    assert_eq!(flow.quiet(p.theta, [0.0; 2], 0.0), 0);
    assert_eq!(flow.quiet(0.0, [0.0; 2], 1e-300), 512);
    // 15 mV at 0.02 mV per tick: 750 ticks; at 0.1 mV per tick 150.
    assert_eq!(flow.quiet(0.0, [0.0; 2], 0.02), 512);
    assert_eq!(flow.quiet(0.0, [0.0; 2], 0.1), 128);
    // All of a current that decays arrives: 5 ms x i / 250 pF.
    let all = p.theta * 250.0 / 5.0;
    let (.., top) = steps(&p, 0.0, [all, 0.0], 0.0, 20_000);
    assert!((top / p.theta - 1.0).abs() < 1e-9, "{top}");
    assert_eq!(flow.quiet(0.0, [0.999 * p.theta / top * all, 0.0], 0.0), Tick::MAX);
    assert_eq!(narrow.quiet(0.0, [(0.95 * p.theta / top * all) as f32, 0.0], 0.0), Tick::MAX);
    let quiet = flow.quiet(0.0, [1.001 * p.theta / top * all, 0.0], 0.0);
    assert!((128..=512).contains(&quiet), "{quiet}");
    // Inhibition does not wake; where its rounding may reach the threshold it does until it has settled.
    assert_eq!(flow.quiet(14.9, [0.0, -1e9], 0.0), Tick::MAX);
    let (mut v, mut i) = (14.9f32, [0.0, -1e3]);
    assert_eq!(narrow.quiet(v, i, 0.0), 512);
    narrow.advance(&mut v, &mut i, 0.0, 4_000);
    assert_eq!((i, narrow.quiet(v, i, 0.0)), ([0.0; 2], Tick::MAX));
}

#[test]
fn currents_slower_than_rounding_are_taken_as_constant() {
    for tau_m in [10.0, 1e-3, f64::INFINITY] {
        let p = propagators(tau_m, [1e8, 1e12], 0.1);
        let flow = Flow::<f32>::new(&p);
        for current in [30.0f32, 374.9, 375.1, 4e3] {
            let quiet = flow.quiet(0.0, [current, 0.0], 0.0);
            let (mut v, mut i) = (0.0f32, current);
            for n in 0..quiet.min(100_000) {
                (v, i) = (v * p.p22 as f32 + i * p.p21[0] as f32, i * p.p11[0] as f32);
                assert!(v < p.theta as f32, "tau_m {tau_m}, {current} pA: {quiet} ticks, {v} after {n}");
            }
        }
        assert_eq!(flow.quiet(14.0, [0.0; 2], 0.0), Tick::MAX, "tau_m {tau_m}");
    }
}

#[test]
fn without_a_threshold_nothing_fires() {
    for tau_m in [10.0, f64::INFINITY] {
        let p = Propagators { theta: f64::INFINITY, ..propagators(tau_m, [5.0, 5.0], 0.1) };
        assert_eq!(Flow::<f32>::new(&p).quiet(1e9, [1e9, -1e9], 1e9), Tick::MAX);
    }
}

#[test]
fn equal_and_vanishing_time_constants_have_a_peak() {
    for taus in [[10.0, 10.0], [10.0, 1e-4], [1e5, 10.0], [10.0 + 1e-14, 10.0 - 1e-9]] {
        let p = propagators(10.0, taus, 0.1);
        for (r, tau) in taus.into_iter().enumerate() {
            let i = if r == 0 { [1.0, 0.0] } else { [0.0, 1.0] };
            let (.., top) = steps(&p, 0.0, i, 0.0, 20_000);
            let (_, value) = peak(&p, r);
            assert!((value / top - 1.0).abs() < 1e-6, "tau {tau}: {value} {top}");
        }
    }
}
