"""Constants and test values of rust/spikecore/src/number/functions (needs mpmath and numpy).

``python tools/functions.py polynomials`` prints each polynomial with the error of its fit, and ln 2 and pi in parts;
``python tools/functions.py expected`` prints expected.txt.
"""

import random
import struct
import sys
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np

Function = Callable[[Any], Any]


def extremes(errors, points, most):
    """Find where each run of errors of one sign has its largest: at most so many places, at which signs alternate."""
    runs = []
    for point, error in zip(points, errors, strict=True):
        if runs and (runs[-1][0] > 0) == (error > 0):
            if abs(error) > abs(runs[-1][0]):
                runs[-1] = (error, point)
        else:
            runs.append((error, point))
    while len(runs) > most:
        runs.pop(0 if abs(runs[0][0]) < abs(runs[-1][0]) else -1)
    return [point for _, point in runs]


def minimax(function: Function, weight: Function, low, high, size):
    """Fit the polynomial p with the least greatest |weight (function - p)|, by Remez's exchange."""
    middle, half = (low + high) / 2, (high - low) / 2
    points = [middle - half * mp.cos(mp.pi * (2 * k + 1) / (2 * size + 2)) for k in range(size + 1)]
    grid = [middle - half * mp.cos(mp.pi * (k + mp.mpf("0.5")) / 600) for k in range(600)]
    sampled = [(x, function(x), weight(x)) for x in grid]
    for _ in range(30):
        system = mp.matrix(size + 1, size + 1)
        right = mp.matrix(size + 1, 1)
        for k, x in enumerate(points):
            for power in range(size):
                system[k, power] = x**power
            system[k, size] = (-1) ** k / weight(x)
            right[k] = function(x)
        solution = mp.lu_solve(system, right)
        coefficients = [solution[k] for k in range(size)]
        errors = [w * (y - mp.polyval(coefficients[::-1], x)) for x, y, w in sampled]
        moved = extremes(errors, grid, size + 1)
        if moved == points or len(moved) <= size:
            break
        points = moved
    return coefficients


def show(name, number, function: Function, weight: Function, interval, size):
    """Print coefficients, rounded to the precision `number`, and the largest error of the fit with them."""
    low, high = (mp.mpf(end) for end in interval)
    rounded = [number(float(c)) for c in minimax(function, weight, low, high, size)]
    exact = [mp.mpf(float(c)) for c in rounded[::-1]]
    grid = [low + (high - low) * (k + mp.mpf("0.5")) / 2000 for k in range(2000)]
    worst = max(abs(weight(x) * (function(x) - mp.polyval(exact, x))) for x in grid)
    print(f"{name}: error 2^{mp.nstr(mp.log(worst, 2), 4)}")
    print("   ", ", ".join(str(c) for c in rounded))


def parts(x, lengths):
    """Yield numbers of so many bits whose sum is x to the bits of all and of one more f64."""
    for length in lengths:
        fraction, exponent = mp.frexp(x)
        part = mp.ldexp(mp.floor(mp.ldexp(fraction, length)), int(exponent) - length)
        yield float(part)
        x -= part
    yield float(x)


def exp_tail(r):
    """Return (e^r - 1 - r) / r^2."""
    return (mp.expm1(r) - r) / r**2


