"""A campaign's pieces from its plan, in waves: a batch, a repair, the controls, the checks across pieces.

A wave is what is held at once, so memory does not grow with the campaign; each is kept as soon as it is whole, so a run
that was killed goes on with the next one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from assistant.copywriting import (
    CONTROL,
    CopyJob,
    NearDuplicates,
    Said,
    control_piece,
    copy_requests,
    needs_review,
    repair_requests,
    write_pieces,
)
from assistant.records import CampaignSummary, Outcome, Piece, PieceState, Record, Request
from assistant.workspace import read_record, write_record

WAVE = 128
"""Most pieces held at once."""
_LEAST_WAVE = 16
_IN_FLIGHT = 2

Ask = Callable[[list[Request]], Iterable[Outcome]]
OnState = Callable[[PieceState, Sequence[Piece | CopyJob]], None]


class Wave(Record):
    """Pieces that were written together, and the lines that the model gave them."""

    pieces: tuple[Piece, ...]
    said: tuple[str, ...]


@dataclass
class Counts:
    """A campaign's summary, piece by piece."""

    pieces: int = 0
    ready: int = 0
    controls: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, piece: Piece) -> None:
        """Count a piece."""
        self.pieces += 1
        self.ready += piece.status == "ready"
        self.controls += piece.angle == "control"
        # "length, subject: 71 characters..." -> "length", once a piece.
        self.reasons.update({reason.partition(":")[0].partition(",")[0] for reason in piece.reasons})

    def summary(self) -> CampaignSummary:
        """The counts."""
        return CampaignSummary(
            pieces=self.pieces,
            ready=self.ready,
            needs_review=self.pieces - self.ready,
            controls=self.controls,
            reasons=dict(self.reasons.most_common()),
        )


def wave_of(concurrency: int) -> int:
    """Pieces of a wave, for so many requests in flight.

    A wave's last answers are awaited before the next is asked for. With two pieces of some 24 requests for each one in
    flight, that is an answer's wait in fifty, and a person soon sees how many pieces come out ready.
    """
    return min(WAVE, max(_LEAST_WAVE, _IN_FLIGHT * concurrency))


def write_campaign(
    jobs: Iterable[CopyJob],
    ask: Ask,
    model: str,
    waves: Path,
    on_state: OnState = lambda state, pieces: None,
    size: int = WAVE,
) -> Iterator[Piece]:
    """Write all pieces, one after the other.

    Args:
        jobs: what a model writes, in the plan's order; one control a segment, channel and language is added.
        ask: sends requests and yields an outcome for each, in any order.
        model: the model's name.
        waves: folder of this very run's finished waves, of this size; those that lie there are taken as they are.
        on_state: told as pieces are drafted, and as they are checked; not of waves that lay there.
        size: pieces of a wave.

    Yields:
        For each segment, channel and language the control first, then the angles in the brief's order, then their
        further variants.
    """
    said = Said()
    near = NearDuplicates()
    controlled: set[str] = set()
    for number, some in enumerate(_batched(jobs, size), start=1):
        path = waves / f"{number:05d}.json"
        if path.exists():
            wave = read_record(path, Wave)
            near.check(wave.pieces)
            for text in wave.said:
                said.add(text)
        else:
            before = Said(said.times.copy())
            drafted = _drafted(some, ask, model, said)
            on_state("drafted", some)
            pieces = _with_controls(some, drafted, controlled)
            across = near.check(pieces)
            pieces = [needs_review(piece, across[piece.piece]) if piece.piece in across else piece for piece in pieces]
            wave = Wave(pieces=tuple(pieces), said=tuple((said.times - before.times).elements()))
            write_record(path, wave)
            on_state("checked", [piece for piece in pieces if piece.status == "ready"])
            on_state("needs_review", [piece for piece in pieces if piece.status != "ready"])
        controlled.update(piece.piece for piece in wave.pieces if piece.angle == "control")
        yield from wave.pieces


def write_again(jobs: Sequence[CopyJob], ask: Ask, model: str, others: Iterable[Piece]) -> list[Piece]:
    """Further versions of some pieces.

    Args:
        jobs: with the reviewer's note and a seed of their own.
        ask: sends requests.
        model: the model's name.
        others: the campaign's other pieces, which no version may repeat.
    """
    near = NearDuplicates()
    near.check(list(others))
    said = Said()
    made = [piece for some in _batched(jobs, WAVE) for piece in _drafted(some, ask, model, said)]
    across = near.check(made)
    return [needs_review(piece, across[piece.piece]) if piece.piece in across else piece for piece in made]


def summarise(pieces: Iterable[Piece]) -> CampaignSummary:
    """Counts of a campaign."""
    counts = Counts()
    for piece in pieces:
        counts.add(piece)
    return counts.summary()


def _drafted(jobs: Sequence[CopyJob], ask: Ask, model: str, said: Said) -> list[Piece]:
    outcomes: Mapping[str, Outcome] = {o.key: o for o in ask([r for job in jobs for r in copy_requests(job)])}
    repairs = [request for job in jobs for request in repair_requests(job, outcomes)]
    if repairs:
        outcomes = {**outcomes, **{outcome.key: outcome for outcome in ask(repairs)}}
    return write_pieces(jobs, outcomes, model, said)


def _with_controls(jobs: Sequence[CopyJob], written: Sequence[Piece], controlled: set[str]) -> list[Piece]:
    pieces: list[Piece] = []
    for job, piece in zip(jobs, written, strict=True):
        name = replace(job.frame, variant=1).piece(CONTROL)
        if name not in controlled:
            controlled.add(name)
            pieces.append(control_piece(job.brief, job.frame))
        pieces.append(piece)
    return pieces


def _batched(jobs: Iterable[CopyJob], size: int) -> Iterator[list[CopyJob]]:
    left = iter(jobs)
    while some := list(islice(left, size)):
        yield some
