"""Receipts down to the rows: what stands behind each value of a sentence."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import regex

from assistant.copywriting import PieceSlots
from assistant.copywriting.documents import filled
from assistant.data import ask
from assistant.errors import ConfigError, MissingArtefact
from assistant.facts import fact_query, product_query
from assistant.pipeline.campaign_files import load_campaigns
from assistant.pipeline.paths import Paths
from assistant.records import Campaign, Fact, FactSheet, Field, Piece, Slot
from assistant.records.receipts import SentenceReceipt, SlotReceipt
from assistant.workspace import Workspace, read_record

_ENDS = regex.compile(r"[.!?](?=\s|$)|\n|[。！？]")


def explain(workspace: Workspace, piece_id: str, words: str = "", campaign: str = "") -> tuple[SentenceReceipt, ...]:
    """The sentences of a piece that hold some words, each value of them with its receipt.

    Args:
        workspace: where the campaign is.
        piece_id: as `assistant campaign pieces` shows it, in any case.
        words: part of the text; empty: all sentences that hold a value.
        campaign: its name; empty: the only campaign that has the piece.

    Raises:
        ConfigError: there is no such piece, or the words stand in none of its sentences.
        MissingArtefact: no campaign has been written.
    """
    made, piece = find_piece(workspace, piece_id, campaign)
    found = [
        SentenceReceipt(
            piece=piece.piece,
            field=field.field,
            sentence=sentence,
            written_by=field.written_by,
            slots=tuple(_receipt(workspace, made, piece, slot, shown) for slot, shown in slots),
        )
        for field in piece.fields
        for sentence, slots in _sentences(piece, field)
        if (words.casefold() in sentence.casefold() if words else slots)
    ]
    if not found:
        raise ConfigError(f"{piece.piece} does not say {words!r}; see `assistant campaign pieces {made.campaign}`.")
    return tuple(found)


def find_piece(workspace: Workspace, piece_id: str, campaign: str = "") -> tuple[Campaign, Piece]:
    """A piece and its campaign.

    Args:
        workspace: where the campaign is.
        piece_id: as `assistant campaign pieces` shows it, in any case.
        campaign: its name; empty: the only campaign that has the piece.

    Raises:
        ConfigError: there is no such piece, or several campaigns have it and none is named.
        MissingArtefact: no campaign has been written.
    """
    campaigns = [made for made in load_campaigns(workspace) if campaign in ("", made.campaign)]
    if not campaigns:
        named = f" of the name {campaign!r}" if campaign else ""
        raise MissingArtefact(f"There is no campaign{named}; write one with `assistant campaign run BRIEF`.")
    found = [(made, piece) for made in campaigns for piece in made.pieces if piece.piece.lower() == piece_id.lower()]
    if not found:
        some = ", ".join(piece.piece for piece in campaigns[0].pieces[:4])
        raise ConfigError(f"There is no piece {piece_id!r}; there are {some} and others.")
    if len(found) > 1:
        names = ", ".join(made.campaign for made, _ in found)
        raise ConfigError(f"{piece_id} is a piece of {names}; choose with --campaign NAME.")
    return found[0]


def _sentences(piece: Piece, field: Field) -> Iterator[tuple[str, list[tuple[Slot, str]]]]:
    """The sentences of a field as a customer sees them, and the values in each."""
    own = {slot.slot: slot for slot in piece.slots}
    text = ""
    places: list[tuple[int, Slot, str]] = []
    for span, said in filled(
        [span for span in field.spans if not span.slot or span.slot in own], PieceSlots(piece.slots)
    ):
        if span.slot:
            places.append((len(text), own[span.slot], said))
        text += said
    # A value may hold a full stop of its own; no sentence ends within it.
    held = [range(start, start + len(said)) for start, _, said in places]
    ends = [match.end() for match in _ENDS.finditer(text) if not any(match.start() in span for span in held)]
    start = 0
    for end in (*ends, len(text)):
        sentence = text[start:end].strip()
        if sentence:
            yield sentence, [(slot, said) for at, slot, said in places if start <= at < end]
        start = end


def _receipt(workspace: Workspace, campaign: Campaign, piece: Piece, slot: Slot, shown: str) -> SlotReceipt:
    kind, _, name = slot.receipt.partition(":")
    told = {"slot": slot.slot, "shown": shown, "receipt": slot.receipt}
    if kind == "fact":
        return _of_fact(workspace, piece, name, slot, told)
    if kind == "brief":
        return _of_brief(workspace, campaign, name, slot, told)
    if kind == "customer":
        says = f"filled for each customer from {name} by the sending platform; shown is what is said where it is empty"
        return SlotReceipt(**told, says=says, definition=f"column {name} of the customers table, at sending time")
    return SlotReceipt(**told, says="the brand kit, word for word", definition=f"{workspace.brand.name}, {name}")


def _of_fact(workspace: Workspace, piece: Piece, name: str, slot: Slot, told: dict[str, str]) -> SlotReceipt:
    path = Paths(workspace).facts / f"{piece.segment}.json"
    sheet = read_record(path, FactSheet) if path.exists() else None
    fact = next((fact for fact in sheet.facts if fact.fact == name), None) if sheet else None
    if sheet is None or fact is None:
        return SlotReceipt(**told, says=f"no fact sheet holds {name} any more; run the campaign again")
    query = fact_query(fact, dt.date.fromisoformat(sheet.as_of))
    rows = ask(workspace.root, query)
    if slot.kind == "product":
        catalogue = product_query(_named(fact))
        query, rows = f"{query};\n{catalogue}", [*rows, *ask(workspace.root, catalogue)]
    return SlotReceipt(**told, says=fact.sentence, definition=fact.source, query=query, rows=tuple(rows))


def _of_brief(workspace: Workspace, campaign: Campaign, name: str, slot: Slot, told: dict[str, str]) -> SlotReceipt:
    file = workspace.campaigns / campaign.campaign / "brief.toml"
    line, said = _line(file, name.split(".")[-1] if not name.rpartition(".")[2].isdigit() else name.split(".")[-2])
    where = f"{file.relative_to(workspace.root)}, line {line}" if line else f"the brief of {campaign.campaign}"
    query = ""
    rows: tuple[dict[str, Any], ...] = ()
    if slot.kind == "product":
        query = product_query(slot.value)
        rows = tuple(ask(workspace.root, query))
    return SlotReceipt(
        **told,
        says=f"{where}: {said}" if said else f"{where} says so",
        definition=f"field {name}",
        query=query,
        rows=rows,
    )


def _line(file: Path, key: str) -> tuple[int, str]:
    if file.exists():
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if regex.match(rf"\s*{regex.escape(key)}\s*=", line):
                return number, line.strip()
    return 0, ""


def _named(fact: Fact) -> str:
    return fact.metric.partition(":")[2]
