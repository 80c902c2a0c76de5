"""True and invented sentences held against the chat's gate of figures.

`python -m benchmarks.chat_gate WORKSPACE [--unseen]`; with `--unseen`, the sentences that the gate was never tuned on.
"""

import sys
from pathlib import Path

from evals.chat.gating import SENTENCES, UNSEEN, GateReport, Judged, Verdict, judge_sentences

_VERDICTS: tuple[Verdict, ...] = ("released", "corrected", "withheld")


def main(arguments: list[str]) -> int:
    """Print the counts and the sentences that the gate judged otherwise than it should.

    Args:
        arguments: the folder of the demo workspace; `--unseen` for the sentences that were kept apart.

    Returns:
        The exit code: 2 where the folder is not named.
    """
    unseen = "--unseen" in arguments
    folders = [one for one in arguments if one != "--unseen"]
    if len(folders) != 1 or folders[0].startswith("-"):
        print("Found no workspace, expected its folder; type `python -m benchmarks.chat_gate WORKSPACE [--unseen]`.")
        return 2
    report = judge_sentences(Path(folders[0]), UNSEEN if unseen else SENTENCES)
    for honest in (True, False):
        for language in ("", "en", "zh"):
            print(_counts(report, honest=honest, language=language))
    _print_list("True sentences kept back or changed", report.lost)
    _print_list("Invented sentences released as they stood", report.leaks)
    _print_list("Invented sentences put right", report.corrected)
    return 0


def _counts(report: GateReport, *, honest: bool, language: str) -> str:
    told = ", ".join(f"{one} {report.count(one, honest=honest, language=language)}" for one in _VERDICTS)
    kind, total = "true" if honest else "invented", len(report.of(honest=honest, language=language))
    return f"{kind} ({language or 'all'}): {total}: {told}"


def _print_list(title: str, sentences: list[Judged]) -> None:
    print(f"\n{title}: {len(sentences)}")
    for one in sentences:
        print(f"- [{one.group}{', ' + one.fault if one.fault else ''}] {one.said}")
        if one.released != one.said:
            print(f"    {'-> ' + one.released if one.released else 'kept back: ' + one.reason}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
