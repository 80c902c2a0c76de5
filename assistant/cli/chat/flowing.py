"""Sentences written one after the other as they come: each is put behind the last, and nothing is drawn again.

So an answer streams on every terminal, can be copied, and stays as it is when the window is made smaller.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from assistant.cli.chat.cleaning import clean
from assistant.records.chat import Sentence

_BLOCK = re.compile(r"(?P<space>\s*)(?:(?P<heading>#{1,6})|(?P<bullet>[-*+])|(?P<number>\d{1,3}[.)])|(?P<quote>>))\s+")
# A word, or a sign of a script that is written without spaces, with the punctuation that may not begin a line.
_WIDE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_CLOSING = "\u3001\u3002\uff0c\uff01\uff1f\uff1b\uff1a\uff09\u300d\u300f\u201d"
_TOKEN = re.compile(rf"(?P<gap>\s*)(?P<word>[{_WIDE}{_CLOSING}][{_CLOSING}]*|[^\s{_WIDE}{_CLOSING}]+[{_CLOSING}]*)")
_ENDS_WIDE = re.compile(rf"[{_WIDE}{_CLOSING}]$")
_STYLES = {"strong_open": "bold", "em_open": "italic"}

# Links, pictures and HTML are what they are typed as: nothing a model writes is followed or fetched.
_markdown = MarkdownIt("commonmark").disable(["link", "image", "autolink", "html_inline", "entity"])


def inline(text: str) -> Text:
    """One line of Markdown: what is strong, emphasised and code; all else as it is typed."""
    shown = Text()
    styles: list[str] = []
    for token in _markdown.parseInline(text)[0].children or ():
        if token.type in _STYLES:
            styles.append(_STYLES[token.type])
        elif token.type.endswith("_close"):
            styles.pop()
        else:
            code = ["cyan"] if token.type == "code_inline" else []
            shown.append(clean(token.content), " ".join(styles + code))
    return shown


class Flow:
    """Sentences on a console, wrapped at its width; in a pipe a paragraph is a line.

    Args:
        console: where they go.
        wrapped: whether lines are broken at the console's width.
    """

    def __init__(self, console: Console, wrapped: bool) -> None:
        self._console = console
        self._wrapped = wrapped
        self._column = 0
        self._indent = 0
        self._breaks = False
        self._wide = False
        self._literal = self._listed = False

    @property
    def began(self) -> bool:
        """Whether the cursor stands behind a sentence."""
        return self._column > 0

    def say(self, sentence: Sentence) -> None:
        """A sentence, and the numbers of its receipts behind it."""
        literal = sentence.written_by == "tool"
        lines = clean(sentence.text).split("\n")
        last = max((at for at, line in enumerate(lines) if line.strip()), default=0)
        out = Text()
        if literal != self._literal or (literal and self._listed):
            # A model's words after the tool's begin a line, and so does what follows an entry of the tool's list.
            self._break(out)
        self._literal = literal
        for at, line in enumerate(lines):
            if at:
                self._break(out)
                if not line.strip() and at < last:
                    out.append("\n")
            if line.strip():
                self._block(out, line, literal)
            if at == last:
                for number in dict.fromkeys(sentence.receipts):
                    self._put(out, Text(f"[{number}]", "dim"), gap=True)
        self._write(out)

    def end(self) -> None:
        """The line is over; the next sentence begins one."""
        out = Text()
        self._break(out)
        self._write(out)

    def _write(self, out: Text) -> None:
        if out.plain:
            self._console.print(out, end="", soft_wrap=True, highlight=False)

    def _block(self, out: Text, line: str, literal: bool) -> None:
        mark = _BLOCK.match(line)
        if literal and mark and not mark["bullet"]:
            mark = None
        body = line[mark.end() :] if mark else line
        text = Text(body) if literal else inline(body)
        if mark or self._breaks:
            self._break(out)
        self._listed = bool(mark and mark["bullet"])
        if mark:
            sign = {"heading": "", "bullet": "•", "quote": "│"}.get(mark.lastgroup or "", mark["number"] or "")
            space = " " * min(len(mark["space"]), 8)
            if sign:
                out.append(f"{space}{sign} ")
                self._indent = self._column = cell_len(f"{space}{sign} ")
            if mark["heading"]:
                text.stylize("bold")
                self._breaks = True
        first = bool(mark) or self._column == 0
        for word, gap in _words(text):
            self._put(out, word, gap=gap or (first is False and not self._wide))
            first = True

    def _put(self, out: Text, word: Text, *, gap: bool) -> None:
        """A word behind the last one, or on the next line where there is no room for it."""
        width = self._console.width if self._wrapped else 0
        gap = gap and self._column > self._indent
        if width and self._column + gap + word.cell_len > width and self._column > self._indent:
            out.append("\n" + " " * self._indent)
            self._column, gap = self._indent, False
        if gap:
            out.append(" ")
            self._column += 1
        out.append_text(word)
        self._column += word.cell_len
        if width and self._column > width:
            # The terminal breaks what is wider than a line.
            self._column = (self._column - 1) % width + 1
        self._wide = bool(_ENDS_WIDE.search(word.plain))

    def _break(self, out: Text) -> None:
        if self._column:
            out.append("\n")
        self._column = self._indent = 0
        self._breaks = self._wide = False


def _words(text: Text) -> Iterator[tuple[Text, bool]]:
    for found in _TOKEN.finditer(text.plain):
        yield text[found.start("word") : found.end("word")], bool(found["gap"])
