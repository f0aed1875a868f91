"""Matrix exponentials and propagators against series in 60 digits, and against closed forms."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
import scipy.linalg

from spikecore.equations.propagate import exponential, paths, propagators


def series(matrix):
    """The exponential by its Taylor series, in 60 digits."""
    with localcontext() as context:
        context.prec = 60
        n = len(matrix)
        squarings = max(0, int(np.ceil(np.log2(np.abs(matrix).sum(axis=0).max() + 1e-9))) + 4)
        a = [[Decimal(float(value)) / 2**squarings for value in row] for row in matrix]

        def times(left, right):
            return [[sum(left[i][k] * right[k][j] for k in range(n)) for j in range(n)] for i in range(n)]

        term = total = [[Decimal(i == j) for j in range(n)] for i in range(n)]
        for order in range(1, 40):
            term = [[value / order for value in row] for row in times(term, a)]
            total = [[total[i][j] + term[i][j] for j in range(n)] for i in range(n)]
        for _ in range(squarings):
            total = times(total, total)
        return np.array([[float(value) for value in row] for row in total])


@pytest.mark.parametrize("seed", range(12))
def test_exponentials_of_random_matrices(seed):
    random = np.random.default_rng(seed)
    n = 1 + seed % 4
    matrix = random.normal(size=(n, n)) * 10.0 ** random.uniform(-3, 0.7)
    expected = series(matrix)
    assert np.abs(exponential(matrix) - expected).max() < 2e-14 * np.abs(expected).max()
    assert np.allclose(exponential(matrix), scipy.linalg.expm(matrix), rtol=1e-11)


def test_exponentials_of_many_matrices_are_those_of_each():
    stack = np.random.default_rng(1).normal(size=(5, 3, 3))
    assert np.allclose(exponential(stack), [exponential(matrix) for matrix in stack], rtol=1e-14)
    assert np.array_equal(exponential(np.zeros((2, 2))), np.eye(2))


def test_bits_do_not_depend_on_the_other_matrices():
    stack = np.random.default_rng(2).normal(size=(5000, 3, 3)) * np.logspace(-3, 3, 5000)[:, None, None]
    edges = np.ones((3, 3), bool)
    p, q = propagators(stack, edges, 0.1)
    for index in (0, 17, 2500, 4095, 4096, 4999):
        alone = propagators(stack[index : index + 1], edges, 0.1)
        assert np.array_equal(alone[0][0], p[index])
        assert np.array_equal(alone[1][0], q[index])


def leaky(tau_m, tau_s, c_m):
    """Membrane and alpha current: v, i, slope."""
    return np.array([[-1 / tau_m, 1 / c_m, 0.0], [0.0, -1 / tau_s, 1.0], [0.0, 0.0, -1 / tau_s]])


@pytest.mark.parametrize("gap", [1.0, 1e-3, 1e-6, 1e-9, 1e-12, 0.0])
@pytest.mark.parametrize("h", [0.001, 0.1, 1.0, 10.0])
def test_time_constants_may_meet(gap, h):
    matrix = leaky(10.0, 10.0 + gap, 250.0)
    p, _ = propagators(matrix[None], matrix != 0.0, h)
    assert (
        np.abs(p[0] / np.where(matrix == 0, 1.0, series(matrix * h)) - np.where(matrix == 0, 0, 1))[matrix != 0].max()
        < 1e-14
    )
    assert abs(p[0, 0, 2] / series(matrix * h)[0, 2] - 1.0) < 2e-14


def test_what_no_path_connects_is_zero():
    matrix = leaky(10.0, 2.0, 250.0)
    p, q = propagators(matrix[None], matrix != 0.0, 0.1)
    lower = np.tril(np.ones((3, 3)), -1) > 0
    assert np.all(p[0][lower] == 0.0)
    assert np.all(q[0][lower] == 0.0)
    assert np.all(p[0][~lower] != 0.0)


def test_decays_are_the_scalar_exponential():
    matrix = leaky(10.0, 2.0, 250.0)
    p, q = propagators(matrix[None], matrix != 0.0, 0.1)
    assert np.array_equal(np.diag(p[0]), np.exp(np.diag(matrix) * 0.1))
    assert q[0, 0, 0] == pytest.approx(-10.0 * np.expm1(-0.01), rel=1e-15)


def test_a_stiff_system_is_exact():
    matrix = leaky(1e-3, 20.0, 250.0)
    p, _ = propagators(matrix[None], matrix != 0.0, 0.1)
    assert p[0, 0, 1] == pytest.approx(series(matrix * 0.1)[0, 1], rel=1e-12)


def test_q_is_the_integral_of_p():
    matrix = np.array([[-0.3, 0.2], [-0.5, -0.1]])
    p, q = propagators(matrix[None], matrix != 0.0, 0.7)
    assert np.allclose(matrix @ q[0], p[0] - np.eye(2), rtol=1e-14)


def test_paths_lead_through_others():
    edges = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [1, 0, 0, 0]], bool)
    expected = [[1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 0], [1, 1, 1, 1]]
    assert np.array_equal(paths(edges), np.array(expected, bool))
