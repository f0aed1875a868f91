"""Modules of PyTorch read as layers: stand-ins that look like them always, torch itself where it is installed."""

import pytest

import spikecore as sc
from spikecore.energy import ann as art
from spikecore.energy.ann import torch as torch_module


class Module:
    def __init__(self, **attributes):
        vars(self).update(attributes)

    @property
    def _modules(self):
        return {name: one for name, one in vars(self).items() if isinstance(one, Module)}


def fake(name, **defaults):
    return type(name, (Module,), {"__init__": lambda self, **own: vars(self).update({**defaults, **own})})


Linear = fake("Linear", bias=object())
ReLU, Flatten, Dropout = fake("ReLU"), fake("Flatten", start_dim=1, end_dim=-1), fake("Dropout")
Conv2d = fake("Conv2d", stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, bias=object())
Conv1d = fake("Conv1d", stride=(1,), padding=(0,), dilation=(1,), groups=1, bias=None)
MaxPool2d = fake("MaxPool2d", padding=0, dilation=1, ceil_mode=False)
AdaptiveAvgPool2d = fake("AdaptiveAvgPool2d")
BatchNorm2d = fake("BatchNorm2d", affine=True, track_running_stats=True)
LSTM = fake("LSTM", bias=True, bidirectional=False, num_layers=1, proj_size=0)
GRUCell = fake("GRUCell", bias=True)
Transformer = fake("Transformer")
Custom = fake("Custom")


def Sequential(*modules):
    return fake("Sequential")(**{str(index): module for index, module in enumerate(modules)})


def convolutional():
    return Sequential(
        Conv2d(in_channels=3, out_channels=8, kernel_size=(3, 3), padding="same"),
        BatchNorm2d(num_features=8),
        ReLU(),
        MaxPool2d(kernel_size=2, stride=2),
        Sequential(Conv2d(in_channels=8, out_channels=16, kernel_size=(5, 5), stride=(2, 2), bias=None), ReLU()),
        AdaptiveAvgPool2d(output_size=(3, 3)),
        Flatten(),
        Dropout(),
        Linear(in_features=144, out_features=10),
    )


def test_a_module_is_read_by_its_attributes():
    net = torch_module.read(convolutional(), (3, 32, 32))
    expected = art.Network(
        [
            art.Convolution((3, 32, 32), 8, 3, padding=1),
            art.BatchNorm((8, 32, 32)),
            art.Pooling((8, 32, 32), 2),
            art.Convolution((8, 16, 16), 16, 5, 2, bias=False),
            art.Pooling((16, 6, 6), 2),
            art.Dense(144, 10, activation=False),
        ]
    )
    assert net.layers == expected.layers


def test_recurrent_modules_are_read_layer_by_layer():
    model = Custom(
        rnn=LSTM(input_size=40, hidden_size=30, num_layers=2, bidirectional=True),
        cell=GRUCell(input_size=60, hidden_size=8),
        out=Linear(in_features=8, out_features=3, bias=None),
    )
    net = torch_module.read(model, steps=9, in_order=True)
    assert net.layers == (
        art.LSTM(40, 30, bidirectional=True),
        art.LSTM(60, 30, bidirectional=True),
        art.GRU(60, 8),
        art.Dense(8, 3, bias=False, activation=False),
    )
    assert (net.steps, net.name) == (9, "Custom")


