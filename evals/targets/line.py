"""One line of copy as the product asks for it: a subject, a preheader, a text message."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from assistant.copywriting import CHANNELS, CopyJob, check_line, line_requests, parse, problems, render
from assistant.copywriting.writing import TEMPERATURE
from assistant.records import Outcome, Request
from assistant.workspace import Workspace
from evals.records import Answer, Case, Suite, System
from evals.targets.copying import CopyGround, check_copy, copy_job, opened, prompt_names_of
from evals.targets.target import Job, unanswered, with_parameters


class LineTarget:
    """`inputs.line` of the case's channel; unset: the channel's first. One request, no second round.

    Each sample has worked examples of its own, as the product draws them anew for further candidates, and is drawn
    with the same temperature, so samples of a case are alike in law.
    """

    name = "line"
    asks = True

    def check_case(self, case: Case) -> str:
        """See `Target`."""
        wrong = check_copy(case)
        if wrong:
            return wrong
        lines = CHANNELS[case.channel].lines
        line = case.inputs.get("line", lines[0])
        return "" if line in lines else f"inputs.line is {line!r}, expected one of {', '.join(lines)}"

    def prompt_names(self, case: Case) -> tuple[str, ...]:
        """See `Target`."""
        return prompt_names_of(case, (_line(case),))

    def open(self, suite: Suite, workspace: Workspace | None, system: System) -> AbstractContextManager[CopyGround]:
        """See `Target`."""
        return opened(suite, workspace, system)

    def requests(self, job: Job) -> list[Request]:
        """See `Target`."""
        line = _line(job.case)
        asked = line_requests(_copy(job), line, draw=0, first=job.sample, count=1)
        # The product's first candidate is greedy; drawn again it would be the same one.
        drawn = [request.model_copy(update={"temperature": TEMPERATURE}) for request in asked]
        return [with_parameters(one, job, job.system.parameters, sample=job.sample, key=line) for one in drawn]

    def again(self, job: Job, outcomes: Mapping[str, Outcome]) -> list[Request]:
        """See `Target`."""
        return []

    def read(self, job: Job, outcomes: Mapping[str, Outcome]) -> Answer:
        """The line, facts filled in; a slot that is none stays as it was written.

        Its `detail`: `line`, `field`, `written` (with slots), `problems` (why it cannot stand), `checks` (results of
        the line's field, warnings too) and `slots` (all that it may use, with their receipts).
        """
        line = _line(job.case)
        outcome = outcomes.get(f"{job.key}|{line}")
        lacking = unanswered([outcome])
        if lacking is not None or outcome is None:
            return lacking or Answer(state="failed", error="no answer came")
        copy, text = _copy(job), outcome.text
        detail = {
            "line": line,
            "field": CHANNELS[job.case.channel].field_of(line),
            "written": text,
            "problems": list(problems(copy, line, text)),
            "checks": [result.model_dump(mode="json") for result in check_line(copy, line, text)],
            "slots": [slot.model_dump(mode="json") for slot in copy.frame.slots.slots],
        }
        return Answer(state="answered", output=filled(copy, text), detail=detail)


def filled(copy: CopyJob, text: str) -> str:
    """A line as a customer would see it; as it was written where a slot is none of the piece's."""
    spans = parse(text)
    known = all(span.slot in copy.frame.slots for span in spans if span.slot)
    return render(spans, copy.frame.slots) if known else text


def _line(case: Case) -> str:
    return str(case.inputs.get("line", CHANNELS[case.channel].lines[0]))


def _copy(job: Job) -> CopyJob:
    return copy_job(job, (_line(job.case),), 1)


TARGET = LineTarget()
