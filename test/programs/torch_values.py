"""Tensors of PyTorch in variables; `shown` is what each says of itself."""
import sys
import threading

import oracle

try:
    import torch
except ImportError:
    sys.exit(77)


class Mine(torch.Tensor):
    pass


class Other(torch.Tensor):
    """Says that it is another one than it is."""

    @property
    def shape(self):
        return (7, 7, 7)


def facts(tensor):
    return {
        'shape': str(tuple(tensor.shape)),
        'dtype': str(tensor.dtype),
        'device': str(tensor.device),
        'requires_grad': tensor.requires_grad,
    }


def hold():
    plain = torch.zeros(2, 3)
    scalar = torch.tensor(5)
    empty = torch.empty(0, 3)
    wide = torch.zeros(2, 3, 1, 2, 1, 4, dtype=torch.bfloat16)
    turned = torch.zeros(4, 5, dtype=torch.float64).T
    part = torch.arange(100)[7:20:3]
    spread = torch.zeros(1, 3).expand(1000000, 3)
    truth = torch.ones(3, dtype=torch.bool)
    pair = torch.zeros(2, dtype=torch.complex64)
    nowhere = torch.empty(1 << 40, 3, device='meta')
    weights = torch.nn.Parameter(torch.ones(4, 5))
    frozen = torch.nn.Parameter(torch.ones(4), requires_grad=False)
    unasked = torch.ones(2).requires_grad_().requires_grad_(False)
    computed = weights * 2
    row = weights[1:]
    apart = computed.detach()
    mine = torch.ones(6).as_subclass(Mine)
    named = torch.zeros(2)
    named.label = 'x'
    layers = torch.nn.Linear(3, 2)
    several = [torch.zeros(1), torch.zeros(2)]
    shown = {name: facts(value) for name, value in locals().items() if isinstance(value, torch.Tensor)}
    # What is laid out in another way, or says something else, is only named.
    sparse = torch.eye(3).to_sparse()
    other = torch.ones(2).as_subclass(Other)
    nested = torch.nested.nested_tensor([torch.ones(2, 3), torch.ones(4, 3)])
    later = torch.nn.LazyLinear(3).weight
    password = torch.ones(3)
    types = {}
    for each in vars(torch).values():
        if isinstance(each, torch.dtype):
            try:
                types[str(each)] = torch.empty(3, dtype=each)
            except (RuntimeError, NotImplementedError):
                pass
    oracle.announce(extra={'shown': shown, 'types': sorted(types), 'torch': torch.__version__})
    threading.Event().wait()


hold()