@pytest.mark.parametrize(
    ("module", "shape", "message"),
    [
        (Sequential(Transformer()), None, r"Sequential\.0 is Transformer, allowed: Sequential, Linear"),
        (Custom(a=Linear(in_features=2, out_features=2)), None, "Custom is Custom, allowed: a Sequential, or in_order"),
        (
            Sequential(Linear(in_features=4, out_features=3), Linear(in_features=5, out_features=2)),
            None,
            r"the input of Sequential\.1 is \(5,\), allowed: \(3,\)",
        ),
        (Conv2d(in_channels=3, out_channels=8, kernel_size=(3, 3)), None, "shape before Conv2d is unknown"),
        (Conv2d(in_channels=3, out_channels=8, kernel_size=(3, 3)), (3, 9), r"shape before Conv2d is \(3, 9\)"),
        (Conv2d(in_channels=3, out_channels=8, kernel_size=(3, 3)), (4, 9, 9), r"the input of Conv2d is \(3, 9, 9\)"),
        (Conv1d(in_channels=1, out_channels=8, kernel_size=(4,), padding="same"), (1, 9), r"padding is 'same' with"),
        (MaxPool2d(kernel_size=2, stride=2, ceil_mode=True), (1, 9, 9), "ceil_mode is True"),
        (AdaptiveAvgPool2d(output_size=2), (1, 9, 9), r"output_size is \(2, 2\)"),
        (LSTM(input_size=3, hidden_size=4, proj_size=2), None, "proj_size is 2"),
        (Flatten(start_dim=0), None, "start_dim"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(module, shape, message):
    with pytest.raises(sc.NetworkError, match=message):
        torch_module.read(module, shape)


def test_a_module_used_twice_is_refused():
    shared, act = Linear(in_features=3, out_features=3), ReLU()
    with pytest.raises(sc.NetworkError, match=r"Sequential\.2 is Linear used twice"):
        torch_module.read(Sequential(shared, act, shared))
    other = Linear(in_features=3, out_features=3)
    assert torch_module.read(Sequential(shared, act, other, act)).neurons == 6


def test_torch_itself():
    nn = pytest.importorskip("torch.nn")
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding="same"),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Sequential(nn.Conv2d(8, 16, 5, 2, bias=False), nn.ReLU()),
        nn.AdaptiveAvgPool2d(3),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(144, 10),
    )
    net = torch_module.read(model, (3, 32, 32))
    assert net.layers == torch_module.read(convolutional(), (3, 32, 32)).layers
    assert net.parameters == sum(one.numel() for one in model.parameters())
    stored = [*model.parameters(), *model.buffers()]
    assert net.footprint_bytes() == sum(one.numel() * one.element_size() for one in stored)
    for module in (nn.RNN(7, 5, 2), nn.LSTM(7, 5, 3, bidirectional=True), nn.GRU(7, 5, bias=False), nn.LSTMCell(7, 5)):
        assert torch_module.read(module).parameters == sum(one.numel() for one in module.parameters())
    with pytest.raises(sc.NetworkError, match="MultiheadAttention"):
        torch_module.read(nn.MultiheadAttention(8, 2))
    shared, act = nn.Linear(3, 3), nn.ReLU()
    with pytest.raises(sc.NetworkError, match="used twice"):
        torch_module.read(nn.Sequential(shared, act, shared))
    assert torch_module.read(nn.Sequential(shared, act, nn.Linear(3, 3), act)).neurons == 6


class Held(Module):
    """A parameter or a buffer of so many values of 4 bytes."""

    def __init__(self, size):
        self.size = size

    def numel(self):
        return self.size

    def element_size(self):
        return 4


def derived(base, **methods):
    return type(f"My{base.__name__}", (base,), methods)


HUNDRED = {"in_features": 100, "out_features": 100, "bias": None}
LOW_RANK = {
    "down": Linear(in_features=100, out_features=8, bias=None),
    "up": Linear(in_features=8, out_features=100, bias=None),
}


def run(self, values):
    return values


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (derived(Linear)(**HUNDRED, **LOW_RANK), "is MyLinear with down, a module inside, allowed: a Linear as it is"),
        (Linear(**HUNDRED, **LOW_RANK), "is Linear with down, a module inside"),
        (derived(Linear, forward=run)(**HUNDRED), "is MyLinear with a forward of its own"),
        (derived(derived(Linear, forward=run))(**HUNDRED), "is MyMyLinear with a forward of its own"),
        (Linear(**HUNDRED, forward=run), "is Linear with a forward of its own"),
        (type("Linear", (Linear,), {"forward": run})(**HUNDRED), "is Linear with a forward of its own"),
        (derived(Conv2d, _conv_forward=run)(in_channels=1, out_channels=1, kernel_size=(3, 3)), "a _conv_forward of"),
        (derived(ReLU, forward=run)(), "is MyReLU with a forward of its own, allowed: a ReLU as it is"),
        (derived(Dropout)(inner=Linear(**HUNDRED)), "is MyDropout with inner, a module inside"),
        (Linear(**HUNDRED, _forward_pre_hooks={0: run}), r"_forward_pre_hooks is 1, allowed: none"),
        (ReLU(_forward_hooks={0: run, 1: run}), r"_forward_hooks is 2"),
        (
            Linear(**HUNDRED, _parameters={"weight": Held(10_000), "a": Held(800)}),
            r"is 10800 \(weight, a\), allowed: 1",
        ),
        (ReLU(_parameters={"slope": Held(3)}), r"the parameters of Sequential.0 is 3 \(slope\), allowed: 0"),
        (
            Conv2d(in_channels=1, out_channels=1, kernel_size=(3, 3), padding=(1, 1), padding_mode="reflect"),
            "padding_mode is reflect, allowed: 'zeros'",
        ),
    ],
)
def test_what_a_module_does_beside_its_layer_is_never_skipped(module, message):
    with pytest.raises(sc.NetworkError, match=message):
        torch_module.read(Sequential(module), (1, 10, 10))


