"""Requests for a persona, and the persona made of their outcomes."""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.data import within_sentence
from assistant.personas.checking import OTHERS, VALUE, check_claim, subject_of
from assistant.personas.choosing import Topic, choose_topics, occasion_of
from assistant.personas.filling import fill_claim
from assistant.personas.wording import kind_of
from assistant.prompting import Prompt, Shot, shots_for
from assistant.records import (
    Claim,
    Comparator,
    Document,
    Fact,
    FactSheet,
    Message,
    Outcome,
    Persona,
    Predicate,
    Request,
)
from assistant.records.personas import Dropped

CLAIM_TOKENS = 56
ADVICE_TOKENS = 24
NAME_TOKENS = 24
TEMPERATURE = 0.5
TOP_P = 0.9
FACT_SHEET = "fact sheet"
ADVICE = "advice: past orders cannot decide whether it works"

_TAILS = {
    "higher": ("more than", "longer than", "above"),
    "lower": ("less than", "fewer than", "below"),
    "same": ("about the same as", "similar to"),
}
_DIRECTIONS = {"higher": "higher", "lower": "lower", "same": "the same"}
_TRAITS = {
    "away": "They have not ordered for a long time.",
    "coupon": "They use many coupons.",
    "frequent": "They order often and spend a lot.",
    "seldom": "They order seldom.",
    "steady": "They order at a steady pace.",
}


@dataclass(frozen=True)
class PersonaJob:
    """What a persona is written from."""

    sheet: FactSheet
    companions: tuple[Document, ...]
    """What a search of the index found for the segment: what goes with what it buys."""
    claim: Prompt
    advice: Prompt
    name: Prompt
    candidates: int
    seed: int

    @property
    def prompt_hashes(self) -> dict[str, str]:
        """Prompt id -> fingerprint."""
        return {prompt.id: prompt.fingerprint for prompt in (self.claim, self.advice, self.name)}


def persona_requests(job: PersonaJob) -> list[Request]:
    """Everything to ask a model for one persona: several candidates a claim, for the checks to choose from."""
    requests = []
    for topic in choose_topics(job.sheet):
        fact = topic.fact
        messages = job.claim.render(
            {"metric": fact.label, "direction": _DIRECTIONS[fact.direction]}, _shots(job.claim, fact)
        )
        requests += _samples(job, job.claim, fact.fact, messages, _claim_grammar(fact), CLAIM_TOKENS)
    occasion, _ = occasion_of(job.sheet)
    for about in ("say", "avoid"):
        messages = job.advice.render({"trait": _TRAITS[occasion]}, shots_for(job.advice, (about, occasion)))
        requests += _samples(
            job, job.advice, f"{job.sheet.segment}.{about}", messages, _advice_grammar(about), ADVICE_TOKENS
        )
    words = name_words(job.sheet)
    messages = job.name.render({"traits": "; ".join(words)})
    requests += _samples(job, job.name, f"{job.sheet.segment}.name", messages, _name_grammar(words), NAME_TOKENS)
    return requests


def claim_request(prompt: Prompt, fact: Fact, *, key: str, seed: int, smallest_group: int | None) -> Request:
    """Ask for one fact as a sentence, its likeliest wording; `check_claim` says whether the answer says the fact.

    Args:
        prompt: `persona/claim`.
        fact: what is to be said; one that is compared with others.
        key: the request's name.
        seed: of its draws.
        smallest_group: customers of the fact's segment.
    """
    told = {"metric": fact.label, "direction": _DIRECTIONS[fact.direction]}
    return Request(
        key=key,
        messages=prompt.render(told, _shots(prompt, fact)),
        prompt=prompt.id,
        prompt_hash=prompt.fingerprint,
        max_tokens=CLAIM_TOKENS,
        seed=seed,
        grammar=_claim_grammar(fact),
        smallest_group=smallest_group,
    )


def assemble_persona(job: PersonaJob, outcomes: Mapping[str, Outcome], model: str) -> Persona:
    """The persona of a segment as it is written: for each claim the likeliest candidate that its fact supports.

    No claim is verified yet; see `verify_persona`. Where no candidate holds, the fact sheet's own sentence stands, and
    says that it is.

    Args:
        job: what the requests were made from.
        outcomes: by key; requests that failed may be missing.
        model: the model's name.
    """
    claims: list[Claim] = []
    dropped: list[Dropped] = []
    for topic in choose_topics(job.sheet):
        claim, refused = _fact_claim(topic, _texts(outcomes, topic.fact.fact, job.candidates), model)
        claims.append(claim)
        dropped += refused
    occasion, fact = occasion_of(job.sheet)
    for about in ("say", "avoid"):
        texts = _texts(outcomes, f"{job.sheet.segment}.{about}", job.candidates)
        if texts:
            claims.append(_advice_claim(about, texts[0].text, fact, model))
    claims += [_companion_claim(document) for document in job.companions]
    names = _texts(outcomes, f"{job.sheet.segment}.name", job.candidates)
    return Persona(
        caution=job.sheet.caution,
        segment=job.sheet.segment,
        name=names[0].text if names else job.sheet.name,
        line=_line(job.sheet),
        occasion=occasion,
        claims=tuple(
            claim.model_copy(update={"claim": f"{job.sheet.segment}.C{number:02d}"})
            for number, claim in enumerate(claims, start=1)
        ),
        dropped=tuple(dropped),
        model=model,
        prompt_hashes=job.prompt_hashes,
    )


