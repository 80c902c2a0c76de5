"""Requests for copy, and the pieces made of their outcomes: candidates, checks, a choice, one repair."""

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import regex

from assistant.copywriting.assembling import PieceFrame, make_piece
from assistant.copywriting.channels import CHANNELS, line_named
from assistant.copywriting.checks import check_field
from assistant.copywriting.control import BY_HAND, control_lines
from assistant.copywriting.documents import parse
from assistant.copywriting.grammars import line_grammar, needed_slots
from assistant.copywriting.languages import Language, is_word, language_named
from assistant.copywriting.slots import ENGLISH
from assistant.prompting import Prompt, Shot, shots_for
from assistant.records import Brief, CheckResult, Elements, Message, Outcome, Piece, Request

VOICE = "How this shop writes:"
"""What the brand kit's rules of the voice are told under; a person wrote or edited them."""
NOTE = "The reviewer asks:"
SHOTS = 5
SHOTS_OF_OCCASION = 2
TEMPERATURE = 0.5
TOP_P = 0.92
# A small model's tokens are pieces of English words; other languages take more of them.
_TOKENS_OF_OTHERS = 1.8

# Selection: the likeliest candidate wins, by the mean log-probability of its tokens. A line that this campaign already
# says costs half a nat each time, one that only repeats a worked example a quarter, and each word of meaning that no
# worked example of its line has two: a small model that leaves their vocabulary soon leaves sense as well.
# Below the floor the words do not hang together. All were set by eye on candidates of the embedded model.
REPEATED = 0.5
COPIED = 0.25
STRAY = 2.0
LEAST_LIKELY = -1.1
# Two or three words on a button are everybody's, and the fewer tokens, the less likely each.
# Two or three words are everybody's, and the fewer tokens, the less likely each.
_FEW_WORDS = frozenset({"action", "headline_3", "benefit"})
LEAST_LIKELY_FEW = -1.6

_WORD = regex.compile(r"\p{L}+(?:'\p{L}+)?")
_SLOT = regex.compile(r"\{[^{}]*\}")
_BUTTONS = frozenset({"action"})
_BUTTON_VERBS = {
    "look": ("see", "look", "view", "discover", "browse", "find"),
    "buy": ("shop", "get", "buy", "start", "save"),
}
QUESTION = "question"
_OCCASIONS = frozenset({"away", "coupon", "frequent"})


@dataclass(frozen=True)
class CopyJob:
    """One piece to write."""

    brief: Brief
    frame: PieceFrame
    angle: str
    elements: Elements
    occasion: str
    """What there is to talk about with the segment; see `personas.occasion_of`."""
    prompts: Mapping[str, Prompt]
    """By line, in the piece's language."""
    candidates: int
    seed: int
    note: str = ""
    """What a reviewer asks of another version."""

    @property
    def piece(self) -> str:
        """The id of the piece to come."""
        return self.frame.piece(self.angle)

    @property
    def language(self) -> Language:
        """What it is written in."""
        return language_named(self.frame.language)

    @property
    def lines(self) -> tuple[str, ...]:
        """The parts a model writes."""
        return CHANNELS[self.frame.channel].lines


@dataclass
class Said:
    """What a campaign has said so far, so that it does not say it again."""

    times: Counter[str] = field(default_factory=Counter)

    def add(self, text: str) -> None:
        """Remember a line."""
        self.times[text] += 1


def copy_requests(job: CopyJob) -> list[Request]:
    """All candidates of all lines of a piece."""
    requests = []
    for line in job.lines:
        # Two sets of worked examples, half of the candidates each: a small model that has fallen into a rut with one
        # set is out of it with the other.
        half = math.ceil(job.candidates / 2)
        for draw, (first, count) in enumerate(((0, half), (half, job.candidates - half))):
            requests += line_requests(job, line, draw=draw, first=first, count=count)
    return requests


def line_requests(job: CopyJob, line: str, *, draw: int, first: int, count: int) -> list[Request]:
    """Some candidates of one line, all with the same worked examples.

    Args:
        job: the piece.
        line: one of its lines.
        draw: which set of worked examples.
        first: number of the first candidate, which is the likeliest answer.
        count: how many.
    """
    return _requests(job, line, _messages(job, line, draw), f"{job.piece}.{line}", first, count)


