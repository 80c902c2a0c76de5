"""Weights laid out for narrow matrices: a decoding step multiplies every weight with a few dozen rows only.

oneDNN's own layout makes a step of 32 rows, and the reading of prompts, nearly twice as fast as the plain one. It is
the operator that torch's compiler uses for frozen weights. Where this torch or processor lacks it, or the model
minds, the model stays as it is.
"""

from typing import Any

import torch

WIDTH = 48
"""Rows the layout is made for; other counts work too."""
CLOSE = 0.05
"""How far logits may move: sums are taken in another order, which moves them by about 0.0001."""


class PackedLinear(torch.nn.Module):
    """What `torch.nn.Linear` computes, from a packed copy of its weight."""

    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        self.in_features = linear.in_features
        self.out_features = linear.out_features
        self._packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), WIDTH)
        self._bias = None if linear.bias is None else linear.bias.detach()

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """States of [..., in_features] to [..., out_features]."""
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(states, self._packed, self._bias, "none", [], "")
        return product


def pack(model: Any) -> bool:
    """Replace the linear layers of a float32 language model on the processor by packed ones, in place.

    Returns whether it was done. The plain weights are let go, but for those that other layers share, as an
    embedding that is also the head. A model that then fails, or answers otherwise, gets its layers back.
    """
    if model.device.type != "cpu":
        return False
    linears = [
        (module, name, child)
        for module in model.modules()
        for name, child in module.named_children()
        if type(child) is torch.nn.Linear and child.weight.dtype == torch.float32
    ]
    before = _logits(model)
    try:
        for module, name, child in linears:
            setattr(module, name, PackedLinear(child))
        if torch.allclose(_logits(model), before, atol=CLOSE):
            return True
    except (AttributeError, RuntimeError):
        pass  # no such operator here, or a model that looks at its layers' weights
    for module, name, child in linears:
        setattr(module, name, child)
    return False


@torch.inference_mode()
def _logits(model: Any) -> torch.Tensor:
    logits: torch.Tensor = model(input_ids=torch.tensor([[1, 2, 3]]), use_cache=False).logits
    return logits
