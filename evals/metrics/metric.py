"""What a metric is, and all that it may know."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.records import Outcome, Request
from evals.records import Case, Score, Trial

Kind = Literal["proportion", "mean"]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One trial as a metric sees it."""

    case: Case
    trial: Trial
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of the metric, from the suite; checked by the metric's `check_options`."""

    @property
    def text(self) -> str:
        """The output as a reader sees it."""
        return self.trial.output


def no_options(options: Mapping[str, Any]) -> str:
    """What is wrong with the options of a metric that takes none; empty where there are none."""
    return f"it takes no options, and has {', '.join(sorted(options))}" if options else ""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A pure function from a trial to a score; the same trial has the same score anywhere.

    Exactly one of `measure`, `measure_all` and `requests` with `read` is given.
    """

    name: str
    version: int
    kind: Kind
    higher_is_better: bool
    description: str
    unit: str = ""
    rests_on: tuple[str, ...] = ()
    """Packages whose code or word lists decide beside its own file; see `metrics.basis`."""
    measure: Callable[[Subject], Score] | None = None
    """Of one trial alone."""
    measure_all: Callable[[Sequence[Subject]], Mapping[int, Score]] | None = None
    """Of all trials of one system together: position -> score, of those it can say something of."""
    notes: Callable[[Sequence[Subject], Mapping[int, Score]], Mapping[str, Any]] | None = None
    """Figures of the whole set beside `measure_all`, such as a confusion matrix."""
    requests: Callable[[Subject], Iterable[Request]] | None = None
    """Of a metric that a model judges: what it is asked of one trial. Keys need be unique within the trial only."""
    read: Callable[[Subject, Mapping[str, Outcome]], Score] | None = None
    """The judge's outcomes, by the keys of `requests`, to a score; what was not offered as a verdict is invalid."""
    check_options: Callable[[Mapping[str, Any]], str] = no_options
    """What is wrong with options, in words that end a sentence; empty where nothing is."""
