"""Writes the weight files in core/src/test/resources/io with PyTorch (made with 2.6).

    python3 core/src/test/scripts/weight_fixtures.py core/src/test/resources/io

Values are simple enough to be stated again in the tests: `ramp(shape)` is 0, 0.5, 1, ...
Two files ask for `os.system("false")`, to show that it is never run.
"""

import os
import pathlib
import sys
from collections import OrderedDict

import torch

out = pathlib.Path(sys.argv[1])

DTYPES = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]


def ramp(*shape, dtype=torch.float32):
    n = 1
    for d in shape:
        n *= d
    return (torch.arange(n, dtype=torch.float64) * 0.5).reshape(shape).to(dtype)


class CallsSystem:
    def __reduce__(self):
        return os.system, ("false",)


class Plain(torch.nn.Module):
    """Stands for a class of the user's code."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(ramp(2, 3))


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1 = torch.nn.LayerNorm(3)
        self.ln_1.weight.data = ramp(3)

    def forward(self, x):
        return self.ln_1(x)


class Archive(torch.nn.Module):
    """Shaped as the released archives: scalars beside the weights, nested modules, half."""

    def __init__(self):
        super().__init__()
        self.text_projection = torch.nn.Parameter(ramp(3, 2))
        self.register_buffer("input_resolution", torch.tensor(224))
        self.register_buffer("context_length", torch.tensor(77))
        self.register_buffer("vocab_size", torch.tensor(49408))
        self.resblocks = torch.nn.ModuleList([Block(), Block()])
        self.note = "a text"
        self.sizes = [1, 2]

    def forward(self, x):
        return self.resblocks[0](x)


def save(name, value, legacy=False):
    torch.save(value, out / name, _use_new_zipfile_serialization=not legacy)


# bool: every non-zero value is True
types = {d: ramp(2, 3, dtype=getattr(torch, d)) for d in DTYPES}
save("types.pt", types)
save("types-legacy.pt", types, legacy=True)

base = ramp(4, 6)
views = OrderedDict(
    whole=base,
    rows=base[1:3],  # shared storage, an offset, contiguous
    columns=base[:, 1:3],  # not contiguous
    transposed=base.t(),
    scalar=torch.tensor(2.5),
    empty=torch.empty(0, 3),
    empty_row=torch.empty(4, 0)[1:],  # begins outside its storage
    parameter=torch.nn.Parameter(ramp(2, 2)),
    one_row=base.t()[:1].t()[:1],  # strides that no element uses
)
save("views.pt", views)
save("views-legacy.pt", views, legacy=True)

state = OrderedDict(("module." + k, v) for k, v in Plain().state_dict().items())
save("nested-legacy.pt", {"epoch": 3, "name": "x", "model": {"state_dict": state}}, legacy=True)

prompt = torch.nn.Module()
prompt.ctx = torch.nn.Parameter(ramp(2, 4))
prompt.register_buffer("token_prefix", ramp(3, 1, 4))
optimizer = torch.optim.SGD(prompt.parameters(), lr=0.002, momentum=0.9)
prompt.ctx.sum().backward()
optimizer.step()
prompt.ctx.data = ramp(2, 4)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 5)
save(
    "model.pth.tar-5",
    {
        "state_dict": prompt.state_dict(),
        "epoch": 5,
        "optimizer": optimizer.state_dict(),
        "scheduler": {"successor": schedule},
        "val_result": None,
    },
)

save("system-in-state-dict.pt", OrderedDict(weight=ramp(2), hook=CallsSystem()))
save("system-outside.pt", {"state_dict": OrderedDict(weight=ramp(2)), "hook": CallsSystem()})
save("system-legacy.pt", CallsSystem(), legacy=True)
save("module.pt", Plain())
save("complex.pt", {"weight": torch.zeros(2, dtype=torch.complex64)})

torch.jit.save(torch.jit.script(Archive().half()), str(out / "archive.pt"))
