"""Questions back: short, in the person's language, with what may have been meant."""

from collections.abc import Sequence

from assistant.chat.routing.arguments import Filled
from assistant.chat.routing.routes import Clarify, Lexicon, Route
from assistant.chat.routing.words import words
from assistant.records.chat import Language

_MOST = 3


def say(name: str, language: Language, routes: tuple[Route, ...] = (), **parts: str) -> Clarify:
    """A question of `words.toml`."""
    text = str(words()["says"][language][name])
    for part, value in parts.items():
        text = text.replace(f"{{{part}}}", value)
    return Clarify(text, routes[:_MOST], language)


def ask_for(tool: str, filled: Filled, language: Language, lexicon: Lexicon, confidence: float) -> Clarify:
    """Ask for the argument that is missing, with routes for what it could be."""
    missing = filled.missing
    slot = {"segment": "segment", "second": "second", "piece": "piece", "one": "piece", "brief": "brief"}.get(
        missing, ""
    )
    if tool == "compare_segments" and missing == "segment":
        slot = "first"
    options = tuple(
        Route(tool, {**filled.arguments, slot: choice}, language, confidence) for choice in filled.choices if slot
    )
    piece = str(filled.arguments.get("piece", ""))
    if missing in ("piece", "one", "brief") and not options:
        return say(f"which_{'brief' if missing == 'brief' else 'piece'}_none", language)
    if missing == "field" or missing in ("reason", "note", "text"):
        # What is said next is the missing words: the route waits with what is known.
        waiting = (Route(tool, dict(filled.arguments), language, confidence),)
        return say(f"which_{missing}", language, waiting, piece=piece)
    if missing == "second":
        return say(
            "which_second", language, options, first=_named(str(filled.arguments["first"]), lexicon, language),
            options=_listed([_named(str(choice), lexicon, language) for choice in filled.choices], language),
        )  # fmt: skip
    names = [_named(str(choice), lexicon, language) for choice in filled.choices]
    name = "one_by_one" if missing == "one" else f"which_{missing}"
    return say(name, language, options, options=_listed(names or [_some(lexicon, language)], language))


def ask_between(routes: Sequence[Route], lexicon: Lexicon) -> Clarify:
    """Ask which of several tools is meant."""
    language = routes[0].language
    does = words()["does"][language]
    said = []
    for route in routes[:_MOST]:
        text = str(does[route.tool])
        for part in ("segment", "first", "second", "metric", "piece", "brief", "claim"):
            value = str(route.arguments.get(part, ""))
            text = text.replace(f"{{{part}}}", value or ("it" if language == "en" else "它"))
        said.append(text)
    joined = str(words()["says"][language]["or"]).join(said)
    return say("unsure", language, tuple(routes), options=joined)


def _named(name: str, lexicon: Lexicon, language: Language) -> str:
    known = lexicon.segments.get(name, "")
    if not known:
        return name
    return f"{name} ({known})" if language == "en" else f"{name}（{known}）"


def _some(lexicon: Lexicon, language: Language) -> str:
    return _listed(list(lexicon.segments)[:_MOST], language) or "S1"


def _listed(names: Sequence[str], language: Language) -> str:
    if len(names) < 2:
        return "".join(names)
    if language == "zh":
        return f"{'、'.join(names[:-1])}还是{names[-1]}"
    return f"{', '.join(names[:-1])} or {names[-1]}"
