"""The judges' questions: prompt files of the product filled with texts behind their fences, as requests."""

from collections.abc import Mapping, Sequence
from functools import cache

from assistant.prompting import Prompt, load_prompt
from assistant.records import Request
from evals.asking.likelihood import literal
from evals.asking.verdicts import asked_for

PROMPTS = {
    "rubric": "judge/rubric@1",
    "pairwise": "judge/pairwise@1",
    "grounded": "judge/grounded@1",
    "backward": "judge/backward@1",
}
"""Kind of judge -> the prompt it asks with; its version is a part of what a judge is."""
_LONGEST = 256
"""Tokens of an answer that a model is made to give."""


@cache
def judge_prompt(kind: str) -> Prompt:
    """The prompt file of a kind of judge, always the product's own: a judge is not to be bent by a workspace."""
    return load_prompt(PROMPTS[kind])


def question(
    kind: str,
    values: Mapping[str, str],
    offered: Sequence[str],
    *,
    key: str,
    sample: int = 0,
    temperature: float = 0.0,
) -> Request:
    """A question with a few verdicts; judged texts among the values are fenced by the caller."""
    prompt = judge_prompt(kind)
    request = Request(
        key=key,
        messages=prompt.render({**values, "offered": " or ".join(offered)}, shots=()),
        prompt=prompt.id,
        prompt_hash=prompt.fingerprint,
        temperature=temperature,
        sample=sample,
    )
    return asked_for(request, offered)


def made_to_say(request: Request, text: str, *, key: str) -> Request:
    """The request with one answer left to give, so that its likelihood is told; by local models only."""
    return request.model_copy(
        update={"key": key, "json_schema": None, "grammar": literal(text), "max_tokens": _LONGEST, "temperature": 0.0}
    )
