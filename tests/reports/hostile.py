"""The same records with something added to every text in them."""

from enum import Enum
from typing import Any

from pydantic import BaseModel

from assistant.reports import ReportData

PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror="alert(1)">',
    "single quote": "' onmouseover='alert(1)",
    "backtick": "`onfocus=alert(1) autofocus=`",
    "style end": "</style><style>*{display:none}</style>",
    "comment": "<!-- --!> <![CDATA[ ]]>",
    "template": "{{7*7}}{% raw %}${7*7}",
    "entity": "&lt;b&gt; &amp; &#60;script&#62;",
    "emoji": "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{CRAB}",
    "right to left": "\N{RIGHT-TO-LEFT OVERRIDE}مرحبا שלום",
    "line ends": "\r\n\t\N{LINE SEPARATOR}",
    "long": "Donaudampfschifffahrt" * 20,
}


def hostile(data: ReportData, payload: str, keep: frozenset[str] = frozenset()) -> ReportData:
    """Every free text with `payload` behind it, so that ids that were equal still are; fields in `keep` are left."""
    return _value(data, payload, keep)


def _value(value: Any, payload: str, keep: frozenset[str]) -> Any:
    if isinstance(value, BaseModel):
        update = {
            name: _value(getattr(value, name), payload, keep)
            for name, info in type(value).model_fields.items()
            # Validation holds closed vocabularies, channels and the currency; they cannot carry a text.
            if "Literal" not in repr(info.annotation) and name not in keep | {"unit", "currency", "channel", "channels"}
        }
        return value.model_copy(update=update)
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return value if value.startswith("brief:") or value == "control" else value + payload
    if isinstance(value, tuple):
        return tuple(_value(item, payload, keep) for item in value)
    if isinstance(value, dict):
        return {_value(key, payload, keep): _value(item, payload, keep) for key, item in value.items()}
    return value