def test_parameters_of_a_module_that_holds_others_are_never_skipped():
    model = Custom(fc=Linear(**HUNDRED), _parameters={"position": Held(7), "nothing": None})
    with pytest.raises(sc.NetworkError, match=r"the parameters of Custom is 7 \(position\), allowed: 0"):
        torch_module.read(model, in_order=True)
    model._parameters, model._forward_hooks = {}, {0: run}
    with pytest.raises(sc.NetworkError, match="_forward_hooks is 1"):
        torch_module.read(model, in_order=True)


def test_a_sequence_with_a_forward_of_its_own_is_read_where_the_caller_says_how():
    model = derived(type(Sequential()), forward=run)(a=Linear(**HUNDRED), b=ReLU())
    with pytest.raises(sc.NetworkError, match="MySequential, allowed: a Sequential, or in_order=True"):
        torch_module.read(model)
    assert torch_module.read(model, in_order=True).macs == 10_000


def test_a_derived_class_that_runs_as_its_base_is_read():
    held = {"_parameters": {"weight": Held(10_000), "bias": None}, "_buffers": {"mask": Held(50), "none": None}}
    net = torch_module.read(derived(Linear, describe=run)(**HUNDRED, **held))
    assert (net.macs, net.parameters, net.footprint_bytes()) == (10_000, 10_000, 40_200)
    assert torch_module.read(derived(type(Sequential()))(a=derived(Linear)(**HUNDRED))).macs == 10_000


@pytest.mark.parametrize("module", [5, None, "a network", art.Dense(3, 3)])
def test_what_is_no_module_is_refused(module):
    with pytest.raises(TypeError, match=r"module must be a torch\.nn\.Module, not"):
        torch_module.read(module)


def test_torch_itself_skips_nothing():
    torch = pytest.importorskip("torch")
    nn = torch.nn

    class LowRank(nn.Linear):
        def __init__(self):
            super().__init__(100, 100, bias=False)
            self.down, self.up = nn.Linear(100, 8, bias=False), nn.Linear(8, 100, bias=False)

        def forward(self, values):
            return super().forward(values) + self.up(self.down(values))

    class Scaled(nn.Linear):
        def forward(self, values):
            return 2.0 * super().forward(values)

    class Named(nn.Linear):
        def extra_repr(self):
            return "named"

    class Imitation(nn.Module):
        in_features, out_features, bias = 3, 3, None

        def forward(self, values):
            return values

    Imitation.__name__ = "Linear"
    hooked, patched = nn.Linear(3, 3), nn.Linear(3, 3)
    hooked.register_forward_hook(lambda *_: None)
    patched.forward = lambda values: values
    bare = nn.Linear(3, 3)
    bare.register_parameter("scale", nn.Parameter(torch.ones(3)))
    wrong = [LowRank(), Scaled(3, 3), Imitation(), hooked, patched, bare, nn.MultiheadAttention(8, 2)]
    wrong += [nn.utils.parametrizations.weight_norm(nn.Linear(3, 3)), nn.utils.spectral_norm(nn.Linear(3, 3))]
    prune = pytest.importorskip("torch.nn.utils.prune")
    prune.l1_unstructured(pruned := nn.Linear(3, 3), "weight", 0.5)
    for module in [*wrong, pruned]:
        with pytest.raises(sc.NetworkError):
            torch_module.read(nn.Sequential(module), in_order=True)
    for module in (Named(3, 4, bias=False), nn.Sequential(nn.Linear(3, 4), nn.Sequential(), Named(4, 3))):
        assert torch_module.read(module).parameters == sum(one.numel() for one in module.parameters())
