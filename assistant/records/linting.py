"""What was found in a text that was written elsewhere."""

from pydantic import Field

from assistant.records.base import Record
from assistant.records.copy import Severity, SlotKind


class Bound(Record):
    """A fact in a text, and where it comes from."""

    quote: str
    kind: SlotKind
    receipt: str = Field(description="`brief:offer.amount`, `catalogue:Milk`, `fact:S2.F11`, `brand:claims`")
    field: str


class Finding(Record):
    """Something in a text that nothing supports, or that the channel or the law does not allow."""

    check: str
    severity: Severity
    field: str
    message: str = Field(description="quotes the words it is about")


class LintReport(Record):
    """One text, judged."""

    text: str = Field(description="its name: a file, a row of a file, or empty")
    findings: tuple[Finding, ...]
    bound: tuple[Bound, ...] = Field(description="the facts that were found and have a source")

    @property
    def clean(self) -> bool:
        """Whether nothing worse than a warning was found."""
        return not any(finding.severity == "error" for finding in self.findings)
