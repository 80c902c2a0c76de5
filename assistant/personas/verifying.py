"""Every claim of a persona held against the data: what they refute is dropped, what they cannot decide says so."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.config import FactSettings
from assistant.facts import SegmentTable, evaluate_all, in_words
from assistant.features import BASE_FEATURES
from assistant.personas.editing import Edit, EditedClaim
from assistant.personas.reading import contradictions, predicate_of, quoted
from assistant.personas.vocabulary import Vocabulary
from assistant.personas.writing import ADVICE, FACT_SHEET
from assistant.records import Claim, Evaluation, FactSheet, Persona, Predicate
from assistant.records.personas import BY_HAND, ClaimStatus, Dropped
from assistant.retrieval import documents_about

_TOPICS = {feature.name: feature.topic for feature in BASE_FEATURES}


@dataclass(frozen=True)
class Evidence:
    """What claims are held against."""

    table: SegmentTable
    settings: FactSettings
    seed: int
    held: Callable[[Sequence[str]], Collection[str]]
    """Those of some ids that the index has a document of."""
    vocabulary: Vocabulary = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "vocabulary", Vocabulary.of(self.table))


def verify_persona(
    written: Persona, sheet: FactSheet, evidence: Evidence, edit: Edit | None = None, before: Persona | None = None
) -> Persona:
    """A persona with the status of each claim, and what the data refute among those dropped.

    Args:
        written: as it was written, no claim verified.
        sheet: the facts of its segment.
        evidence: what its claims are held against.
        edit: its file, where a person has changed it: then its claims are those of the file.
        before: the persona that the person changed; a sentence left alone keeps who wrote it, and takes its words from
            `written` where that speaks of the same thing.
    """
    claims = written.claims if edit is None else _edited(edit, written, before)
    read, refused = [], []
    for claim in claims:
        own = _read(claim, evidence.vocabulary)
        said, reasons = _plainly(own, sheet, evidence.vocabulary)
        read.append(said)
        if reasons:
            refused.append(Dropped(about=own.about, text=own.text, reasons=reasons))
    asked = [claim.predicate for claim in read if claim.predicate is not None]
    answers = iter(evaluate_all(asked, evidence.table, evidence.settings, evidence.seed))
    judged = [claim if claim.predicate is None else _judged(claim, next(answers), evidence) for claim in read]
    held = evidence.held([one for claim in judged for one in _documents(claim, sheet.segment)])
    backed = [_backed(claim, sheet, held) for claim in judged]
    refuted = [
        Dropped(
            claim=claim.claim,
            about=claim.about,
            text=claim.text,
            status="refuted",
            reasons=claim.reasons,
            written_by=claim.written_by,
            predicate=claim.predicate,
            evaluation=claim.evaluation,
        )
        for claim in backed
        if claim.status == "refuted"
    ]
    return Persona.model_validate(
        {
            **dict(written),
            "caution": sheet.caution,
            "claims": tuple(claim for claim in backed if claim.status != "refuted"),
            "dropped": (*refuted, *refused, *written.dropped),
            "edited": edit is not None,
        }
    )


def _edited(edit: Edit, written: Persona, before: Persona | None) -> tuple[Claim, ...]:
    known: dict[str, Claim | Dropped] = {}
    if before is not None:
        claimed: list[Claim | Dropped] = [*before.claims, *before.dropped]
        known = {one.claim: one for one in claimed if one.claim}
    free = max((_number(one.claim) for one in (*edit.claims, *known.values()) if one.claim), default=0)
    taken = {own.claim for own in edit.claims}
    claims = []
    for own in edit.claims:
        name = own.claim or _earlier(own, known, taken)
        if not name:
            free += 1
            name = f"{edit.segment}.C{free:02d}"
        taken.add(name)
        same = known.get(own.claim)
        if same is not None and same.written_by != BY_HAND and EditedClaim.of(same) == own:
            claims.append(_anew(own, same.written_by, written).model_copy(update={"claim": name}))
        else:
            claims.append(
                Claim(
                    claim=name, about=own.about, text=own.text, status="hypothesis", written_by=BY_HAND,
                    predicate=own.predicate,
                )
            )  # fmt: skip
    return tuple(claims)


def _earlier(own: EditedClaim, known: Mapping[str, Claim | Dropped], taken: Collection[str]) -> str:
    """The id that a claim without one had when it was last looked at; empty where it is new."""
    said = (own.about, own.text)
    return next((name for name, one in known.items() if name not in taken and (one.about, one.text) == said), "")


def _anew(own: EditedClaim, written_by: str, written: Persona) -> Claim:
    """A sentence that nobody touched, with the numbers of today where it was written again."""
    for claim in written.claims:
        if claim.about == own.about and claim.predicate is not None and own.predicate is not None:
            if claim.predicate.metric == own.predicate.metric:
                return claim
        elif claim.text == own.text:
            return claim
    return Claim(
        claim=own.claim, about=own.about, text=own.text, status="hypothesis", written_by=written_by,
        reasons=("nothing that was written since speaks of it",), predicate=own.predicate,
    )  # fmt: skip


def _number(claim: str) -> int:
    return int(claim.rpartition("C")[2])


def _read(claim: Claim, vocabulary: Vocabulary) -> Claim:
    """A claim with the predicate that decides it, or the reasons why there is none."""
    if claim.about in ("say", "avoid"):
        return _hypothesis(claim, (ADVICE,))
    if claim.written_by != BY_HAND:
        return claim if claim.predicate is not None else _hypothesis(claim, claim.reasons)
    population = claim.claim.partition(".")[0]
    if claim.predicate is not None:
        against = contradictions(claim.text, claim.predicate, vocabulary)
        return _hypothesis(claim, against) if against else claim
    reading = predicate_of(claim.text, population, vocabulary)
    if reading.predicate is None:
        return _hypothesis(claim, reading.reasons)
    return claim.model_copy(update={"predicate": reading.predicate})


def _plainly(claim: Claim, sheet: FactSheet, vocabulary: Vocabulary) -> tuple[Claim, tuple[str, ...]]:
    """A model's sentence; the fact sheet's where the model's holds a word that nothing decides, and why."""
    if claim.predicate is None or claim.written_by in (BY_HAND, FACT_SHEET):
        return claim, ()
    reasons = contradictions(claim.text, claim.predicate, vocabulary)
    fact = next((own for own in sheet.facts if own.metric == claim.predicate.metric), None)
    if not reasons or fact is None:
        return (_hypothesis(claim, reasons) if reasons else claim), ()
    return claim.model_copy(update={"text": fact.sentence, "written_by": FACT_SHEET}), reasons


