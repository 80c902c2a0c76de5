"""A whole piece as the product writes it: candidates of every line, checks, a choice, one repair."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from assistant.copywriting import (
    CHANNELS,
    CopyJob,
    check_receipts,
    copy_requests,
    repair_requests,
    write_pieces,
)
from assistant.records import Outcome, Request
from assistant.workspace import Workspace
from evals.records import Answer, Case, Suite, System
from evals.targets.copying import CopyGround, check_copy, copy_job, opened, prompt_names_of
from evals.targets.target import Job, lost, under_own_keys, unusable, with_parameters
from evals.targets.texts import as_text


class PieceTarget:
    """All lines of the case's channel. What the other pieces of a campaign say is not known here."""

    name = "piece"
    asks = True

    def check_case(self, case: Case) -> str:
        """See `Target`."""
        return check_copy(case)

    def prompt_names(self, case: Case) -> tuple[str, ...]:
        """See `Target`."""
        return prompt_names_of(case, CHANNELS[case.channel].lines)

    def open(self, suite: Suite, workspace: Workspace | None, system: System) -> AbstractContextManager[CopyGround]:
        """See `Target`."""
        return opened(suite, workspace, system)

    def requests(self, job: Job) -> list[Request]:
        """See `Target`."""
        copy = _copy(job)
        return _of_the_trial(job, copy, copy_requests(copy))

    def again(self, job: Job, outcomes: Mapping[str, Outcome]) -> list[Request]:
        """The repair of lines of which no candidate stands."""
        copy = _copy(job)
        own = _of_the_piece(job, copy, outcomes)
        # What an outage took is no fault of the words.
        return [] if any(map(lost, own.values())) else _of_the_trial(job, copy, repair_requests(copy, own))

    def read(self, job: Job, outcomes: Mapping[str, Outcome]) -> Answer:
        """The piece as text, every field with its label.

        Its `detail`: `piece` (a `Piece` record), `receipts` (results of holding its slots against their sources) and
        `slots` (all that it may use).
        """
        copy = _copy(job)
        own = _of_the_piece(job, copy, outcomes)
        lacking = unusable(own.values())
        if lacking is not None:
            return lacking
        (piece,) = write_pieces([copy], own, job.system.model)
        detail = {
            "piece": piece.model_dump(mode="json"),
            "receipts": [result.model_dump(mode="json") for result in check_receipts(piece, copy.frame.slots)],
            "slots": [slot.model_dump(mode="json") for slot in copy.frame.slots.slots],
        }
        return Answer(state="answered", output=as_text(piece), detail=detail)


def _copy(job: Job) -> CopyJob:
    lines = CHANNELS[job.case.channel].lines
    return copy_job(job, lines, job.system.parameters.candidates or job.ground.candidates)


def _width(copy: CopyJob) -> int:
    """Candidates that one sample may ask for, those of the repair too."""
    return 2 * copy.candidates


def _of_the_trial(job: Job, copy: CopyJob, requests: list[Request]) -> list[Request]:
    """The house's requests under the trial's keys, with numbers that no other sample uses."""
    width = _width(copy)
    return [
        with_parameters(
            request, job, job.system.parameters, sample=job.sample * width + request.sample, key=request.key
        )
        for request in requests
    ]


def _of_the_piece(job: Job, copy: CopyJob, outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """The trial's outcomes under the house's keys."""
    return {
        key: outcome.model_copy(update={"key": key, "sample": outcome.sample % _width(copy)})
        for key, outcome in under_own_keys(job, outcomes).items()
    }


TARGET = PieceTarget()
