"""What is said while a tool works."""

from collections.abc import Mapping
from typing import Any

from assistant.cli.chat.cleaning import clean_line

# A part in brackets is said where all arguments that it names are.
_WORDS: dict[str, tuple[str, ...]] = {
    "shop_overview": ("looking at the whole shop",),
    "list_segments": ("listing the segments",),
    "describe_segment": ("looking at", " {segment}"),
    "compare_segments": ("comparing {first} with {second}", " by {metric}"),
    "segment_facts": ("looking up facts of {segment}", ": {metric}"),
    "rank_segments": ("ranking the segments", " by {metric}"),
    "count_customers": ("counting customers", " of {segment}", ": {who}"),
    "search_products": ("searching products for {text}", ", for {segment}"),
    "search_behaviour": ("searching buying behaviour for {text}", ", for {segment}"),
    "recommend": ("looking up what {segment} may be offered", ", {kind}"),
    "show_persona": ("opening the persona of {segment}",),
    "edit_persona": ("changing claim {claim} of a persona",),
    "list_campaigns": ("listing the campaigns",),
    "show_campaign": ("opening the campaign", " {campaign}", ", pieces that are {state}"),
    "show_piece": ("opening {piece}", " of {campaign}"),
    "explain_piece": ("opening the receipts of {piece}", ": {words}"),
    "check_copy": ("checking copy", " for {segment}", " by the rules of {channel}"),
    "plan_campaign": ("estimating the campaign of {brief}",),
    "run_campaign": ("running the campaign of {brief}",),
    "draft_copy": ("writing copy for {segment}", ", {channel}"),
    "revise_piece": ("writing {piece} anew", ": {note}"),
    "edit_piece": ("editing {field} of {piece}",),
    "approve_piece": ("approving {piece}", ": {reason}"),
    "reject_piece": ("rejecting {piece}", ": {reason}"),
}
_LONGEST = 60


def doing(tool: str, arguments: Mapping[str, Any]) -> str:
    """A tool's call in a reader's words, without the dots behind it."""
    said = {name: _short(value) for name, value in arguments.items() if value not in ("", None, 0, False)}
    parts = _WORDS.get(tool, (clean_line(tool.replace("_", " ")),))
    return "".join(_part(part, said, needed=at == 0) for at, part in enumerate(parts))


def _part(part: str, said: Mapping[str, str], *, needed: bool) -> str:
    try:
        return part.format_map(said)
    except KeyError:
        return part.format_map(_Unsaid(said)) if needed else ""


class _Unsaid(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "?"


def _short(value: object) -> str:
    text = clean_line(str(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
