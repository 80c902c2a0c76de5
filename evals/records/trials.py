"""One system doing one case once."""

from typing import Any, Literal, NamedTuple

from pydantic import Field

from assistant.records import Record
from evals.records.scores import Score


class TrialKey(NamedTuple):
    """Which trial."""

    system: str
    case: str
    sample: int


class Answer(Record):
    """What a target made of a model's answers."""

    state: Literal["answered", "invalid", "failed"] = Field(
        description="invalid: answers came and cannot be used; failed: none came, which is nobody's score"
    )
    output: str = Field(default="", description="as a reader would see it")
    detail: dict[str, Any] = Field(default_factory=dict, description="what metrics look at beside it, JSON")
    error: str = ""


class Trial(Record):
    """One answer with its scores, a line of the run's log."""

    system: str
    case: str
    sample: int = Field(ge=0)
    state: Literal["answered", "invalid", "failed"]
    output: str = ""
    detail: dict[str, Any] = Field(default_factory=dict)
    error: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cost_nanodollars: int | None = 0
    from_journal: bool = False
    scores: tuple[Score, ...] = ()

    @property
    def key(self) -> TrialKey:
        """Which trial it is."""
        return TrialKey(self.system, self.case, self.sample)

    def score(self, label: str) -> Score | None:
        """The score of a metric by its label in the suite."""
        return next((score for score in self.scores if score.metric == label), None)
