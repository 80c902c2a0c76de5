"""A prompt as a model would get it, with a real segment and a real brief of the workspace."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import Field

from assistant.copywriting import CHANNELS, ENGLISH, copy_requests
from assistant.errors import ConfigError, MissingArtefact, unknown_name
from assistant.llm import Journal, likely_tokens
from assistant.personas import PersonaJob, persona_requests
from assistant.pipeline.language import PERSONA_PROMPTS
from assistant.pipeline.pipeline import Pipeline
from assistant.prompting import Prompt, load_prompt
from assistant.records import FactSheet, Message, Record, Request

COPY = "copy"
PERSONA = "persona"


class Rendered(Record):
    """One request as it would be sent."""

    prompt: str
    prompt_hash: str
    segment: str = ""
    channel: str = ""
    angle: str = ""
    messages: tuple[Message, ...]
    tokens: int = Field(description="of the messages: counted where the journal has this very request, else about")
    counted: bool
    requests: int = Field(description="that would be sent with this prompt for the same thing, candidates included")


def render_copy(
    pipeline: Pipeline, prompt: Prompt, brief: Path, *, segment: str = "", channel: str = "", angle: str = ""
) -> Rendered:
    """The first request with a prompt of copy.

    Args:
        pipeline: of the workspace, whose facts are there.
        prompt: of a folder `copy` or `copy_LANGUAGE`.
        brief: its TOML file.
        segment: empty: the first of the brief.
        channel: empty: the brief's first that has this line.
        angle: empty: the brief's first.

    Raises:
        ConfigError: the brief has no such segment, channel, angle, or language, or no channel with this line.
    """
    folder, _, stem = _base(prompt).partition("/")
    language = folder.removeprefix(COPY).removeprefix("_") or ENGLISH
    campaigning = pipeline.campaigning()
    order = campaigning.brief(brief)
    fitting = [
        name for name in CHANNELS if any(CHANNELS[name].prompt_of(line) == stem for line in CHANNELS[name].lines)
    ]
    chosen = channel or next((name for name in order.channels if name in fitting), fitting[0])
    if chosen not in fitting:
        raise ConfigError(
            f"No line of {chosen!r} is asked for with {_base(prompt)}; expected one of {', '.join(fitting)}."
        )
    if angle and angle not in order.angles:
        raise unknown_name("angle", angle, order.angles)
    # One piece is enough, whatever else the brief asks for.
    order = order.model_copy(update={"channels": (chosen,), "languages": (language,), "variants": 1})
    plan = campaigning.plan(order, pipeline.sheets(), pipeline.personas_made())
    known = [sheet.segment for sheet in plan.sheets]
    if segment and segment not in known:
        raise unknown_name("segment", segment, known)
    plan = replace(plan, prompts={**plan.prompts, (language, stem): prompt})
    job = next(
        job for job in plan if (not segment or job.frame.segment == segment) and (not angle or job.angle == angle)
    )
    requests = [request for request in copy_requests(job) if request.prompt_hash == prompt.fingerprint]
    told = _rendered(pipeline, prompt, requests, pipeline.settings.models.copywriter)
    return told.model_copy(update={"segment": job.frame.segment, "channel": chosen, "angle": job.angle})


def render_persona(pipeline: Pipeline, prompt: Prompt, *, segment: str = "") -> Rendered:
    """The first request with a prompt of personas.

    Raises:
        MissingArtefact: no fact sheet has been made.
        ConfigError: there is no such segment.
    """
    sheet = _sheet(pipeline, segment)
    override = pipeline.workspace.prompts
    prompts = {name: load_prompt(f"{PERSONA}/{name}", override) for name in PERSONA_PROMPTS}
    prompts[_base(prompt).partition("/")[2]] = prompt
    job = PersonaJob(
        sheet=sheet,
        companions=(),
        claim=prompts["claim"],
        advice=prompts["advice"],
        name=prompts["name"],
        candidates=pipeline.settings.writing.persona_candidates,
        seed=pipeline.settings.models.seed,
    )
    requests = [request for request in persona_requests(job) if request.prompt_hash == prompt.fingerprint]
    told = _rendered(pipeline, prompt, requests, pipeline.settings.models.persona)
    return told.model_copy(update={"segment": sheet.segment})


def render_plain(prompt: Prompt, values: Mapping[str, str]) -> Rendered:
    """Any prompt with values given for its variables.

    Raises:
        ConfigError: a variable is missing or unknown.
    """
    messages = prompt.render(values)
    request = Request(key="", messages=messages, prompt=prompt.id, prompt_hash=prompt.fingerprint)
    return Rendered(
        prompt=prompt.id,
        prompt_hash=prompt.fingerprint,
        messages=messages,
        tokens=likely_tokens(request),
        counted=False,
        requests=1,
    )


def _rendered(pipeline: Pipeline, prompt: Prompt, requests: list[Request], model: str) -> Rendered:
    request = requests[0]
    tokens, counted = likely_tokens(request), False
    with Journal(pipeline.workspace.journal) as journal:
        known = journal.answers(model, [request], fingerprint=None)
        if known:
            tokens, counted = known[request.key].tokens_in, True
        elif pace := journal.pace(model, 1, [prompt.id]):
            # What this model's tokenizer made of such prompts so far.
            tokens = round(tokens * pace.tokens_in_ratio)
    return Rendered(
        prompt=prompt.id,
        prompt_hash=prompt.fingerprint,
        messages=request.messages,
        tokens=tokens,
        counted=counted,
        requests=len(requests),
    )


def _sheet(pipeline: Pipeline, segment: str) -> FactSheet:
    sheets = {sheet.segment: sheet for sheet in pipeline.sheets()}
    if not sheets:
        raise MissingArtefact("No fact sheet has been made; run `assistant segments fit`.")
    if segment and segment not in sheets:
        raise unknown_name("segment", segment, sheets)
    return sheets[segment] if segment else next(iter(sheets.values()))


def _base(prompt: Prompt) -> str:
    return prompt.id.partition("@")[0].partition("+")[0]
