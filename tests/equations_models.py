"""Known models as checked equations, with the parameters of their papers."""

from equations_build import build

COND_EXP = """
    dv/dt = (g_l*(e_l - v) + g_exc*(e_exc - v) + g_inh*(e_inh - v) + i_ext)/c_m : mV, hold
    dg_exc/dt = -g_exc/tau_exc : nS, input
    dg_inh/dt = -g_inh/tau_inh : nS, input
    i_ext : pA, current"""
CELL = {"g_l": 10.0, "e_l": -60.0, "c_m": 200.0, "e_exc": 0.0, "e_inh": -80.0, "tau_exc": 5.0, "tau_inh": 10.0}


def cond_exp(method="exponential_euler", **others):
    """Conductance-based leaky integrate-and-fire (Vogels & Abbott 2005, as in Brette et al. 2007)."""
    rules = {"threshold": "v >= v_th", "reset": "v = v_reset", "refractory": "t_ref", "method": method}
    return build(COND_EXP, **rules, initial={"v": -60.0}, **CELL, v_th=-50.0, v_reset=-60.0, t_ref=5.0, **others)


ADEX = """
    v_c = min(v, v_peak) : mV
    dv/dt = (-g_l*(v_c - e_l) + g_l*delta_t*exp((v_c - v_t)/delta_t) - w + i_syn + i_ext)/c_m : mV, hold
    dw/dt = (a*(v_c - e_l) - w)/tau_w : pA
    i_syn = g_exc*(e_exc - v_c) + g_inh*(e_inh - v_c) : pA
    dg_exc/dt = -g_exc/tau_exc : nS, input
    dg_inh/dt = -g_inh/tau_inh : nS, input
    i_ext : pA, current"""


def adex(method="euler", substeps=1, **others):
    """Adaptive exponential integrate-and-fire with the parameters of Brette & Gerstner (2005)."""
    rules = {"threshold": "v >= v_peak", "reset": "v = v_reset; w += b", "refractory": "t_ref"}
    cell = {"c_m": 281.0, "g_l": 30.0, "e_l": -70.6, "v_t": -50.4, "delta_t": 2.0, "tau_w": 144.0, "a": 4.0, "b": 80.5}
    synapses = {"e_exc": 0.0, "e_inh": -80.0, "tau_exc": 5.0, "tau_inh": 10.0}
    parameters = {**cell, **synapses, "v_reset": -70.6, "v_peak": 0.0, "t_ref": 2.0, **others}
    return build(ADEX, **rules, method=method, substeps=substeps, initial={"v": -70.6}, **parameters)


IZHIKEVICH = """
    dv/dt = 0.04*v**2 + 5*v + 140 - u + i_ext : 1, input
    du/dt = a*(b*v - u) : 1
    i_ext : 1, current"""


def izhikevich(method="euler", substeps=1, a=0.02, b=0.2, c=-65.0, d=8.0):
    """The simple model of Izhikevich (2003), a regular spiking cell."""
    initial = {"v": -65.0, "u": b * -65.0}
    rules = {"threshold": "v >= 30", "reset": "v = c; u += d", "method": method, "substeps": substeps}
    return build(IZHIKEVICH, **rules, initial=initial, a=a, b=b, c=c, d=d)


TRAUB = """
    x = v - v_t : mV
    a_m = 1.28/exprel((13 - x)/4) : 1
    b_m = 1.4/exprel((x - 40)/5) : 1
    a_h = 0.128*exp((17 - x)/18) : 1
    b_h = 4/(1 + exp((40 - x)/5)) : 1
    a_n = 0.16/exprel((15 - x)/5) : 1
    b_n = 0.5*exp((10 - x)/40) : 1
    dv/dt = (g_na*m**3*h*(e_na - v) + g_k*n**4*(e_k - v) + g_l*(e_l - v) + i_syn + i_ext)/c_m : mV
    dm/dt = a_m*(1 - m) - b_m*m : 1
    dh/dt = a_h*(1 - h) - b_h*h : 1
    dn/dt = a_n*(1 - n) - b_n*n : 1
    i_syn = g_exc*(e_exc - v) + g_inh*(e_inh - v) : pA
    dg_exc/dt = -g_exc/tau_exc : nS, input
    dg_inh/dt = -g_inh/tau_inh : nS, input
    i_ext : pA, current"""


def traub(method="euler", substeps=1, **others):
    """Hodgkin-Huxley equations of Traub & Miles (1991) as in Brette et al. (2007)."""
    rules = {"threshold": "v >= v_t + 30", "refractory": "t_ref", "method": method, "substeps": substeps}
    channels = {"g_na": 20000.0, "g_k": 6000.0, "e_na": 50.0, "e_k": -90.0, "v_t": -63.0, "t_ref": 3.0}
    return build(TRAUB, **rules, initial={"v": -60.0, "h": 1.0}, **{**CELL, **channels, **others})


PSC_EXP = """
    dv/dt = (e_l - v)/tau_m + (i_exc + i_inh + i_ext)/c_m : mV, hold
    di_exc/dt = -i_exc/tau_exc : pA, input
    di_inh/dt = -i_inh/tau_inh : pA, input
    i_ext : pA, current"""
PSC_ALPHA = """
    dv/dt = (e_l - v)/tau_m + (i_syn + i_ext)/c_m : mV, hold
    di_syn/dt = slope - i_syn/tau_syn : pA
    dslope/dt = -slope/tau_syn : pA, input
    i_ext : pA, current"""
CURRENT = {"e_l": -70.0, "tau_m": 10.0, "c_m": 250.0, "v_th": -55.0, "t_ref": 2.0}
"""Defaults of NEST's iaf_psc_exp and iaf_psc_alpha."""


def _leaky(text, method, parameters):
    rules = {"threshold": "v >= v_th", "reset": "v = e_l", "refractory": "t_ref", "method": method}
    return build(text, **rules, initial={"v": parameters["e_l"]}, **parameters)


def psc_exp(method="exact", **others):
    """Leaky integrate-and-fire with exponential currents, as NEST's iaf_psc_exp."""
    return _leaky(PSC_EXP, method, {**CURRENT, "tau_exc": 2.0, "tau_inh": 2.0, **others})


def psc_alpha(method="exact", **others):
    """Leaky integrate-and-fire with alpha currents, as NEST's iaf_psc_alpha; a weight w arrives as w e / tau_syn."""
    return _leaky(PSC_ALPHA, method, {**CURRENT, "tau_syn": 2.0, **others})


MODELS = {
    "cond_exp": cond_exp,
    "adex": adex,
    "izhikevich": izhikevich,
    "traub": traub,
    "psc_exp": psc_exp,
    "psc_alpha": psc_alpha,
}
