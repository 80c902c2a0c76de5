"""What a local model has read so far: one row per sequence, keys and values kept between steps."""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

ROOM = 64
"""Spare columns a buffer grows by, so that decoding writes into it and does not copy all keys for every token."""


class GrowingLayer(DynamicLayer):  # type: ignore[misc]
    """A transformers cache layer whose keys and values are views into a buffer with spare columns."""

    keys: torch.Tensor
    values: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self._buffers: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append new columns; states are [rows, heads, columns, size]. Returns all keys and values."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        seen = self.get_seq_length()
        end = seen + key_states.shape[-2]
        if self._buffers is None or end > self._buffers[0].shape[-2]:
            keys = key_states.new_empty((*key_states.shape[:-2], end + ROOM, key_states.shape[-1]))
            values = value_states.new_empty((*value_states.shape[:-2], end + ROOM, value_states.shape[-1]))
            if seen:
                keys[..., :seen, :] = self.keys
                values[..., :seen, :] = self.values
            self._buffers = keys, values
        keys, values = self._buffers
        keys[..., seen:end, :] = key_states
        values[..., seen:end, :] = value_states
        self.keys, self.values = keys[..., :end, :], values[..., :end, :]
        return self.keys, self.values

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep, drop or repeat rows."""
        super().batch_select_indices(indices)
        self._buffers = None


class Context:
    """Rows of tokens a model has read, padded on the left; a new one has read nothing.

    `read` appends to every row, `select` keeps, drops or repeats rows. Padding is masked and takes no
    position, so a row's numbers do not depend on its neighbours but for rounding.
    """

    def __init__(self, model: Any, rows: int) -> None:
        self._model = model
        self._cache = DynamicCache(config=model.config)
        self._cache.layers = [GrowingLayer() if type(layer) is DynamicLayer else layer for layer in self._cache.layers]
        self._mask = torch.zeros((rows, 0), dtype=torch.long, device=model.device)

    @torch.inference_mode()
    def read(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        """Append a list of one token or more to each row; returns the next token's logits, [rows, vocabulary]."""
        width = max(map(len, rows))
        tokens = [[0] * (width - len(row)) + list(row) for row in rows]
        real = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
        fresh = torch.tensor(real, device=self._mask.device)
        positions = (self._mask.sum(1, keepdim=True) + fresh.cumsum(1) - 1).clamp(min=0)
        self._mask = torch.cat([self._mask, fresh], dim=1)
        said = self._model(
            input_ids=torch.tensor(tokens, device=self._mask.device),
            attention_mask=self._mask,
            position_ids=positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: torch.Tensor = said.logits[:, -1].float()
        return logits

    @torch.inference_mode()
    def select(self, rows: Sequence[int]) -> None:
        """Make row i what row `rows[i]` was."""
        if list(rows) == list(range(len(self._mask))):
            return
        index = torch.tensor(rows, device=self._mask.device)
        self._mask = self._mask[index]
        self._cache.batch_select_indices(index)
