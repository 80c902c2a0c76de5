"""A folder of past copy as messages: plain text, Markdown, HTML and CSV."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import regex
from charset_normalizer import from_bytes

from assistant.errors import ConfigError

KINDS = (".txt", ".md", ".html", ".htm", ".csv")
_TEXT_COLUMNS = ("text", "body", "message", "content", "copy", "subject", "preheader", "headline")
_RULE = regex.compile(r"^\s*(?:-{3,}|\*{3,}|={3,}|_{3,})\s*$", regex.MULTILINE)
_MARKS = regex.compile(r"^\s{0,3}(?:#{1,6}|[-*+]|\d+\.|>)\s+|\*\*|__|`", regex.MULTILINE)
_LINK = regex.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")


@dataclass(frozen=True)
class PastCopy:
    """What a folder held."""

    messages: tuple[str, ...]
    files: int
    skipped: tuple[str, ...]
    """Files of a kind that holds no copy, or that cannot be read as text."""


def read_past_copy(folder: Path) -> PastCopy:
    """All messages of a folder and the folders in it, in the order of their paths.

    Raises:
        ConfigError: there is no such folder, or no copy in it.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder} is no folder; name one that holds past copy ({', '.join(KINDS)}).")
    messages: list[str] = []
    skipped: list[str] = []
    files = 0
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = _decoded(path) if path.suffix.lower() in KINDS else None
        if text is None:
            skipped.append(path.relative_to(folder).as_posix())
            continue
        files += 1
        messages += [each for each in (said.strip() for said in _messages(path, text)) if each]
    if not messages:
        raise ConfigError(f"{folder} holds no copy; expected files of {', '.join(KINDS)} with text in them.")
    return PastCopy(tuple(dict.fromkeys(messages)), files, tuple(skipped))


def _decoded(path: Path) -> str | None:
    found = from_bytes(path.read_bytes()).best()
    return str(found) if found is not None else None


def _messages(path: Path, text: str) -> Iterator[str]:
    kind = path.suffix.lower()
    if kind == ".csv":
        yield from _rows(text)
    elif kind in (".html", ".htm"):
        yield _plain(text)
    else:
        for part in _RULE.split(text):
            yield _LINK.sub(r"\1", _MARKS.sub("", part)) if kind == ".md" else part


def _rows(text: str) -> Iterator[str]:
    for row in csv.DictReader(io.StringIO(text)):
        told = {str(name).strip().lower(): str(value or "") for name, value in row.items() if name is not None}
        known = [told[name] for name in _TEXT_COLUMNS if told.get(name)]
        yield "\n".join(known or [max(told.values(), key=len, default="")])


class _Text(HTMLParser):
    """The text that a browser would show."""

    _HIDDEN = frozenset({"script", "style", "head", "title", "template"})
    _LINES = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "td"})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in self._HIDDEN
        if tag in self._LINES:
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in self._HIDDEN))

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.said.append(data)


def _plain(text: str) -> str:
    parser = _Text()
    parser.feed(text)
    lines = (" ".join(line.split()) for line in "".join(parser.said).splitlines())
    return "\n".join(line for line in lines if line)
