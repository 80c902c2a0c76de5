"""A shop's contact values as sorted hashes, so that ten million customers fit into memory and a text is soon looked up.

A value is the sequence of its words, letters and digits apart from all else: `Mary-Ann O'Neil`, `mary ann o neil` and
`MARY  ANN O’NEIL` are one. A text is searched for every run of words that is such a sequence, so it does not matter
what stands between or around them. Telephone numbers are runs of digits instead.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Hashes = npt.NDArray[np.uint64]

KINDS = ("email", "phone", "address", "name", "id")
LONGEST = 8
"""Words of a value that are looked at; of a longer one the first eight."""
SHORTEST_ID = 6
"""Characters; shorter ids are common numbers and words, and no record that reaches a prompt has a field for an id."""
PHONE_DIGITS = (7, 15)
PHONE_TAIL = 9
"""Digits of a number that are compared, its last; with or without a country's or a trunk prefix it ends alike."""
WORD = re.compile(r"[぀-ヿ㐀-鿿가-힯]|[^\W_぀-ヿ㐀-鿿가-힯]+")
"""A run of letters and digits; Chinese, Japanese and Korean, written without blanks, by the character."""
_UNSEEN = dict.fromkeys([0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF])
_STEP = np.uint64(0x9E3779B97F4A7C15)
_PLACES_PER_VALUE = 8


def fold(text: str) -> str:
    """A text without case, accents, full-width forms and characters that nobody sees."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.translate(_UNSEEN)).casefold()
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if not unicodedata.combining(sign)))


def sequence_hashes(words: Hashes, length: int) -> Hashes:
    """The hash of each run of so many words; [words] in, [words - length + 1] out."""
    count = len(words) - length + 1
    hashes = np.full(max(count, 0), length, dtype=np.uint64)
    for place in range(length if count > 0 else 0):
        hashes = hashes * _STEP + words[place : place + count]
    return hashes


def word_hashes(words: list[str]) -> Hashes:
    """A hash of each word, the same in every process."""
    hashed: Hashes = pd.util.hash_array(np.array(words, dtype=object), categorize=False)
    return hashed


class ContactValues:
    """Sorted hashes of values by kind. `find` tells which of many hashes are values, and of which kinds."""

    def __init__(self, values: Mapping[str, Hashes]) -> None:
        self._values = {kind: values.get(kind, np.empty(0, np.uint64)) for kind in KINDS}
        count = sum(map(len, self._values.values()))
        bits = max(10, int(np.ceil(np.log2(max(1, count) * _PLACES_PER_VALUE))))
        self._shift = np.uint64(64 - bits)
        # Marked by the first bits of each hash: most runs of words of a text end here, in one look-up.
        self._seen = np.zeros(1 << bits, dtype=bool)
        for hashes in self._values.values():
            self._seen[hashes >> self._shift] = True

    def __len__(self) -> int:
        return sum(map(len, self._values.values()))

    def find(self, hashes: Hashes, kinds: Iterable[str]) -> list[tuple[int, str]]:
        """Places of hashes that are values, with the kind."""
        likely = np.flatnonzero(self._seen[hashes >> self._shift])
        found = []
        for kind in kinds:
            values = self._values[kind]
            if not len(likely) or not len(values):
                continue
            at = np.searchsorted(values, hashes[likely]).clip(max=len(values) - 1)
            found += [(int(place), kind) for place in likely[values[at] == hashes[likely]]]
        return found

    def save(self, folder: Path) -> None:
        """One file a kind."""
        for kind, hashes in self._values.items():
            np.save(folder / f"{kind}.npy", hashes)

    @classmethod
    def load(cls, folder: Path) -> "ContactValues":
        """What `save` wrote; OSError or ValueError where a file is missing or damaged."""
        values = {kind: np.load(folder / f"{kind}.npy", mmap_mode="r", allow_pickle=False) for kind in KINDS}
        for kind, hashes in values.items():
            if hashes.dtype != np.uint64 or hashes.ndim != 1:
                raise ValueError(f"{kind}.npy holds no hashes")
        return cls(values)


class ContactValuesBuilder:
    """Takes values in chunks and makes `ContactValues` of them."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Hashes]] = {kind: [] for kind in KINDS}

    def add(self, kind: str, values: Iterable[Any]) -> None:
        """Values of one kind; missing ones are passed over.

        Of names those of two words or more are kept, of ids those of six characters or more, of addresses also the
        start up to the street, of telephone numbers those of 7 to 15 digits.
        """
        told = pd.Series(list(values), dtype=object).dropna().astype(str).drop_duplicates()
        if kind == "phone":
            self._parts["phone"].append(_phones(told))
            return
        words = told.map(fold).map(WORD.findall)
        if kind == "id":
            words = words[words.map(lambda each: sum(map(len, each)) >= SHORTEST_ID)]
        elif kind in ("name", "address"):
            words = words[words.map(len) > 1]
        if kind == "address":
            starts = words.map(_street)
            words = pd.concat([words, starts[starts.map(len) > 1]])
        self._parts[kind].append(_sequences([each[:LONGEST] for each in words if each]))

    def add_names(self, first: Iterable[Any], last: Iterable[Any]) -> None:
        """Given and family names of the same people, in both orders."""
        pairs = pd.DataFrame({"first": list(first), "last": list(last)}, dtype=object).dropna().astype(str)
        pairs = pairs[(pairs["first"].str.strip() != "") & (pairs["last"].str.strip() != "")].drop_duplicates()
        self.add("name", pairs["first"] + " " + pairs["last"])
        self.add("name", pairs["last"] + " " + pairs["first"])

    def build(self) -> ContactValues:
        """All that was added."""
        empty = np.empty(0, np.uint64)
        return ContactValues({kind: np.unique(np.concatenate([empty, *parts])) for kind, parts in self._parts.items()})


def phone_hashes(digits: str) -> Hashes:
    """Every run of digits in a run of digits that could be a number, as it is kept: its last nine digits, or all."""
    shortest, _ = PHONE_DIGITS
    runs = [
        digits[start : start + length]
        for length in range(shortest, PHONE_TAIL + 1)
        for start in range(len(digits) - length + 1)
    ]
    return word_hashes(runs) if runs else np.empty(0, np.uint64)


def _phones(values: "pd.Series[Any]") -> Hashes:
    shortest, longest = PHONE_DIGITS
    digits = values.str.replace(r"\D", "", regex=True)
    digits = digits[digits.str.len().between(shortest, longest)].str[-PHONE_TAIL:]
    return word_hashes(list(digits)) if len(digits) else np.empty(0, np.uint64)


def _street(words: list[str]) -> list[str]:
    """`12 main street apt 4` -> `12 main street`; `lange strasse 5 hinterhaus` -> `lange strasse 5`."""
    number = next((at for at, word in enumerate(words) if word[0].isdigit()), None)
    if number is None or len(words) < 3:
        return []
    return words[:3] if number == 0 else words[: number + 1]


def _sequences(values: list[list[str]]) -> Hashes:
    if not values:
        return np.empty(0, np.uint64)
    hashed = pd.util.hash_array(np.array([word for value in values for word in value], dtype=object), categorize=True)
    lengths = np.array([len(value) for value in values])
    ends = lengths.cumsum()
    made = np.empty(len(values), np.uint64)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        hashes = np.full(len(rows), length, dtype=np.uint64)
        for place in range(int(length)):
            hashes = hashes * _STEP + hashed[ends[rows] - length + place]
        made[rows] = hashes
    return made
