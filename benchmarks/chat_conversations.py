"""Scripted conversations with the chat: right tools, right arguments, and every figure held against the files.

    python -m benchmarks.chat_conversations WORKSPACE [--model NAME|scripted] [--router on|off|auto] [--only NAME]
                                         [--set scripts|held-out|unseen]

Each conversation is held on a copy of the workspace. `--model scripted` plays a tool-calling model from the scripts,
which invents and alters figures by plan. Conversations in which copy is written wait for `--slow`.
`--set held-out` and `--set unseen` hold those that are kept back, in place of the scripts.
"""

import argparse
import json
import sys
from pathlib import Path

from evals.chat import Conversation, TurnScore, load_conversations
from evals.chat.conversations import filled, load_held_out, load_unseen
from evals.chat.running import Report, run_conversations
from evals.chat.scripted_model import ScriptedModel

SETS = {"scripts": load_conversations, "held-out": load_held_out, "unseen": load_unseen}


def main() -> None:
    """Hold the conversations and print the report."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("workspace", type=Path)
    options.add_argument("--model", default="", help="as assistant.toml names it, or `scripted`")
    options.add_argument("--router", default="", choices=("", "on", "off", "auto"))
    options.add_argument("--only", action="append", default=[], metavar="NAME", help="only this conversation")
    options.add_argument("--language", choices=("en", "zh"))
    options.add_argument("--slow", action="store_true", help="also those in which a model writes copy")
    options.add_argument("--set", default="scripts", choices=SETS, help="which conversations; default: %(default)s")
    options.add_argument("--json", action="store_true", help="one object on standard output and nothing else")
    given = options.parse_args()
    chosen = [
        one
        for one in SETS[given.set]()
        if (not given.only or one.name in given.only)
        and given.language in (None, one.language)
        and (given.slow or not one.slow or one.name in given.only)
    ]
    if not chosen:
        options.error("no conversation of that name")
    report = held(given.workspace, chosen, given.model, given.router)
    print(json.dumps(report.as_dict(), ensure_ascii=False, indent=1) if given.json else report.to_markdown())


def held(workspace: Path, chosen: list[Conversation], model: str, router: str) -> Report:
    """The report; a scripted model is served for as long as it takes."""
    if model != "scripted":
        return run_conversations(workspace, chosen, model=model, router=router, on_turn=shown)
    with ScriptedModel(filled(chosen, workspace)) as server:
        report = run_conversations(workspace, chosen, model=server.name, router=router or "off", on_turn=shown)
        print(f"{len(server.invented)} sentences invented, {len(server.altered)} figures altered", file=sys.stderr)
    return report


def shown(score: TurnScore, seconds: float) -> None:
    """A line a turn."""
    right = "+" if score.right_tool and score.right_arguments else "a" if score.right_tool else "-"
    wrong = f", {len(score.wrong)} of {len(score.checked)} figures wrong" if score.wrong else ""
    print(f"{right} {score.conversation} {score.turn}: {seconds:.1f} s{wrong}", file=sys.stderr)


if __name__ == "__main__":
    main()
