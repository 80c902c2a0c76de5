"""Campaigns as they lie in a workspace: those that were written, and those whose run was stopped."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from assistant.campaigns import apply_ledger, read_ledger, summarise
from assistant.campaigns.ledger import FILE as LEDGER
from assistant.campaigns.ledger import approvals_of
from assistant.errors import ConfigError, MissingArtefact
from assistant.pipeline.paths import Paths
from assistant.records import Campaign, Piece
from assistant.workspace import Workspace, read_record, sha256_file

PIECES = "pieces.jsonl"
BRIEF = "brief.toml"
WAVES = ".waves"
MEANT = "meant.json"


def load_campaign(workspace: Workspace, name: str) -> Campaign:
    """A campaign with its pieces as they are now and where each stands.

    Raises:
        MissingArtefact: there is none of that name, or it cannot be read.
    """
    path = Paths(workspace).campaign(name)
    campaign = read_record(path, Campaign)
    written = (*campaign.pieces, *read_pieces(path.with_name(PIECES)))
    entries = read_ledger(path.with_name(LEDGER))
    pieces, standings = apply_ledger(written, entries)
    approvals = approvals_of(pieces, entries)
    return campaign.model_copy(
        update={
            "pieces": pieces,
            "standings": standings,
            "approvals": approvals,
            # As it is after edits, not as it was written.
            "summary": summarise(pieces),
        }
    )


def load_campaigns(workspace: Workspace) -> tuple[Campaign, ...]:
    """All campaigns that have been written, by name."""
    return tuple(
        load_campaign(workspace, path.parent.name) for path in sorted(workspace.campaigns.glob("*/campaign.json"))
    )


def campaign_hashes(workspace: Workspace) -> dict[str, str]:
    """What tells whether anything became of a campaign: path below the workspace -> hash, of all campaigns."""
    return {
        path.relative_to(workspace.root).as_posix(): sha256_file(path)
        for name in ("campaign.json", PIECES, LEDGER)
        for path in sorted(workspace.campaigns.glob(f"*/{name}"))
    }


def read_pieces(path: Path) -> Iterator[Piece]:
    """The pieces of a file, one a line, as they were written; none where there is no file."""
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            yield from (Piece.model_validate_json(line) for line in lines)


def campaign_named(workspace: Workspace, name: str | None) -> Campaign:
    """A campaign; without a name the only one.

    Raises:
        MissingArtefact: none has been written.
        ConfigError: there is none of that name, or several and none is named.
    """
    names = [path.parent.name for path in sorted(workspace.campaigns.glob("*/campaign.json"))]
    if not names:
        raise MissingArtefact("There is no campaign yet; write one with `assistant campaign run BRIEF`.")
    if name is None and len(names) == 1:
        return load_campaign(workspace, names[0])
    if name is None or name not in names:
        found = "No campaign is named" if name is None else f"There is no campaign {name!r}"
        raise ConfigError(f"{found}; there are {', '.join(names)}.")
    return load_campaign(workspace, name)


def stopped_campaigns(workspace: Workspace) -> tuple[str, ...]:
    """Campaigns of which a run was stopped before its end."""
    return tuple(path.parent.name for path in sorted(workspace.campaigns.glob(f"*/{WAVES}")))


def stopped_states(workspace: Workspace, name: str) -> dict[str, int]:
    """How far the run of a campaign came that was stopped: state -> pieces, controls left out."""
    states: dict[str, str] = {}
    for entry in read_ledger(workspace.campaigns / name / LEDGER):
        if entry.state == "planned":
            states = dict.fromkeys(entry.pieces, "planned")
        elif entry.made is None:
            states |= {piece: entry.state for piece in entry.pieces if piece in states}
    return dict(Counter(states.values()))


def stopped_run(workspace: Workspace, name: str | None) -> tuple[Path, list[str], list[str]]:
    """The brief of a campaign that was stopped, as it was when the run began, and the segments and channels meant.

    Raises:
        ConfigError: no run was stopped, or not one of that name, or several and none is named.
    """
    stopped = stopped_campaigns(workspace)
    if name is None and len(stopped) == 1:
        name = stopped[0]
    if name not in stopped:
        there = f"stopped are {', '.join(stopped)}" if stopped else "no run was stopped"
        raise ConfigError(f"There is nothing to go on with; {there}. Write with `assistant campaign run BRIEF`.")
    folder = workspace.campaigns / str(name) / WAVES
    segments, channels = json.loads((folder / MEANT).read_text(encoding="utf-8"))
    return folder / BRIEF, segments, channels
