"""How well groups that are known were found again."""

from collections import Counter
from collections.abc import Mapping
from math import comb
from typing import Any

from evals.metrics.metric import Metric, Subject
from evals.records import Score, invalid, scored

NAME, VERSION = "recovered_groups", 1
Table = Mapping[tuple[str, str], int]
"""(known group, found segment) -> customers in both."""


def measure(subject: Subject) -> Score:
    """The adjusted Rand index of the segments with the groups that are known: 1 where alike, 0 as by chance.

    From the trial's `labels` and the case's `expected.groups`, both customer -> group; else from the trial's `table`
    (group -> segment -> customers), else as the trial tells it, `adjusted_rand`.
    """
    told = _table(subject)
    if isinstance(told, str):
        given = subject.trial.detail.get("adjusted_rand")
        if isinstance(given, bool) or not isinstance(given, int | float):
            return invalid(NAME, VERSION, told)
        return scored(NAME, VERSION, given)
    groups, segments = ({pair[at] for pair in told} for at in (0, 1))
    what = f"{len(segments)} segments of {len(groups)} groups, {sum(told.values())} customers"
    return scored(NAME, VERSION, adjusted_rand(told), what)


def adjusted_rand(table: Table) -> float:
    """The adjusted Rand index of two groupings of the same things, by how many are in each pair of groups.

    Hubert and Arabie, Comparing partitions, Journal of Classification 2 (1985), equation 5. Two groupings that both
    say nothing, all together or everyone alone, are alike.
    """
    rows: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    for (row, column), count in table.items():
        rows[row] += count
        columns[column] += count
    both, first, other = (_pairs(counts.values()) for counts in (table, rows, columns))
    pairs = comb(sum(table.values()), 2)
    if not pairs:
        return 1.0
    by_chance, most = first * other / pairs, (first + other) / 2
    return 1.0 if most == by_chance else (both - by_chance) / (most - by_chance)


def _pairs(counts: Any) -> int:
    return sum(comb(count, 2) for count in counts)


def _table(subject: Subject) -> Counter[tuple[str, str]] | str:
    """Customers in each pair; else why that is not known."""
    detail, groups = subject.trial.detail, subject.case.expected.get("groups")
    labels = detail.get("labels")
    if isinstance(labels, Mapping):
        if not isinstance(groups, Mapping):
            return f"expected.groups is {groups!r}, not each customer's group"
        missing = sorted(set(map(str, groups)) - set(map(str, labels)))
        if missing:
            return f"the trial places {len(missing)} of the customers nowhere, such as {missing[0]!r}"
        placed = {str(customer): str(segment) for customer, segment in labels.items()}
        return Counter((str(group), placed[str(customer)]) for customer, group in groups.items())
    table = detail.get("table")
    if isinstance(table, Mapping) and table:
        pairs = {(str(group), str(name)): n for group, row in table.items() for name, n in row.items()}
        return Counter(pairs)
    return "the trial tells neither labels, a table nor adjusted_rand"


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=True,
    description="adjusted Rand index of the found segments with the known groups",
    measure=measure,
)
