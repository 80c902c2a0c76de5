"""A session as Markdown, with the receipts of all its figures."""

import re
from collections.abc import Iterable, Sequence

from assistant.records.chat import ChatSession, Receipt, Sentence, Table, Turn

_MARKS = re.compile(r"([\\`*_{}\[\]<>|#])")


def session_as_markdown(session: ChatSession, turns: Iterable[Turn], receipts: Sequence[Receipt]) -> str:
    """The whole conversation; texts of the shop's data stand as text, whatever signs they hold."""
    lines = [f"# Chat {session.session}", "", f"Began {session.began}; {session.turns} questions.", ""]
    for turn in turns:
        lines += [f"## {turn.turn}. {_plain(turn.question)}", "", *_answer(turn), ""]
    if receipts:
        lines += ["## Receipts", ""]
        lines += [
            f"{own.receipt}. {_plain(own.figure.shown)}: {_plain(own.figure.says)} ({_plain(own.figure.source)})"
            for own in receipts
        ]
    return "\n".join(lines).rstrip() + "\n"


def turn_as_markdown(turn: Turn) -> str:
    """One answer."""
    return "\n".join([f"## {_plain(turn.question)}", "", *_answer(turn)]).rstrip() + "\n"


def _answer(turn: Turn) -> list[str]:
    lines = [line for sentence in turn.answer for line in _said(sentence)]
    for result in turn.results:
        if result.table is not None and result.status == "ok":
            lines += ["", *_table(result.table), ""]
    lines += [f"*{_plain(reason)}*" for reason in turn.withheld]
    if turn.stopped:
        lines.append("*The answer was stopped.*")
    if turn.error:
        lines.append(f"*{_plain(turn.error)}*")
    return lines


def _said(sentence: Sentence) -> list[str]:
    numbers = "".join(f"[{number}]" for number in dict.fromkeys(sentence.receipts))
    text = sentence.text.removeprefix("- ")
    listed = text != sentence.text
    return [f"{'- ' if listed else ''}{_plain(text)}{f' {numbers}' if numbers else ''}", *([] if listed else [""])]


def _table(table: Table) -> list[str]:
    head = "| " + " | ".join(map(_plain, table.columns)) + " |"
    rule = "|" + " --- |" * len(table.columns)
    return [head, rule, *("| " + " | ".join(map(_plain, row)) + " |" for row in table.rows)]


def _plain(text: str) -> str:
    """A text that Markdown takes for nothing else, on one line."""
    return _MARKS.sub(r"\\\1", " ".join("".join(sign if sign.isprintable() else " " for sign in text).split()))
