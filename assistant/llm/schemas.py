"""Answers that are JSON of a stated form: the schema as each backend wants it, and the judgement of what came."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import jsonschema
from pydantic import BaseModel

from assistant.records import Message, Request

NOT_STRICT = ("default", "examples", "title", "minLength", "maxLength", "uniqueItems", "format")
"""Keywords that OpenAI's strict mode has no use for or refuses; they are checked when the answer is there.

https://platform.openai.com/docs/guides/structured-outputs, "Supported schemas".
"""
_FENCE = re.compile(r"^\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*$", re.DOTALL)


def schema_of(record: type[BaseModel]) -> str:
    """A record's JSON Schema as a request carries it; fields in the order in which a model is to write them."""
    return json.dumps(record.model_json_schema(), ensure_ascii=False)


def strict(schema: Any) -> Any:
    """A schema as strict mode wants it: every property required, no other allowed, nothing it does not know.

    A property that may be left out becomes one that may be null, as strict mode demands.
    """
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, Any] = {}
    for name, value in schema.items():
        if name in ("properties", "$defs"):  # here names are the shop's own, not keywords
            kept[name] = {each: strict(form) for each, form in value.items()}
        elif name in ("enum", "const", "required"):
            kept[name] = value
        elif name not in NOT_STRICT:
            kept[name] = strict(value)
    if "properties" in kept:
        needed = set(schema.get("required", ()))
        kept["properties"] = {
            name: form if name in needed else _nullable(form) for name, form in kept["properties"].items()
        }
        kept |= {"required": list(kept["properties"]), "additionalProperties": False}
    return kept


def instructed(messages: Sequence[Message], schema: str) -> tuple[Message, ...]:
    """The conversation with its last turn asking for JSON in words, for a backend that no schema can be handed to."""
    last = messages[-1]
    asked = f"{last.content}\n\nAnswer with one JSON value and nothing else. It must fit this JSON Schema:\n{schema}"
    return (*messages[:-1], last.model_copy(update={"content": asked}))


def value_of(schema: str, text: str) -> tuple[Any, str]:
    """What an answer holds and, where it does not fit its schema, what is wrong with it; one of the two is empty."""
    fenced = _FENCE.match(text)
    try:
        value = json.loads(fenced[1] if fenced else text)
    except ValueError as error:
        return None, f"no JSON ({error})"
    wrong = jsonschema.exceptions.best_match(_validator(schema).iter_errors(value))
    if wrong is None:
        return value, ""
    where = "".join(f"[{part!r}]" if isinstance(part, str) else f"[{part}]" for part in wrong.absolute_path)
    return None, f"{where or 'the whole'}: {wrong.message}"[:300]


def corrected(request: Request, text: str, wrong: str) -> Request:
    """The request again, told what was wrong with the answer; for the one repair that an answer gets."""
    said = (
        Message(role="assistant", content=text),
        Message(role="user", content=f"That cannot be used: {wrong}. Answer again."),
    )
    return request.model_copy(update={"key": f"{request.key}~repair", "messages": (*request.messages, *said)})


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    told = json.loads(schema)
    kind = jsonschema.validators.validator_for(told, default=jsonschema.Draft202012Validator)
    return kind(told)


def _nullable(form: Any) -> Any:
    if isinstance(form, dict) and form.get("type") == "null":
        return form
    if isinstance(form, dict) and any(each.get("type") == "null" for each in form.get("anyOf", ())):
        return form
    return {"anyOf": [form, {"type": "null"}]}
