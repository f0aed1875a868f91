//! Goodness of fit for tests.

/// Standard deviations of the largest statistic that passes.
const BOUND: f64 = 4.5;

/// Asserts that counts agree with their expectations by Pearson's chi-square test.
///
/// Neighbouring bins are pooled until 10 are expected. The bound is the quantile of +4.5 standard deviations by Wilson
/// and Hilferty's approximation (1931): for a correct generator and a random seed it fails once in 300 000 times, and
/// seeds are fixed. It also fails if the fit is better than at -4.5: draws that are too even are not random.
pub fn assert_fits(name: &str, observed: &[u64], expected: &[f64]) {
    assert_eq!(observed.len(), expected.len(), "{name}: bins");
    let (mut statistic, mut bins) = (0.0, 0u32);
    let (mut seen, mut hoped) = (0.0, 0.0);
    let mut rest: f64 = expected.iter().sum();
    for (&o, &e) in observed.iter().zip(expected) {
        seen += o as f64;
        hoped += e;
        rest -= e;
        if hoped >= 10.0 && (rest >= 10.0 || rest.abs() < 1e-6 * hoped) {
            statistic += (seen - hoped) * (seen - hoped) / hoped;
            bins += 1;
            (seen, hoped) = (0.0, 0.0);
        }
    }
    if hoped > 1e-6 {
        statistic += (seen - hoped) * (seen - hoped) / hoped;
        bins += 1;
    }
    assert!(bins >= 2, "{name}: too few draws for {bins} bins");
    let df = f64::from(bins - 1);
    let quantile = |z: f64| df * (1.0 - 2.0 / (9.0 * df) + z * (2.0 / (9.0 * df)).sqrt()).max(0.0).powi(3);
    assert!(statistic < quantile(BOUND), "{name}: chi-square {statistic:.1} with {df} degrees of freedom");
    assert!(statistic >= quantile(-BOUND), "{name}: chi-square {statistic:.1} with {df} degrees of freedom is too good");
}

#[test]
#[should_panic(expected = "chi-square")]
fn a_loaded_die_is_noticed() {
    assert_fits("die", &[1200, 960, 960, 960, 960, 960], &[1000.0; 6]);
}

#[test]
#[should_panic(expected = "too good")]
fn a_die_without_chance_is_noticed() {
    assert_fits("die", &[1000; 100], &[1000.0; 100]);
}
