"""Length bounds of a JSON answer's strings and numbers, kept outside of its grammar: counted repetition stalls it.

While a string is open, tokens that would take it past its `maxLength` are masked; close to the end no new word may
begin, so that a string ends with a word and not in the middle of one. A small model that has begun a number likes to
write zeros for ever; numbers end where a reader would lose digits.
"""

import json
from typing import Any

import torch

NEAR = 10
"""Characters before the end of a string in which no word may begin; a third of the bound for shorter strings."""
NUMBER = 17
"""Characters of a number; a double keeps 15 digits of any (RFC 8259, section 6), and a sign and a point come on top."""
_TAIL = 3
"""Room that a number which ends with a sign, a point or an e still needs."""

_OF_NUMBERS = "0123456789.eE+-"


class Pieces:
    """What each token of a vocabulary adds to an open JSON string, [vocabulary] each."""

    def __init__(self, texts: list[str], vocabulary: int, device: torch.device) -> None:
        self.texts = texts
        spent = torch.zeros(vocabulary, dtype=torch.long)
        begins = torch.zeros(vocabulary, dtype=torch.bool)
        counted = torch.zeros(vocabulary, dtype=torch.long)
        for token, text in enumerate(texts[:vocabulary]):
            inside = text.partition('"')[0]
            spent[token] = len(inside)
            begins[token] = " " in inside.rstrip() or (inside.startswith(" ") and text == inside)
            number = text[: len(text) - len(text.lstrip(_OF_NUMBERS))]
            counted[token] = len(number) + (_TAIL if number == text and number and not number[-1].isdigit() else 0)
        self.spent = spent.to(device)
        self.begins = begins.to(device)
        self.counted = counted.to(device)


class Bounds:
    """Follows one answer, character by character, and knows how much room its open string has left."""

    def __init__(self, schema: str) -> None:
        self._root = json.loads(schema)
        # Containers that are open: the forms that their values may have, and the key that was read last.
        self._open: list[tuple[str, list[Any], str]] = []
        self._string: list[str] | None = None
        self._escaped = False
        self._is_key = False
        self._bound: int | None = None
        self._number = 0

    def feed(self, text: str) -> None:
        """Go on by what was written."""
        for sign in text:
            self._number = self._number + 1 if self._string is None and sign in _OF_NUMBERS else 0
            if self._string is not None:
                self._within(sign)
            elif sign == '"':
                self._begin()
            elif sign in "{[":
                self._open.append((sign, self._forms(), ""))
                self._is_key = sign == "{"
            elif sign in "}]" and self._open:
                self._open.pop()
            elif sign == ":":
                self._is_key = False
            elif sign == "," and self._open:
                self._is_key = self._open[-1][0] == "{"

    def mask(self, logits: torch.Tensor, pieces: Pieces) -> None:
        """Forbid, in place, what the open string has no room for; `logits` is [vocabulary]."""
        if self._string is None and self._number:
            logits[pieces.counted > NUMBER - self._number] = -torch.inf
        if self._string is None or self._bound is None:
            return
        room = max(0, self._bound - len(self._string))
        logits[pieces.spent > room] = -torch.inf
        if room <= min(NEAR, self._bound // 3):
            logits[pieces.begins] = -torch.inf

    def _begin(self) -> None:
        self._string = []
        self._bound = None if self._is_key else _bound(self._forms())

    def _within(self, sign: str) -> None:
        assert self._string is not None
        if sign == '"' and not self._escaped:
            if self._is_key and self._open:
                kind, forms, _ = self._open[-1]
                self._open[-1] = (kind, forms, "".join(self._string))
            self._string = None
            return
        self._escaped = sign == "\\" and not self._escaped
        self._string.append(sign)

    def _forms(self) -> list[Any]:
        """The forms that the value about to be written may have."""
        if not self._open:
            return self._resolved(self._root)
        kind, forms, key = self._open[-1]
        found = []
        for form in forms:
            inner = form.get("properties", {}).get(key) if kind == "{" else form.get("items")
            if isinstance(inner, dict):
                found += self._resolved(inner)
        return found

    def _resolved(self, form: Any) -> list[Any]:
        if "$ref" in form:
            told = self._root
            for part in str(form["$ref"]).lstrip("#/").split("/"):
                told = told.get(part, {})
            return self._resolved(told)
        choices = [*form.get("anyOf", ()), *form.get("oneOf", ()), *form.get("allOf", ())]
        return [form, *(each for choice in choices for each in self._resolved(choice))]


def unbounded(form: Any) -> Any:
    """A schema without what is kept outside of its grammar or judged when the answer is there."""
    if isinstance(form, list):
        return [unbounded(each) for each in form]
    if not isinstance(form, dict):
        return form
    kept = {}
    for name, value in form.items():
        if name in ("properties", "$defs"):
            kept[name] = {each: unbounded(inner) for each, inner in value.items()}
        elif name in ("enum", "const", "required"):
            kept[name] = value
        elif name not in ("minLength", "maxLength", "pattern", "format"):
            kept[name] = unbounded(value)
    return kept


def _bound(forms: list[Any]) -> int | None:
    bounds = [form["maxLength"] for form in forms if isinstance(form.get("maxLength"), int)]
    return max(bounds) if bounds else None