def _fact_claim(topic: Topic, texts: Sequence[Outcome], model: str) -> tuple[Claim, list[Dropped]]:
    fact = topic.fact
    refused: dict[str, Dropped] = {}
    kept = ""
    for outcome in texts:
        reasons = check_claim(outcome.text, fact)
        if reasons:
            filled = fill_claim(outcome.text, fact)
            refused[filled] = Dropped(about=topic.about, text=filled, reasons=reasons)
        elif not kept:
            kept = fill_claim(outcome.text, fact)
    claim = Claim(
        claim="",
        about=topic.about,
        text=kept or fact.sentence,
        facts=(fact.fact,),
        status="hypothesis",
        written_by=model if kept else FACT_SHEET,
        reasons=("nobody has held it against the data yet",),
        predicate=predicate_for(fact),
    )
    return claim, list(refused.values())


def _advice_claim(about: Literal["say", "avoid"], text: str, fact: Fact, model: str) -> Claim:
    return Claim(
        claim="",
        about=about,
        text=text,
        facts=(fact.fact,),
        status="hypothesis",
        written_by=model,
        reasons=(ADVICE,),
    )


def predicate_for(fact: Fact) -> Predicate:
    """What a sentence about a fact says: more than the others, less, or about as much."""
    named = kind_of(fact.metric) in ("buys", "has_bought", "redeems")
    comparators: dict[str, Comparator] = {"higher": ">", "lower": "<"}
    return Predicate(
        metric=fact.metric,
        statistic="share" if named else "mean",
        population=fact.segment,
        comparator=comparators.get(fact.direction, "about"),
        threshold="others",
        unit=fact.unit,
    )


def _companion_claim(document: Document) -> Claim:
    return Claim(
        claim="",
        about="say",
        text=f"Suggest what goes together: {within_sentence(document.title)}.",
        facts=(),
        documents=(document.document,),
        status="hypothesis",
        written_by="documents",
        reasons=(ADVICE,),
    )


def _line(sheet: FactSheet) -> str:
    facts = {fact.metric: fact for fact in sheet.facts}
    return (
        f"{sheet.name}: {facts['customers'].display}, {facts['customer_share'].display} of all, "
        f"who bring {facts['revenue_share'].display} of spend."
    )


def _texts(outcomes: Mapping[str, Outcome], key: str, candidates: int) -> list[Outcome]:
    """Answers to one prompt, likeliest first where the backend tells, else in the order they were asked for."""
    found = [outcomes[name] for sample in range(candidates) if (name := f"{key}.{sample}") in outcomes]
    answered = [outcome for outcome in found if outcome.status == "ok"]
    return sorted(answered, key=lambda outcome: -(outcome.mean_logprob or 0.0))


def _samples(
    job: PersonaJob, prompt: Prompt, key: str, messages: tuple[Message, ...], grammar: str, tokens: int
) -> list[Request]:
    return [
        Request(
            key=f"{key}.{sample}",
            messages=messages,
            prompt=prompt.id,
            prompt_hash=prompt.fingerprint,
            max_tokens=tokens,
            # The first candidate is the likeliest answer, the others look around it.
            temperature=0.0 if sample == 0 else TEMPERATURE,
            top_p=TOP_P,
            seed=job.seed,
            sample=sample,
            grammar=grammar,
            smallest_group=job.sheet.customers,
        )
        for sample in range(job.candidates)
    ]


def _shots(prompt: Prompt, fact: Fact) -> tuple[Shot, ...]:
    return shots_for(prompt, ("when" if fact.topic == "when" else kind_of(fact.metric),))


def literal(text: str) -> str:
    """A text as a literal of the grammar: names come from a shop's own files and may hold any character."""
    return json.dumps(text, ensure_ascii=False)


def _claim_grammar(fact: Fact) -> str:
    """Words, the number, words, the comparison: no digit can be written, and no comparison but the fact's own.

    A name (a product, a type of campaign) is one literal, so it is written whole or not at all.
    """
    subject = subject_of(fact)
    names = [literal(subject), literal(within_sentence(subject))] if subject else []
    words = " | ".join(["[a-z ':-]", *dict.fromkeys(names)])
    tails = " | ".join(literal(f", {tail} {OTHERS} of other customers.") for tail in _tails(fact))
    return f'root ::= "They " [a-z] w* {literal(VALUE)} w* tail\nw ::= {words}\ntail ::= {tails}\n'


def _tails(fact: Fact) -> tuple[str, ...]:
    return tuple(f"{tail} the" for tail in _TAILS.get(fact.direction, ()))


def _advice_grammar(about: str) -> str:
    start = '"Do not "' if about == "avoid" else "[A-Z]"
    return f'root ::= {start} [a-z] [a-z ,\']* "."\n'


def name_words(sheet: FactSheet) -> tuple[str, ...]:
    """The words of a segment's own name, without the noun: `Lost`, `Most Frequent`."""
    words = sheet.name.removesuffix(" shoppers").split(", ")
    return tuple(" ".join(part[:1].upper() + part[1:] for part in word.split()) for word in words)


def _name_grammar(words: Sequence[str]) -> str:
    """Any order of the words that the features allow, and a noun that claims nothing."""
    orders = [" ".join(order) for order in itertools.permutations(words[:3])]
    nouns = ("Shoppers", "Customers", "Visitors", "Households")
    start = " | ".join(literal(f"The {order} ") for order in orders)
    return f"root ::= start noun\nstart ::= {start}\nnoun ::= {' | '.join(map(literal, nouns))}\n"
