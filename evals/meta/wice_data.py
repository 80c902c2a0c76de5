"""WiCE (Kamoi et al. 2023, arXiv 2303.01432): claims of Wikipedia, the pages they cite, and people's labels."""

import ast
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import DataError

LABELS = {"supported": True, "partially_supported": False, "not_supported": False}
"""Label -> whether it counts as supported; the rest are one class, as LLM-AggreFact has it (arXiv 2404.10774)."""
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class LabelledClaim:
    """One claim with what it cites."""

    claim: str
    evidence: tuple[str, ...]
    """Sentences of the cited page."""
    supported: bool
    page: str
    """Title of the Wikipedia page that makes the claim; empty where the file does not tell it."""


def read_claims(path: Path) -> tuple[LabelledClaim, ...]:
    """The claims of a file, JSON Lines, packed by gzip or not.

    A line has `claim`, `evidence` (a list of sentences, or a text that spells one) and `label`; `meta.claim_title`
    where there is one.

    Raises:
        DataError: there is no such file, a line cannot be read, or one of the two classes is missing.
    """
    claims = tuple(_read(path))
    if not claims:
        raise DataError(f"{path} holds no claims; expected JSON Lines with `claim`, `evidence` and `label`.")
    if len({one.supported for one in claims}) < 2:
        raise DataError(
            f"{path}: all {len(claims)} claims are of one class; both supported claims and others are needed to score."
        )
    return claims


def pages_of(claims: tuple[LabelledClaim, ...]) -> NDArray[np.int64]:
    """Number of the page of each claim, (n,): claims of one title, or with the same evidence, share a page."""
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while parents.setdefault(name, name) != name:
            name = parents[name]
        return name

    names = []
    for one in claims:
        cited = "cited " + hashlib.sha256("\n".join(one.evidence).encode()).hexdigest()
        names.append(cited)
        if one.page:
            parents[root(cited)] = root(f"title {one.page}")
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(root(name), len(numbers)) for name in names], dtype=np.int64)


def hash_claims(claims: tuple[LabelledClaim, ...]) -> str:
    """`sha256:` of claims, evidence and classes, whatever their order and however the file was packed."""
    lines = sorted(json.dumps([one.claim, one.evidence, one.supported]) for one in claims)
    return f"sha256:{hashlib.sha256(chr(10).join(lines).encode()).hexdigest()}"


def _read(path: Path) -> Iterator[LabelledClaim]:
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw.startswith(_GZIP) else raw).decode("utf-8")
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError, zlib.error):
        raise DataError(f"{path} is broken or not in UTF-8; --data is a WiCE file, .jsonl or .jsonl.gz.") from None
    except OSError as error:
        told = error.strerror or str(error)
        raise DataError(f"{path} cannot be read: {told}; --data is a WiCE file, .jsonl or .jsonl.gz.") from None
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _claim(f"{path}, line {number}", line)


def _claim(place: str, line: str) -> LabelledClaim:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise DataError(f"{place}, is no JSON; expected an object with `claim`, `evidence` and `label`.") from None
    if not isinstance(row, dict):
        raise DataError(f"{place}, is no object; expected one with `claim`, `evidence` and `label`.")
    claim, label = row.get("claim"), row.get("label")
    if not isinstance(claim, str) or not claim.strip():
        raise DataError(f"{place}: `claim` is {_shown(claim)}, expected a sentence.")
    if not isinstance(label, str) or label not in LABELS:
        raise DataError(f"{place}: `label` is {_shown(label)}, expected one of {', '.join(LABELS)}.")
    meta = row.get("meta")
    title = meta.get("claim_title") if isinstance(meta, dict) else None
    page = title.strip() if isinstance(title, str) else ""
    return LabelledClaim(claim, _sentences(place, row.get("evidence")), LABELS[label], page)


def _sentences(place: str, told: Any) -> tuple[str, ...]:
    listed = told
    if isinstance(told, str):
        try:
            listed = json.loads(told)
        except ValueError:
            try:
                listed = ast.literal_eval(told)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                listed = told
    if isinstance(listed, str) and listed.strip():
        listed = [listed]
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) for one in listed):
        raise DataError(f"{place}: `evidence` is {_shown(told)}, expected a list of sentences.")
    return tuple(listed)


def _shown(value: Any) -> str:
    told = repr(value)
    return told if len(told) <= 60 else f"{told[:59]}…"
