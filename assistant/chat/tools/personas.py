"""Personas: show one, and put a claim of it in a person's words."""

import tomlkit
from pydantic import Field

from assistant.chat.desk import Desk
from assistant.chat.notebook import Notebook
from assistant.chat.tools.tool import Arguments, ChatTool
from assistant.errors import ConfigError, MissingArtefact
from assistant.personas import persona_to_toml, read_edit
from assistant.pipeline import load_personas
from assistant.records import Claim, Fact, FactSheet, Persona
from assistant.records.chat import Figure
from assistant.workspace import write_atomic

_ORDER = ("who", "buys", "when", "price", "say", "avoid")


class PersonaOf(Arguments):
    """Whose persona."""

    segment: str = Field(description="its id, such as S2, or its name")


class ClaimEdit(Arguments):
    """What a claim is to say."""

    segment: str = Field(description="its id, such as S2, or its name")
    claim: str = Field(description="id of the claim, such as S2.C03")
    text: str = Field(description="the sentence that it is to be, in the person's own words")


def show_persona(desk: Desk, arguments: PersonaOf, page: Notebook) -> None:
    """A persona's claims, each with how it stands against the data."""
    persona, sheet = _persona(desk, arguments.segment)
    _show(page, persona, sheet)


def edit_persona(desk: Desk, arguments: ClaimEdit, page: Notebook) -> None:
    """Put a claim in other words, and hold it against the data again."""
    persona, _ = _persona(desk, arguments.segment)
    named = arguments.claim.upper()
    claim = next((own for own in persona.claims if own.claim == named), None)
    if claim is None:
        known = ", ".join(own.claim for own in persona.claims)
        raise ConfigError(f"The persona of {persona.segment} has no claim {arguments.claim!r}; there are {known}.")
    if not arguments.text:
        raise ConfigError(f"Say what {named} is to say.")
    path = desk.paths.persona_file(persona.segment)
    desk.ask(
        "edit_persona",
        arguments.model_dump(),
        f"Change {named} from {claim.text!r} to {arguments.text!r}?",
        f"{path.relative_to(desk.workspace.root)}; all personas are held against the data again",
    )
    with desk.acting() as pipeline:
        text = path.read_text(encoding="utf-8") if path.exists() else persona_to_toml(persona, desk.currency)
        written = _reworded(text, named, arguments.text)
        read_edit(written, str(path), persona.segment, desk.currency)
        write_atomic(path, written)
        pipeline.personas()
    after, _ = _persona(desk, persona.segment)
    kept = next((own for own in after.claims if own.claim == named), None)
    gone = next((own for own in after.dropped if own.claim == named), None)
    page.about(persona.segment)
    page.note(arguments.text, persona.name)
    if kept is not None:
        page.say(f"{named} says: {kept.text} It is {kept.status}.", zh=f"{named} 改为：{kept.text}（{kept.status}）")
        for reason in kept.reasons:
            page.note(reason)
    elif gone is not None:
        page.note(*gone.reasons)
        page.say(f"{named} was taken out: the data refute it.", zh=f"{named} 已移除：数据与之不符。")
        for reason in gone.reasons:
            page.say(f"- {reason}")


def _persona(desk: Desk, said: str) -> tuple[Persona, FactSheet]:
    sheet = desk.sheet(said)
    found = next((own for own in load_personas(desk.workspace) if own.segment == sheet.segment), None)
    if found is None:
        raise MissingArtefact(f"{sheet.segment} has no persona yet; type `assistant personas`.")
    return found, sheet


def _show(page: Notebook, persona: Persona, sheet: FactSheet) -> None:
    facts = {fact.fact: fact for fact in sheet.facts}
    head = [fact for fact in sheet.facts if fact.metric in ("customers", "customer_share", "revenue_share")]
    page.about(persona.segment)
    page.note(persona.name, sheet.name)
    page.say(f"{persona.segment} {persona.name}.", zh=f"{persona.segment} 的画像：{persona.name}。")
    page.say(persona.line, *(page.fact(fact)[0] for fact in head))
    if persona.caution:
        page.note(persona.caution)
        page.say(f"Caution: {persona.caution}", zh=f"注意：{persona.caution}")
    for claim in sorted(persona.claims, key=lambda own: _ORDER.index(own.about)):
        page.note(claim.claim)
        page.say(f"- {claim.claim} ({claim.status}): {claim.text}", *_figures(page, claim, facts))
    page.table(
        ("claim", "about", "text", "status", "rests on"),
        [
            (own.claim, own.about, own.text, own.status, ", ".join((*own.facts, *own.documents)))
            for own in sorted(persona.claims, key=lambda own: _ORDER.index(own.about))
        ],
        title=f"{persona.segment} {persona.name}",
    )


def _figures(page: Notebook, claim: Claim, facts: dict[str, Fact]) -> tuple[Figure, ...]:
    """The numbers that a claim's words state, of the facts it rests on."""
    found: list[Figure] = []
    for fact in (facts[name] for name in claim.facts if name in facts):
        value, *others = page.fact(fact)
        found += [value] if fact.display in claim.text else []
        found += [own for own in others if own.role == "others" and fact.others_display in claim.text]
    return tuple(found)


def _reworded(text: str, claim: str, words: str) -> str:
    """A persona's file with one claim in other words, all else as it was, a person's comments too.

    Without a predicate the sentence is read anew by its words.
    """
    file = tomlkit.parse(text)
    for own in file.get("claims", []):
        if own.get("claim") == claim:
            own["text"] = words
            own.pop("predicate", None)
    return tomlkit.dumps(file)


TOOLS = (
    ChatTool("show_persona", "The persona of a segment: its claims and how each stands.", PersonaOf, show_persona),
    ChatTool(
        "edit_persona",
        "Put one claim of a persona in a person's own words; it is held against the data again.",
        ClaimEdit,
        edit_persona,
        acts=True,
    ),
)
