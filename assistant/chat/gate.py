"""Sentences of an answer on their way to the reader: bound, numbered, or kept back."""

from collections.abc import Iterator

from assistant.chat.desk import language_of
from assistant.chat.figures import Bound, Evidence
from assistant.chat.sentences import SentenceSplitter, sentences_of
from assistant.records.chat import Figure, Receipt, Said, Sentence, Withheld


class Receipts:
    """The figures that a session has stated, each with one number for good."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str, str, str], Receipt] = {}

    def number(self, figure: Figure) -> int:
        """The number of a figure's receipt."""
        told = (figure.source, figure.role, figure.subject, figure.shown)
        if told not in self._numbers:
            self._numbers[told] = Receipt(receipt=len(self._numbers) + 1, figure=figure)
        return self._numbers[told].receipt

    def of(self, number: int) -> Receipt | None:
        """A receipt by its number."""
        return next((own for own in self._numbers.values() if own.receipt == number), None)

    def all(self) -> tuple[Receipt, ...]:
        """All receipts, in the order of their numbers."""
        return tuple(self._numbers.values())

    def __len__(self) -> int:
        return len(self._numbers)


class Gate:
    """One answer on its way.

    Args:
        evidence: of the session.
        receipts: of the session.
        writer: of what passes, a model's name.
    """

    def __init__(self, evidence: Evidence, receipts: Receipts, writer: str) -> None:
        self._evidence = evidence
        self._receipts = receipts
        self._writer = writer
        self._splitter = SentenceSplitter()
        self._before: tuple[str, ...] = ()
        self._start = len(evidence.results)

    def feed(self, piece: str) -> Iterator[Said | Withheld]:
        """What becomes of the sentences that are whole with this piece."""
        for sentence in self._splitter.feed(piece):
            yield self._passed(sentence)

    def end(self) -> Iterator[Said | Withheld]:
        """What becomes of the rest."""
        for sentence in self._splitter.rest():
            yield self._passed(sentence)

    def tell(self, sentence: Sentence) -> Said:
        """A tool's own sentence, whose figures it has bound itself."""
        self._before = (*self._evidence.subjects_in(sentence.text), *self._before)
        numbers = tuple(self._receipts.number(figure) for figure in sentence.figures)
        return Said(sentence=sentence.model_copy(update={"receipts": numbers}))

    def _passed(self, text: str) -> Said | Withheld:
        fresh = len(self._evidence.results) - self._start
        bound = released(self._evidence, text, self._before, fresh)
        if bound.reason:
            return Withheld(reason=f"A sentence was kept back: {bound.reason}.")
        self._before = (*self._evidence.subjects_in(bound.text), *self._before)
        return Said(
            sentence=Sentence(
                text=bound.text,
                figures=bound.figures,
                receipts=tuple(self._receipts.number(figure) for figure in bound.figures),
                written_by=self._writer,
                corrected=bound.corrected,
            )
        )


def released(evidence: Evidence, text: str, before: tuple[str, ...], fresh: int) -> Bound:
    """See `Evidence.bind`; of whom nothing is said, the last results speak."""
    spoken = before or tuple(subject for result in evidence.results[-1:] for subject in result.subjects)
    return evidence.bind(text, language_of(text), spoken, fresh)


def vouched(evidence: Evidence, text: str) -> str:
    """A whole text without the sentences that nobody vouches for, the others put right and cited."""
    kept: list[str] = []
    before: tuple[str, ...] = ()
    for sentence in sentences_of(text):
        bound = released(evidence, sentence, before, len(evidence.results))
        if bound.reason:
            continue
        before = (*evidence.subjects_in(bound.text), *before)
        cited = ", ".join(dict.fromkeys(figure.source for figure in bound.figures))
        kept.append(f"{bound.text} [{cited}]" if cited else bound.text)
    return "\n".join(kept)