def repair_requests(job: CopyJob, outcomes: Mapping[str, Outcome]) -> list[Request]:
    """A second round, once, for the lines of which no candidate passed: told what was wrong with the likeliest."""
    requests = []
    for line in job.lines:
        answered = _answers(job, line, outcomes)
        if any(_stands(job, line, outcome) for outcome in answered):
            continue
        messages = _messages(job, line, 2)
        if answered:
            wrong = "; ".join(problems(job, line, answered[0].text)) or "the words do not hang together"
            messages = (
                *messages,
                Message(role="assistant", content=answered[0].text),
                Message(role="user", content=f"Refused, {wrong}. Another one. {messages[-1].content}"),
            )
        count = max(1, job.candidates // 2)
        requests += _requests(job, line, messages, f"{job.piece}.{line}", job.candidates, count)
    return requests


def write_pieces(
    jobs: Sequence[CopyJob], outcomes: Mapping[str, Outcome], model: str, said: Said | None = None
) -> list[Piece]:
    """The pieces of some jobs, each line the best candidate that passes the checks.

    A line of which none passes is the control's, and the piece needs review for it.

    Args:
        jobs: in the order in which lines are given out.
        outcomes: by key, of the first round and of the repair.
        model: the model's name.
        said: what the campaign has said before; what is chosen is added.
    """
    said = Said() if said is None else said
    return [_write(job, outcomes, model, said) for job in jobs]


def problems(job: CopyJob, line: str, text: str) -> tuple[str, ...]:
    """Why a candidate cannot stand; empty where it can."""
    spans = parse(text)
    found = check_line(job, line, text)
    held = sorted(span.slot for span in spans if span.kind == "slot")
    wanted = needed_slots(line, job.frame.slots.names)
    reasons = []
    if held not in [sorted(needed) for needed in wanted]:
        reasons.append("slots: it must hold " + " or ".join(" and ".join(needed) or "no slot" for needed in wanted))
    return (*reasons, *(f"{result.check}: {result.message}" for result in found if result.severity == "error"))


def check_line(job: CopyJob, line: str, text: str) -> tuple[CheckResult, ...]:
    """What the checks of the line's field say of a candidate, warnings too."""
    return check_field(parse(text), job.frame.context(CHANNELS[job.frame.channel].field_of(line)))


def likelihood(job: CopyJob, line: str, outcome: Outcome) -> float:
    """How well a candidate's words hang together, in nats a token; 0 where the backend does not tell."""
    known = vocabulary(job.prompts[line])
    functions = job.language.function_words
    strays = [word for word in words_of(outcome.text) if word not in known and word not in functions]
    if job.frame.language != ENGLISH:
        # A model of English finds no word of another language likely; that there is such a word is all that is asked.
        return -STRAY * sum(not is_word(word, job.frame.language) for word in strays)
    return 0.0 if outcome.mean_logprob is None else outcome.mean_logprob - STRAY * len(strays)


def words_of(text: str) -> list[str]:
    """Lower-case words outside of slots."""
    return [word.group() for word in _WORD.finditer(_SLOT.sub(" ", text).lower())]


@cache
def vocabulary(prompt: Prompt) -> frozenset[str]:
    """Every word of a prompt's worked examples."""
    return frozenset(word for shot in prompt.shots for word in words_of(shot.assistant))


def _write(job: CopyJob, outcomes: Mapping[str, Outcome], model: str, said: Said) -> Piece:
    lines: dict[str, str] = {}
    written_by: dict[str, str] = {}
    failures: list[str] = []
    tried = 0
    repaired = False
    control = control_lines(job.brief, job.frame.language)
    for line in job.lines:
        answered = _answers(job, line, outcomes)
        tried += len(answered)
        repaired |= any(outcome.sample >= job.candidates for outcome in answered)
        chosen = _choose(job, line, answered, said)
        lines[line] = control[line] if chosen is None else chosen
        written_by[line] = BY_HAND if chosen is None else model
        if chosen is None:
            failures.append(f"no_candidate, {line}: {_why_not(job, line, answered)}; the control's line stands there")
        else:
            said.add(chosen)
    copied = [line for line in job.lines if line not in _FEW_WORDS and lines[line] in _examples(job.prompts[line])]
    return make_piece(
        job.frame,
        job.angle,
        lines,
        written_by,
        model=model,
        elements=job.elements,
        candidates=tried,
        repaired=repaired,
        prompt_hashes={job.prompts[line].id: job.prompts[line].fingerprint for line in job.lines},
        failures=failures,
        found=[
            CheckResult(
                check="worked_example",
                field=CHANNELS[job.frame.channel].field_of(line),
                severity="warning",
                message=f"the {line} is a worked example of its prompt, word for word",
            )
            for line in copied
        ],
    )


def _choose(job: CopyJob, line: str, answered: Sequence[Outcome], said: Said) -> str | None:
    copied = _examples(job.prompts[line])
    scored = [
        (
            (outcome.mean_logprob or 0.0)
            - REPEATED * said.times[outcome.text]
            - COPIED * (outcome.text in copied)
            - REPEATED * (line in _BUTTONS and not _calls(job, outcome.text)),
            -outcome.sample,
            outcome.text,
        )
        for outcome in answered
        if _stands(job, line, outcome)
    ]
    return max(scored)[2] if scored else None


def _stands(job: CopyJob, line: str, outcome: Outcome) -> bool:
    least = LEAST_LIKELY_FEW if line in _FEW_WORDS else LEAST_LIKELY
    return likelihood(job, line, outcome) >= least and not problems(job, line, outcome.text)


def _calls(job: CopyJob, text: str) -> bool:
    """Whether a button's verb is of the kind that the piece's elements ask for; other languages are not told apart."""
    return job.frame.language != ENGLISH or text.lower().startswith(_BUTTON_VERBS[job.elements.call_to_action])


@cache
def _examples(prompt: Prompt) -> frozenset[str]:
    return frozenset(shot.assistant for shot in prompt.shots)


def _why_not(job: CopyJob, line: str, answered: Sequence[Outcome]) -> str:
    if not answered:
        return "the model gave no whole answer"
    reasons = Counter(reason.partition(":")[0] for outcome in answered for reason in problems(job, line, outcome.text))
    if not reasons:
        return f"all {len(answered)} candidates read badly"
    return f"of {len(answered)} candidates none passed ({', '.join(f'{k} {n}' for k, n in reasons.most_common(3))})"


def _answers(job: CopyJob, line: str, outcomes: Mapping[str, Outcome]) -> list[Outcome]:
    """Whole answers to one line, likeliest first."""
    keys = (f"{job.piece}.{line}.{sample}" for sample in range(2 * job.candidates))
    found = [outcomes[key] for key in keys if key in outcomes and outcomes[key].status == "ok"]
    return sorted(found, key=lambda outcome: -(outcome.mean_logprob or 0.0))


def _messages(job: CopyJob, line: str, draw: int) -> tuple[Message, ...]:
    prompt = job.prompts[line]
    values = {"angle": job.language.angles[job.angle], "tone": job.brief.tone}
    needed = {name: values[name] for name in prompt.variables}
    messages = prompt.render(needed, _shots(job, line, prompt, draw))
    if job.note:
        noted = f"{messages[-1].content} {NOTE} {job.note}"
        messages = (*messages[:-1], messages[-1].model_copy(update={"content": noted}))
    rules = job.frame.brand.voice.rules
    if not rules:
        return messages
    told = "\n".join([messages[0].content, VOICE, *(f"- {rule}" for rule in rules)])
    return (messages[0].model_copy(update={"content": told}), *messages[1:])


def _shots(job: CopyJob, line: str, prompt: Prompt, draw: int) -> list[Shot]:
    """Worked examples of the angle, and of the occasion where there is one; other pieces get others."""
    kind = line_named(line).shots
    chance = random.Random(f"{job.seed}/{job.piece}/{line}/{draw}")
    if not any(shot.tags for shot in prompt.shots):
        return chance.sample(prompt.shots, min(SHOTS, len(prompt.shots)))
    asks = line == "opening" and job.elements.form == "question"
    # An older version of a prompt may know no such angle; any of its examples still shows what a line is like.
    known = shots_for(prompt, (job.angle, kind) if kind else (job.angle,))
    known = known or (shots_for(prompt, (kind,)) if kind else prompt.shots)
    of_angle = [shot for shot in known if (QUESTION in shot.tags) == asks]
    of_occasion: tuple[Shot, ...] = ()
    if job.occasion in _OCCASIONS and not asks:
        of_occasion = shots_for(prompt, (job.occasion,))
    some = chance.sample(of_occasion, min(SHOTS_OF_OCCASION, len(of_occasion)))
    rest = chance.sample(of_angle, min(SHOTS - len(some), len(of_angle)))
    # The last example weighs most, so the occasion's stand there, said in the angle's words.
    return [*rest, *(shot.model_copy(update={"user": rest[0].user}) for shot in some)]


def _requests(
    job: CopyJob, line: str, messages: tuple[Message, ...], key: str, first: int, count: int
) -> list[Request]:
    prompt = job.prompts[line]
    tokens = line_named(line).tokens
    if job.frame.language != ENGLISH:
        tokens = math.ceil(tokens * _TOKENS_OF_OTHERS)
    return [
        Request(
            key=f"{key}.{sample}",
            messages=messages,
            prompt=prompt.id,
            prompt_hash=prompt.fingerprint,
            max_tokens=tokens,
            # The first candidate of a prompt is its likeliest answer, the others look around it.
            temperature=0.0 if sample == first else TEMPERATURE,
            top_p=TOP_P,
            seed=job.seed,
            sample=sample,
            grammar=line_grammar(line, job.frame.slots.names, job.language, job.elements),
        )
        for sample in range(first, first + count)
    ]