def _hypothesis(claim: Claim, reasons: tuple[str, ...]) -> Claim:
    return claim.model_copy(update={"status": "hypothesis", "reasons": reasons, "predicate": None, "evaluation": None})


def _judged(claim: Claim, evaluation: Evaluation, evidence: Evidence) -> Claim:
    assert claim.predicate is not None
    status: ClaimStatus = evaluation.status
    reasons: tuple[str, ...] = (
        () if status == "verified" else (_why(claim.predicate, evaluation, evidence.table.currency),)
    )
    wrong = misquoted(claim.text, claim.predicate, evaluation, evidence.vocabulary)
    if wrong:
        status, reasons = "refuted", tuple(f"it says {number}; the data say {evaluation.reason}" for number in wrong)
    return claim.model_copy(update={"status": status, "reasons": reasons, "evaluation": evaluation})


def _why(predicate: Predicate, evaluation: Evaluation, currency: str) -> str:
    if evaluation.value is None:
        return evaluation.reason
    if evaluation.status == "refuted":
        read = "" if predicate.where is None else f"read as {in_words(predicate, currency)}, "
        return f"{read}the data say {evaluation.reason}"
    if predicate.comparator == "about":
        return f"whether it is within 10% is not known: {evaluation.reason}"
    return f"on which side it lies may be chance: {evaluation.reason}"


def misquoted(text: str, predicate: Predicate, evaluation: Evaluation, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Numbers that a sentence quotes and the data do not say, rounded as they are written.

    Args:
        text: the sentence.
        predicate: what it says; a number with a bound before it is a part of that, and no quotation.
        evaluation: of the predicate.
        vocabulary: the currency, and the names whose digits are no numbers.
    """
    if evaluation.value is None:
        return ()
    told = {"value": evaluation.value, "people": evaluation.value, "others": evaluation.others}
    wrong = []
    for own in quoted(text, predicate.metric, vocabulary):
        if own.kind == "times":
            right = own.quotes(evaluation.ratio)
        elif own.role == "others":
            right = own.quotes(evaluation.others)
        else:
            right = own.bound is not None or own.quotes(told[own.role])
        if not right:
            wrong.append(own.shown)
    return tuple(wrong)


def _documents(claim: Claim, segment: str) -> tuple[str, ...]:
    """Ids of those that would tell of the same thing."""
    if claim.predicate is None:
        return ()
    metric = claim.predicate.metric
    topic = "campaigns" if metric.startswith("redeems:") else _TOPICS.get(metric, "")
    return documents_about(metric, topic, segment)


def _backed(claim: Claim, sheet: FactSheet, held: Collection[str]) -> Claim:
    """A claim with the facts and documents that tell of the same thing."""
    if claim.predicate is None:
        return claim
    whole = claim.predicate.where is None and claim.predicate.statistic != "median"
    metric = claim.predicate.metric
    facts = tuple(fact.fact for fact in sheet.facts if whole and fact.metric == metric)
    documents = tuple(one for one in _documents(claim, sheet.segment) if one in held)
    return claim.model_copy(update={"facts": facts, "documents": documents})