def odd_tail(function: Function):
    """Return (f(x) / x - 1) / x^2 and x^3 / f(x) of an odd function, by x^2."""
    return lambda z: (function(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, lambda z: z * mp.sqrt(z) / function(mp.sqrt(z))


def polynomials():
    """Print all constants."""
    mp.mp.dps = 60
    half, slack = mp.log(2) / 2 * mp.mpf("1.0005"), mp.mpf("1.0001")
    around = (-half, half * slack)  # not symmetric, lest a node of the exchange is 0
    for name, number, of_exp, of_expm1 in (("f32", np.float32, 5, 6), ("f64", np.float64, 10, 11)):
        show(f"exp, {name}", number, exp_tail, lambda r: r**2 / mp.exp(r), around, of_exp)
        show(f"expm1, {name}", number, exp_tail, lambda r: r**2 / abs(mp.expm1(r)), around, of_expm1)
    for name, number, size in (("f32", np.float32, 5), ("f64", np.float64, 12)):
        show(f"tanh, {name}", number, *odd_tail(mp.tanh), (0, mp.mpf("0.625") ** 2), size)
    logarithms()
    eighth = (0, (mp.pi / 4 * slack) ** 2)
    show("sin, f32 in f64", np.float64, *odd_tail(mp.sin), (0, (mp.pi / 2 * slack) ** 2), 5)
    show("sin, f64", np.float64, *odd_tail(mp.sin), eighth, 7)
    show("cos, f64", np.float64, lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2, lambda z: z**2, eighth, 7)
    print("ln 2, f32:", *(np.float32(x) for x in parts(mp.log(2), [15])))
    print("ln 2, f64:", *parts(mp.log(2), [41]))
    print("pi:", *parts(mp.pi, [25, 25]))
    print("pi / 2:", *parts(mp.pi / 2, [25, 25, 25, 25]))
    print("1/3:", *parts(mp.mpf(1) / 3, [53]))


def logarithms():
    """Print the constants of logarithms: by f = m - 1, and by z = s^2 with s = (m - 1) / (m + 1)."""
    fractions = (mp.sqrt("0.5") - 1 - mp.mpf("1e-6"), mp.sqrt(2) - 1 + mp.mpf("1e-6"))
    ratios = (0, ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mp.mpf("1.0001"))

    def cubic(f):
        return (mp.log1p(f) - f + f * f / 2) / f**3

    def ratio(z):
        return mp.atanh(mp.sqrt(z)) / mp.sqrt(z)

    show("log, f32", np.float32, cubic, lambda f: abs(f**3 / mp.log1p(f)), fractions, 9)
    show("log, f64", np.float64, lambda z: (2 * ratio(z) - 2) / z, lambda z: z / 2, ratios, 7)
    show("pow, f64", np.float64, lambda z: (ratio(z) - 1 - z / 3) / z**2, lambda z: z**2, ratios, 7)


def hardest_angles():
    """Yield the number nearest to a multiple of pi / 2 between each two powers of two up to 2^28."""
    for exponent in range(28):
        unit = mp.ldexp(1, exponent - 52)
        ratio = x = unit * 2 / mp.pi
        before, denominator, near = 0, 1, []
        while True:  # the convergents of the continued fraction of `ratio`
            x = 1 / (x - mp.floor(x))
            before, denominator = denominator, int(mp.floor(x)) * denominator + before
            if denominator >= 2**53:
                break
            near.append(denominator)
        whole = [q * k for q in near[-4:] for k in range(1, min(2**53 // q, 5000) + 1) if 2**52 <= q * k < 2**53]
        yield float(min(whole, key=lambda m: abs(m * ratio - mp.nint(m * ratio))) * unit)


def expected():
    """Print arguments and values."""
    mp.mp.prec = 400
    random.seed(16)
    u = random.uniform
    cases = {
        "exp": (mp.exp, [lambda: u(-1, 1), lambda: u(-30, 30), lambda: u(-745, 709), lambda: 2 ** u(-60, 0)]),
        "expm1": (mp.expm1, [lambda: u(-1, 1), lambda: u(0.3, 1.1), lambda: u(-40, 709), lambda: -(2 ** u(-60, 0))]),
        "log": (
            mp.log,
            [lambda: u(0.5, 2), lambda: 1 + u(-1, 1) * 1e-4, lambda: 2 ** u(-1074, 1023), lambda: u(0, 100)],
        ),
        "log1p": (mp.log1p, [lambda: u(-0.5, 1), lambda: u(-1, 0), lambda: 2 ** u(-60, 60), lambda: -(2 ** u(-60, 0))]),
        "exprel": (
            lambda x: mp.expm1(x) / x,
            [lambda: u(-1, 1), lambda: u(0.3, 1.1), lambda: u(-1000, 716), lambda: -(2 ** u(-60, 0))],
        ),
        "tanh": (mp.tanh, [lambda: u(-1, 1), lambda: u(0.6, 0.7), lambda: u(-20, 20), lambda: 2 ** u(-60, 0)]),
        "sin": (mp.sin, [lambda: u(-2, 2), lambda: u(-100, 100), lambda: u(-4e8, 4e8)]),
        "cos": (mp.cos, [lambda: u(-2, 2), lambda: u(-100, 100), lambda: u(-4e8, 4e8)]),
    }
    print("# function, argument, second argument or 0, value of mpmath (python tools/functions.py expected)")
    for name, (function, draws) in cases.items():
        arguments = [draws[k % len(draws)]() for k in range(48)]
        if len(draws) == 3:
            arguments += list(hardest_angles())
        for x in arguments:
            print(name, bits(x), bits(0), bits(function(mp.mpf(x))))
    for k in range(96):
        base, exponent = power_case(k)
        print("pow", bits(base), bits(exponent), bits(mp.re(mp.power(mp.mpf(base), mp.mpf(exponent)))))


def power_case(k):
    """Draw a base and an exponent."""
    u = random.uniform
    if k % 4 == 0:
        return u(0, 10), u(-10, 10)
    if k % 4 == 1:
        return -u(0, 50), float(random.randrange(-60, 60))
    base = u(0.7, 1.42) if k % 4 == 2 else 2 ** u(-1074, 1023)
    return base, u(-1, 1) * 744 / abs(float(mp.log(base)))


def bits(x):
    """Write the bits of the nearest f64, in hexadecimal."""
    return struct.pack(">d", float(x)).hex()


if __name__ == "__main__":
    {"polynomials": polynomials, "expected": expected}[sys.argv[1]]()
