"""How many prompts become few batches, each reading what its prompts share only once.

A batch is read in two strides. First the prefixes: one for each group of prompts that begin alike. Then, on top of
a copy of its group's prefix, each different prompt's own suffix. Requests whose prompts are equal share both.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

Tokens = tuple[int, ...]


@dataclass(frozen=True)
class Prompt:
    """One request as tokens.

    `group` is equal for prompts that are expected to begin alike; `room` is how many tokens the answer may take.
    """

    tokens: Tokens
    group: Hashable = None
    room: int = 0


@dataclass(frozen=True)
class Batch:
    """What one batch reads; row r asks for `suffixes[suffix_of[r]]` on top of that suffix's prefix.

    `rows[r]` is the prompt's place in the caller's list. Prefixes and suffixes are never empty, and
    `prefixes[prefix_of[s]] + suffixes[s]` is a whole prompt.
    """

    prefixes: tuple[Tokens, ...]
    prefix_of: tuple[int, ...]
    suffixes: tuple[Tokens, ...]
    suffix_of: tuple[int, ...]
    rows: tuple[int, ...]


def plan(prompts: Sequence[Prompt], *, rows: int, cells: int) -> Iterator[Batch]:
    """Cut prompts into batches of at most `rows`, each at most `cells` tokens wide times high (one row at least).

    Prompts that begin alike stand together, and within them those of similar length, so little is padding.
    Every prompt must hold two tokens or more, as a prefix and a suffix each need one.
    """
    longest: dict[Hashable, int] = {}
    for prompt in prompts:
        longest[_group(prompt)] = max(longest.get(_group(prompt), 0), len(prompt.tokens))
    rank = {group: place for place, group in enumerate(sorted(longest, key=lambda group: longest[group]))}
    order = sorted(
        range(len(prompts)),
        key=lambda place: (rank[_group(prompts[place])], len(prompts[place].tokens), prompts[place].tokens),
    )
    chosen: list[int] = []
    width = 0
    for place in order:
        wider = max(width, len(prompts[place].tokens) + prompts[place].room)
        if chosen and (len(chosen) == rows or wider * (len(chosen) + 1) > cells):
            yield _batch(prompts, chosen)
            chosen, wider = [], len(prompts[place].tokens) + prompts[place].room
        chosen.append(place)
        width = wider
    if chosen:
        yield _batch(prompts, chosen)


def shared_length(sequences: Sequence[Tokens]) -> int:
    """How many leading tokens all sequences have in common."""
    first, last = min(sequences), max(sequences)  # in sorted order, what these two share all share
    for place, (one, other) in enumerate(zip(first, last, strict=False)):
        if one != other:
            return place
    return min(len(first), len(last))


def _group(prompt: Prompt) -> Hashable:
    # The first token too, so that a group always shares at least that one.
    return prompt.group, prompt.tokens[0]


def _batch(prompts: Sequence[Prompt], chosen: Sequence[int]) -> Batch:
    groups: dict[Hashable, dict[Tokens, None]] = {}
    for place in chosen:
        groups.setdefault(_group(prompts[place]), {})[prompts[place].tokens] = None
    prefixes: list[Tokens] = []
    prefix_of: list[int] = []
    suffixes: list[Tokens] = []
    suffix_at: dict[Tokens, int] = {}
    for members in groups.values():
        cut = min(shared_length(list(members)), min(map(len, members)) - 1)
        for tokens in members:
            suffix_at[tokens] = len(suffixes)
            suffixes.append(tokens[cut:])
            prefix_of.append(len(prefixes))
        prefixes.append(next(iter(members))[:cut])
    return Batch(
        prefixes=tuple(prefixes),
        prefix_of=tuple(prefix_of),
        suffixes=tuple(suffixes),
        suffix_of=tuple(suffix_at[prompts[place].tokens] for place in chosen),
        rows=tuple(chosen),
    )
