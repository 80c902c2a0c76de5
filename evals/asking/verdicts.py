"""A question that has a few verdicts, and the reading of an answer: one of them, or the reason why there is none."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.records import Outcome, Request

INFRASTRUCTURE = "infrastructure:"
"""How the reason begins where no judge could be reached: nobody's verdict, and to be asked for again."""
MAX_TOKENS = 32
_CODE = re.compile(r"```(?:json)?\s*\n(.*?)\n?\s*```", re.DOTALL)
_SHOWN = 60


@dataclass(frozen=True)
class Reading:
    """One offered verdict, or the reason why the answer holds none; exactly one of the two is set."""

    verdict: str | None
    reason: str = ""


def asked_for(request: Request, offered: Sequence[str]) -> Request:
    """The request, its answer held to `{"verdict": ...}` with one of the offered ones.

    A server is held to it by its strict mode, a local model by the grammar of the schema; either is read again by
    `read_verdict`, as a server may take a schema and not mind it.
    """
    schema = {
        "type": "object",
        "properties": {"verdict": {"type": "string", "enum": list(offered)}},
        "required": ["verdict"],
        "additionalProperties": False,
    }
    return request.model_copy(update={"json_schema": json.dumps(schema), "max_tokens": MAX_TOKENS})


def trouble(outcome: Outcome) -> str:
    """Why an outcome holds no answer; empty where it does. What nobody answered begins with `INFRASTRUCTURE`."""
    if outcome.status == "ok":
        return ""
    # What failed with a text was cut at its longest, and would be again.
    if outcome.status == "unsent" or (outcome.status == "failed" and not outcome.text):
        return f"{INFRASTRUCTURE} {outcome.error or 'no answer came'}"
    if outcome.status == "refused":
        return f"the guard let the question not out: {outcome.error}"
    return f"the judge's answer cannot be used: {outcome.error or outcome.status}"


def read_verdict(outcome: Outcome, offered: Sequence[str]) -> Reading:
    """The verdict of an outcome.

    It is the `verdict` of a JSON object that holds nothing else, or an offered verdict that stands alone. Nothing is
    looked for in prose: an answer that says two things says none.
    """
    wrong = trouble(outcome)
    if wrong:
        return Reading(None, wrong)
    text = outcome.text.strip()
    if not text:
        return Reading(None, "the judge said nothing")
    found = _CODE.fullmatch(text)
    said, wrong = _said(found[1] if found else text)
    if wrong:
        return Reading(None, wrong)
    names = {name.casefold(): name for name in offered}
    verdict = names.get(said.strip().rstrip(".").casefold())
    if verdict is None:
        return Reading(None, f"the judge said {_cut(said)!r}, which was not offered: {', '.join(offered)}")
    return Reading(verdict)


def _said(text: str) -> tuple[str, str]:
    """What was given for a verdict, and what is wrong with the answer; a bare text is its own verdict."""
    try:
        pairs = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return text, ""
    if not isinstance(pairs, _Pairs):
        return text, ""
    given = [value for name, value in pairs if name == "verdict"]
    if not given:
        return "", f"the judge gave no verdict: {_cut(text)!r}"
    if len(given) > 1:
        return "", f"the judge contradicts itself: {_cut(text)!r}"
    if len(pairs) > 1:
        return "", f"the judge said more than a verdict: {_cut(text)!r}"
    value = given[0]
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value), ""
    return "", f"the judge's verdict is no word: {_cut(text)!r}"


class _Pairs(list[tuple[str, object]]):
    """A JSON object with every name it has, those that come twice too."""


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
