"""The oracle against closed forms: what the engine is compared with must itself be right.

Sources: exact integration, Rotter and Diesmann (1999), Biological Cybernetics 81:381-402; the cases
are those of NEST's `test_iaf_psc_exp.py`, `test_split_simulation.py` and `test_iaf_singularity.py`,
worked out here in 40 digits.
"""

from decimal import Decimal, localcontext

import numpy as np
import pytest
import reference

H = 0.1
PSC = 87.80849352920843  # pA; a PSP of 0.15 mV with tau_m 10 ms, tau_syn 0.5 ms, C 250 pF


def exp(x):
    with localcontext() as context:
        context.prec = 40
        return Decimal(x).exp()


def psp(t, tau_m=10.0, tau_s=0.5, c_m=250.0, weight=PSC):
    """Potential t ms after a current of `weight` was set, by the difference of two exponentials."""
    m, s = Decimal(tau_m), Decimal(tau_s)
    difference = exp(-Decimal(t) / m) - exp(-Decimal(t) / s)
    return float(Decimal(weight) * m * s / (Decimal(c_m) * (m - s)) * difference)


def after_one_spike(neuron, weight, steps):
    """Potential above rest `steps` steps after the arrival of one spike."""
    source = reference.Source(1, [1], [0])
    one = np.zeros(1, dtype=int)
    synapses = [(1, 0, one, one, np.array([weight]), one + 1)]
    # Stamped 1, delay 1: the current is set at tick 2.
    _, potentials = reference.simulate([neuron, source], synapses, 2 + steps)
    return float(potentials[0][0]) - neuron.e_l


@pytest.mark.parametrize(
    ("t", "known"),
    [
        (0.1, 0.03167004291904379),
        (0.5, 0.1078380699714362),
        (1.0, 0.14225015415629583),
        (2.0, 0.14796472710519404),
        (5.0, 0.11211485686148319),
        (10.0, 0.06800618810240971),
    ],
)
def test_psp_is_the_difference_of_two_exponentials(t, known):
    neuron = reference.Neurons(1, 0.0, e_l=0.0, v_th=15.0, v_reset=0.0)
    found = after_one_spike(neuron, PSC, round(t / H))
    assert found == pytest.approx(known, rel=1e-14)
    assert found == pytest.approx(psp(t), rel=1e-14)


def test_inhibitory_weights_use_the_inhibitory_time_constant():
    neuron = reference.Neurons(1, 0.0, e_l=0.0, v_th=15.0, v_reset=0.0, tau_syn_inh=3.0)
    assert after_one_spike(neuron, -PSC, 30) == pytest.approx(-psp(3.0, tau_s=3.0), rel=1e-13)
    assert after_one_spike(neuron, PSC, 30) == pytest.approx(psp(3.0), rel=1e-13)


@pytest.mark.parametrize("tau_m", [1.0, 10.0, 100.0])
@pytest.mark.parametrize("apart", [0.0, 1e-10, -1e-10, 1e-5, -1e-5, 0.1])
def test_time_constants_may_be_close(tau_m, apart):
    neuron = reference.Neurons(1, 0.0, e_l=0.0, v_th=99.0, v_reset=0.0, tau_m=tau_m, tau_syn_exc=tau_m + apart)
    limit = PSC / 250.0 * 2.0 * np.exp(-2.0 / tau_m)  # alpha function, at tau_syn = tau_m
    found = after_one_spike(neuron, PSC, 20)
    assert found == pytest.approx(limit, rel=1e-4 if abs(apart) < 1e-4 else 0.2)


def crossing(i_e, tau_m=10.0, c_m=250.0, threshold=15.0):
    """First tick at or after the moment when a direct current lifts the potential to threshold."""
    final = i_e * tau_m / c_m
    moment = -tau_m * np.log(1.0 - threshold / final)
    return moment, int(np.ceil(moment / H))


@pytest.mark.parametrize(
    ("i_e", "moment"),
    [(376.0, 59.29589143389909), (1000.0, 4.700036292457356), (1450.0, 2.992428948528569)],
)
def test_direct_current_crosses_where_the_logarithm_says(i_e, moment):
    """376 pA ends 40 uV above threshold; 1000 pA crosses 3.6e-5 ms after 4.7 ms: 4.8 ms."""
    exact, tick = crossing(i_e)
    assert exact == pytest.approx(moment, rel=1e-12)
    neuron = reference.Neurons(1, -70.0, e_l=-70.0, v_th=-55.0, v_reset=-70.0, i_e=i_e)
    spikes, _ = reference.simulate([neuron], [], 4 * (tick + 20))
    # From the reset at rest every interval is t_ref + the first crossing.
    assert [int(t) for t, _ in spikes[:3]] == [tick, 2 * tick + 20, 3 * tick + 40]


def test_direct_current_before_threshold():
    neuron = reference.Neurons(1, -70.0, e_l=-70.0, v_th=-55.0, v_reset=-70.0, i_e=1450.0)
    for steps, known in [
        (1, -69.4229),
        (10, -64.4806),
        (20, -59.4864),
        (29, -55.3993),
        (30, -70.0),
        (51, -69.4229),
        (69, -59.9636),
    ]:
        _, potentials = reference.simulate([neuron], [], steps)
        assert potentials[0][0] == pytest.approx(known, rel=1e-6)


def test_refractory_input():
    """Delta input is lost during refractoriness and taken in the first step after it."""
    at = np.zeros(1, dtype=int)
    for arrival, taken in [(20, False), (21, False), (22, True)]:
        neuron = reference.Neurons(1, 20.0, delta=True, e_l=0.0, v_th=15.0, v_reset=0.0)
        source = reference.Source(1, [arrival - 1], [0])
        spikes, potentials = reference.simulate([neuron, source], [(1, 0, at, at, np.array([1.0]), at + 1)], arrival)
        assert spikes[0].tolist() == [1, 0], "the initial potential is above threshold"
        assert (potentials[0][0] != 0.0) == taken, arrival


def test_sums_are_in_the_order_of_emission_and_source():
    """1e16 + 1 - 1e16 is 0 from left to right, and 1 in another order."""
    first, zero = np.array([0, 1, 2]), np.zeros(3, dtype=int)
    neuron = reference.Neurons(1, 0.0, e_l=0.0, v_th=1e30, v_reset=0.0, delta=True)
    weights = np.array([1e16, 1.0, -1e16])
    for stamps, delays, total in [
        ((3, 3, 3), (2, 2, 2), 0.0),
        ((3, 4, 2), (2, 1, 3), 1.0),
        ((1, 3, 2), (4, 2, 3), 1.0),
    ]:
        source = reference.Source(3, list(stamps), [0, 1, 2])
        synapses = [(1, 0, first, zero, weights, np.array(delays))]
        _, potentials = reference.simulate([neuron, source], synapses, 5)
        assert potentials[0][0] == total


def test_tiny_states_become_zero():
    neuron = reference.Neurons(1, 1e-29, e_l=0.0, v_th=15.0, v_reset=-1.0, tau_m=1.0)
    _, potentials = reference.simulate([neuron], [], 23)
    assert 0.0 < potentials[0][0] < 1.1e-30
    _, potentials = reference.simulate([neuron], [], 25)
    assert potentials[0][0] == 0.0
