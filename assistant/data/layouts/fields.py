"""The text of one field in every row of a file, as its mapping says."""

import functools
import html
import operator
import re
from typing import Any

import ibis

from assistant.data.layouts.known import pattern_parts
from assistant.records.mappings import FieldSource

_UNSEEN = re.compile(r"<(script|style|head|template)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
# These stand inside a word or beside its comma; every other tag parts words.
_INLINE = re.compile(
    r"</?(?:a|abbr|b|big|cite|code|em|font|i|ins|mark|s|small|span|strong|sub|sup|u|wbr)(?:\s[^<>]*)?>", re.IGNORECASE
)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
# A spreadsheet's mark for a number that is text, such as '0042 or '+15550100.
_TEXT_MARK = r"^'([0-9+=@-])"


def plain_text(markup: str) -> str:
    """The words of HTML: tags and what no reader sees dropped, entities resolved, runs of space one space.

    What is no tag stays: `5 < 6` is text.
    """
    return " ".join(html.unescape(_TAG.sub(" ", _INLINE.sub("", _UNSEEN.sub(" ", markup)))).split())


_plain_text = ibis.udf.scalar.python(plain_text)


def field_value(table: Any, source: FieldSource) -> Any:
    """What a mapping says of one field, as text, null where nothing is said.

    Args:
        table: an Ibis table whose columns are text; a column that it lacks says nothing.
        source: where the value comes from. `event`'s rule for values that are not listed is not applied here.

    Returns:
        An Ibis string expression over the table.
    """
    value = _said(table, source)
    for name, wanted in ((source.only_with, True), (source.only_without, False)):
        if name:
            there = _cell(table, name, source.blank).notnull()
            value = (there if wanted else ~there).ifelse(value, ibis.null("string"))
    if source.first_of:
        value = value.split(source.first_of)[0].strip().nullif("")
    if source.part:
        value = _step(value, source.part)
    if source.plain_text:
        value = _plain_text(value).nullif("")
    if source.lower:
        value = value.lower()
    if source.values:
        stored = [(value.lower() == given.casefold(), kept) for given, kept in source.values.items()]
        value = ibis.cases(*stored, else_=value).nullif("")
    return value.fill_null(source.constant) if source.constant else value


def _said(table: Any, source: FieldSource) -> Any:
    cells = [_cell(table, name, source.blank) for name in source.columns]
    if source.joined and cells:
        value = _chained([(" - ", cell) for cell in cells])
    else:
        value = ibis.coalesce(*cells) if cells else ibis.null("string")
    if not source.pattern:
        return value
    pieces = [(before, _cell(table, name, source.blank)) for before, name in pattern_parts(source.pattern)]
    return ibis.coalesce(value, _chained(pieces))


def _cell(table: Any, name: str, blank: tuple[str, ...]) -> Any:
    if name not in table.columns:
        return ibis.null("string")
    cell = table[name].cast("string").strip().re_replace(_TEXT_MARK, r"\1").nullif("")
    if not blank:
        return cell
    return cell.lower().isin([word.casefold() for word in blank]).ifelse(ibis.null("string"), cell)


def _chained(pieces: list[tuple[str, Any]]) -> Any:
    """Cells one after another, each with the text before it, unless it is the first that is not empty."""
    texts = []
    for at, (before, cell) in enumerate(pieces):
        earlier = [one.notnull() for _, one in pieces[:at]]
        first = ~functools.reduce(operator.or_, earlier) if earlier else ibis.literal(True)
        texts.append(cell.isnull().ifelse("", first.ifelse(cell, ibis.literal(before) + cell)))
    return functools.reduce(operator.add, texts).nullif("")


def _step(path: Any, part: str) -> Any:
    """`Home > Kitchen > Pans`: its first or last step."""
    return path.re_replace(r"\s*>.*$" if part == "first" else r"^.*>\s*", "").strip().nullif("")
