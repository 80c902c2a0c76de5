"""A run as Markdown for a pull request: short, and with nothing in it that another's text could make of it."""

import re
from collections.abc import Sequence

from assistant.llm import dollars
from assistant.reports import numbers
from evals.reporting.costs import costs_of, total_cost
from evals.reporting.data import RunReport
from evals.reporting.forest import Forest, forests_of, verdict_of
from evals.reporting.hashes import hashes_of
from evals.reporting.page import banners_of, short
from evals.reporting.regressions import Output, regressions_of
from evals.reporting.scores import scores_of

WORST = 3
LONGEST = 280
"""Characters of an output that are shown."""
# What begins markup anywhere in a line, or a mention, or a link, which some services make of bare addresses too.
_MARKUP = re.compile(r"[\\`*_{}\[\]()<>#!|~&$@]")
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|javascript|data|vbscript|xmpp|www|gh)([:.\-])")
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def render_markdown(report: RunReport) -> str:
    """The summary; the same report gives the same text."""
    run = report.run
    forests = forests_of(report)
    lines = [f"## Evaluation of {escape(run.suite)}", ""]
    for forest in forests:
        _, word, sentence = verdict_of(forest)
        lines += [
            f"**{word}**: {escape(forest.title)} against {escape(forest.against)}. {escape(sentence)}",
            "",
        ]
    for title, words in banners_of(report):
        lines += [f"> **{title}.** {escape(words)}", ""]
    lines += [
        f"{numbers.counted(len(run.cases), 'case')} in "
        f"{numbers.counted(len({case.group for case in run.cases}), 'cluster')}, "
        f"{numbers.counted(run.samples, 'sample')} of each, {numbers.counted(len(run.systems), 'system')}.",
        "",
    ]
    for forest in forests:
        lines += _differences(forest, titled=len(forests) > 1)
    if not forests:
        lines += _scores(report)
    lines += _worst(report)
    lines += _cost(report)
    return "\n".join(lines).rstrip("\n") + "\n"


def escape(text: str, longest: int = 0) -> str:
    r"""Text as Markdown that shows it and does nothing: no link, no mention, no table cell, no HTML.

    What CommonMark calls punctuation can stand behind a backslash. A character of no width stands behind `@` and `#`
    and inside of an address, since services make mentions, references and links of plain text.

    Args:
        text: anybody's.
        longest: characters before an ellipsis; 0: all.
    """
    plain = " ".join(_INVISIBLE.sub("", text).split())
    if longest and len(plain) > longest:
        plain = f"{plain[: longest - 1].rstrip()}…"
    plain = _ADDRESS.sub("\\1\N{ZERO WIDTH SPACE}\\2", plain)
    return _MARKUP.sub(_harmless, plain)


def _harmless(match: re.Match[str]) -> str:
    character = match[0]
    if character in "<>&":
        return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}[character]
    return f"\\{character}\N{ZERO WIDTH SPACE}" if character in "@#" else f"\\{character}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table whose cells are anybody's."""
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(map(escape, row))} |" for row in rows),
        "",
    ]


def _differences(forest: Forest, titled: bool) -> list[str]:
    lines = [f"### {escape(forest.title)} against {escape(forest.against)}", ""] if titled else []
    rows = [
        (
            branch.verdict.metric + ("" if branch.verdict.gates else " (reports only)"),
            branch.baseline,
            branch.candidate,
            branch.difference,
            branch.interval,
            branch.p_holm,
            f"{branch.sign} {branch.verdict.verdict}",
        )
        for branch in forest.branches
    ]
    lines += _table(("metric", "baseline", "candidate", "difference", "95% interval", "p (Holm)", "verdict"), rows)
    return lines + [f"> Caution: {escape(caution)}" for caution in forest.cautions] + ([""] if forest.cautions else [])


def _scores(report: RunReport) -> list[str]:
    rows = [
        (row.system, own.metric.label, row.value, row.interval or "–", row.invalid or "none")
        for own in scores_of(report)
        for row in own.rows
    ]
    return _table(("system", "metric", "value", "95% interval", "invalid"), rows)


def _worst(report: RunReport) -> list[str]:
    """Few cases in all: of the pairs that lost on most of them first."""
    lines: list[str] = []
    left = WORST
    for own in sorted(regressions_of(report), key=lambda own: -own.lost):
        shown = own.shown[:left]
        left -= len(shown)
        if not shown:
            continue
        title = f"Worst of {own.lost} cases that lost" if own.lost > 1 else "The case that lost"
        lines += [f"<details><summary>{title}: {escape(own.pair.candidate.system.system)}</summary>", ""]
        for one in shown:
            fell = "; ".join(f"{escape(label)} {before} to {after}" for label, before, after, _ in one.lost)
            lines += [
                f"**{escape(one.case.case, LONGEST)}**: {fell}",
                "",
                f"- baseline: {_output(one.baseline)}",
                f"- candidate: {_output(one.candidate)}",
                "",
            ]
        lines += ["</details>", ""]
    return lines


def _output(output: Output) -> str:
    text = "".join(part.text for part in output.parts)
    return escape(text, LONGEST) or "no output"


def _cost(report: RunReport) -> list[str]:
    total = costs_of(report)[-1]
    cost = dollars(total_cost(list(report.trials.values())))
    return [
        f"Cost {escape(cost)} ({total.tokens_in} tokens in, {total.tokens_out} out; "
        f"{total.journal} of trials from the journal).",
        "",
        "<sub>" + ", ".join(f"{escape(name)} {escape(short(digest))}" for name, digest in hashes_of(report)) + "</sub>",
        "",
    ]
