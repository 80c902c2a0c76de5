"""A platform's template back into parts: what proves that nothing was lost or added."""

import html
from functools import cache

import regex

from assistant.copywriting.dialects.compiling import BREAK
from assistant.copywriting.dialects.dialect import DIALECTS, Dialect
from assistant.copywriting.dialects.escaping import unescape_text
from assistant.copywriting.dialects.parts import Part, canonical


def parse_back(text: str, dialect: Dialect, *, markup: bool) -> tuple[Part, ...]:
    """The parts of a template that `compile_field` wrote.

    Args:
        text: the template.
        dialect: of the platform.
        markup: whether the field is sent as HTML.
    """
    parts: list[Part] = []
    end = 0
    for match in _tokens(dialect.name, markup).finditer(text):
        parts.append(Part(kind="text", text=unescape_text(text[end : match.start()], dialect, markup=markup)))
        parts.append(_part(match, dialect, markup=markup))
        end = match.end()
    parts.append(Part(kind="text", text=unescape_text(text[end:], dialect, markup=markup)))
    return canonical(parts)


def _part(match: "regex.Match[str]", dialect: Dialect, *, markup: bool) -> Part:
    told = match.groupdict()
    if told.get("break") is not None:
        return Part(kind="break")
    if told.get("label") is not None:
        label = unescape_text(told["label"], dialect, markup=True)
        tag = regex.fullmatch(_merge(dialect, markup=True, prefix="x"), told["href"])
        if tag:
            return Part(kind="link", text=label, tag=_tag(tag, dialect, "x"))
        return Part(kind="link", text=label, url=unescape_text(told["href"], dialect, markup=True))
    return Part(kind="merge", tag=_tag(match, dialect, ""), text=_default(match, dialect, markup=markup))


def _tag(match: "regex.Match[str]", dialect: Dialect, prefix: str) -> str:
    told = match.groupdict()
    for at, tag in enumerate(dialect.whole):
        if told.get(f"{prefix}whole{at}") is not None:
            return tag
    names = (told.get(f"{prefix}{form}") for form in ("conditional", "defaulted", "bare"))
    return dialect.tag_of(next(name for name in names if name is not None))


def _default(match: "regex.Match[str]", dialect: Dialect, *, markup: bool) -> str:
    told = match.groupdict()
    if told.get("otherwise") is not None:
        return unescape_text(told["otherwise"], dialect, markup=markup)
    said = told.get("default")
    if said is None:
        return ""
    if not dialect.quotes:
        return unescape_text(said, dialect, markup=markup)
    mark, inner = said[0], said[1:-1]
    if dialect.condition is None:
        inner = unescape_text(inner.replace(mark * 2, mark), dialect, markup=False)
    return html.unescape(inner) if markup else inner


@cache
def _tokens(name: str, markup: bool) -> "regex.Pattern[str]":
    dialect = DIALECTS[name]
    merge = _merge(dialect, markup=markup, prefix="")
    line = f"(?P<break>{regex.escape(BREAK) if markup else chr(10)})"
    link = r'<a href="(?P<href>[^"]*(?:\{\{[^<>]*\}\}[^"]*)?)">(?P<label>.*?)</a>'
    return regex.compile("|".join([line, *([link] if markup else []), merge]), regex.DOTALL)


def _merge(dialect: Dialect, *, markup: bool, prefix: str) -> str:
    name = r"[A-Za-z_]\w*"
    escape = regex.escape(dialect.in_markup) if markup else ""
    forms = [f"(?P<{prefix}whole{at}>{regex.escape(text)})" for at, text in enumerate(dialect.whole.values())]

    def form(text: str, group: str, default: str = "") -> str:
        first, *rest = regex.escape(text).replace("ESCAPE", escape).split("NAME")
        again = f"(?P={prefix}{group})"
        return (first + f"(?P<{prefix}{group}>{name})" + again.join(rest)).replace("DEFAULT", default)

    if dialect.condition:
        begin, otherwise, end = dialect.condition
        forms.append(
            form(f"{begin}{dialect.bare}{otherwise}DEFAULT{end}", "conditional", f"(?P<{prefix}otherwise>.*?)")
        )
    literal = (
        "|".join(f"{mark}(?:[^{mark}]|{mark}{mark})*{mark}" for mark in dialect.quotes) if dialect.quotes else ".*?"
    )
    forms.append(form(dialect.tag, "defaulted", f"(?P<{prefix}default>{literal})"))
    forms.append(form(dialect.bare, "bare"))
    return "|".join(forms)
