"""Copy: draft a piece for a segment, and lint what was written elsewhere."""

import datetime as dt
from typing import Any

import tomli_w
from pydantic import Field

from assistant.chat.desk import Desk
from assistant.chat.lexicon import nearest_name
from assistant.chat.notebook import Notebook
from assistant.chat.tools.copies import DRAFT, brief_path, briefs_of, tell_piece
from assistant.chat.tools.stating import stated_figures
from assistant.chat.tools.tool import Arguments, ChatTool
from assistant.config import load_brief
from assistant.copywriting import ANGLES, CHANNELS, angle_named, channel_named
from assistant.copywriting.linting import Binder, Mention, lint_text, mentions_in
from assistant.data import Tables
from assistant.errors import ConfigError
from assistant.pipeline import lint_ground, load_campaign
from assistant.pipeline.lookup import segmentation_of
from assistant.records import Brief
from assistant.workspace import write_atomic


class Drafting(Arguments):
    """What to write, for whom, with which offer."""

    segment: str = Field(description="its id, such as S2, or its name")
    channel: str = Field(default="email", description=f"one of {', '.join(CHANNELS)}")
    goal: str = Field(default="", max_length=200, description="what the message is to bring about")
    percent_off: int = Field(default=0, ge=0, le=100, description="of the offer; 0: that of the base brief")
    code: str = Field(default="", description="of the offer")
    product: str = Field(default="", description="what the offer is on; empty: on everything")
    deadline: str = Field(default="", description="last day of the offer, such as 2026-01-31")
    angle: str = Field(default="", description=f"one of {', '.join(ANGLES)}")
    base: str = Field(default="", description="a brief whose sender, link and address are taken")


class Linting(Arguments):
    """A text to hold against the shop's data."""

    text: str = Field(description="as it would be sent")
    channel: str = Field(default="email", description=f"one of {', '.join(CHANNELS)}")
    segment: str = Field(default="", description="whose facts it may state")


def draft_copy(desk: Desk, arguments: Drafting, page: Notebook) -> None:
    """Two versions of a piece and a control, as a small campaign of its own."""
    group = desk.segment(arguments.segment)
    channel_named(arguments.channel)
    base_name, base = _base(desk, arguments.base)
    name = _free(desk)
    brief = _brief(desk, arguments, name, base, group.segment)
    content = tomli_w.dumps(brief.model_dump(mode="json", exclude_defaults=True) | _days(brief))
    with desk.acting() as pipeline:
        aside = desk.workspace.aside(DRAFT) / f"{name}.toml"
        write_atomic(aside, content)
        estimate = pipeline.estimate(aside, (group.segment,), (arguments.channel,))
    told = estimate.models[0]
    offer = f"{brief.offer.amount}% off" if brief.offer.kind == "percent_off" else "the offer of its base brief"
    desk.ask(
        "draft_copy",
        arguments.model_dump(),
        f"Draft {arguments.channel} for {group.segment} {group.name} with {told.model}: {offer} until "
        f"{brief.deadline}, sender and link of {base_name}; about {told.calls - told.known:,} requests and "
        f"{told.seconds:,.0f} seconds?",
        f"briefs/{name}.toml and campaigns/{name}",
        told.cost_nanodollars,
    )
    with desk.acting() as pipeline:
        path = desk.workspace.root / "briefs" / f"{name}.toml"
        write_atomic(path, content)
        pipeline.campaign(path, (group.segment,), (arguments.channel,))
    campaign = load_campaign(desk.workspace, name)
    page.about(name)
    page.note(name)
    for piece in campaign.pieces:
        if piece.angle != "control":
            tell_piece(page, campaign, piece)


def check_copy(desk: Desk, arguments: Linting, page: Notebook) -> None:
    """Each fact and claim of a text bound to its source, or reported."""
    if not arguments.text:
        raise ConfigError("Give the text to check, in quotes.")
    segment = desk.segment(arguments.segment).segment if arguments.segment else None
    briefs = tuple(briefs_of(desk, drafts=False).values())
    brief = briefs[0] if len(briefs) == 1 else None
    ground = lint_ground(desk.workspace, channel_named(arguments.channel).name, brief=brief, segment=segment)
    report = lint_text(arguments.text, Binder(ground))
    against = f" against the brief {brief.stem}" if brief else ""
    if brief:
        page.note(brief.stem)
    if report.clean:
        page.say(f"Clean{against}.", zh="没有发现问题。")
    else:
        page.say(f"This cannot be sent as it is{against}:", zh="这段文案不能直接发送：")
    for finding in report.findings:
        line = f"- {finding.severity}, {finding.check.replace('_', ' ')}: {finding.message}."
        page.say(line, *stated_figures(page, line, source=lambda stated, at: page.call))
    for bound in report.bound:
        line = f"- {bound.quote} is from {bound.receipt}."
        page.say(
            line,
            *stated_figures(page, line, source=lambda stated, at: page.call),
            zh=f"- {bound.quote} 来自 {bound.receipt}。",
        )
    page.table(
        ("severity", "check", "field", "found"),
        [(own.severity, own.check, own.field, own.message) for own in report.findings],
        title=arguments.channel,
    )


def _brief(desk: Desk, arguments: Drafting, name: str, base: Brief, segment: str) -> Brief:
    offer = base.offer.model_dump()
    if arguments.percent_off:
        offer = {"kind": "percent_off", "amount": arguments.percent_off, "terms": base.offer.terms}
    if arguments.code:
        offer["code"] = arguments.code.upper()
    if arguments.product:
        offer["products"] = (_product(desk, arguments.product),)
    angle = angle_named(arguments.angle).name if arguments.angle else base.angles[0]
    angles = (angle, next(own for own in (*base.angles, *ANGLES) if own != angle))
    deadline = _day(arguments.deadline, base.deadline, desk) if arguments.deadline else base.deadline
    try:
        return Brief.model_validate(
            {
                **base.model_dump(),
                "campaign": name,
                "goal": arguments.goal or base.goal,
                "offer": offer,
                "products": offer.get("products", ()) or base.products,
                "audience": (segment,),
                "channels": (arguments.channel,),
                "angles": angles,
                "variants": 1,
                "languages": base.languages[:1],
                "starts": min(base.starts, deadline),
                "deadline": deadline,
            }
        )
    except ValueError as error:
        raise ConfigError(f"This cannot be a brief: {' '.join(str(error).split())[:300]}") from None


def _days(brief: Brief) -> dict[str, Any]:
    """TOML has dates of its own."""
    return {"starts": brief.starts, "deadline": brief.deadline}


def _base(desk: Desk, said: str) -> tuple[str, Brief]:
    if said:
        path = brief_path(desk, said)
        return path.stem, load_brief(path)
    briefs = tuple(briefs_of(desk, drafts=False).values())
    if len(briefs) != 1:
        found = f"there are {', '.join(path.stem for path in briefs)}" if briefs else "there is none in briefs/"
        raise ConfigError(f"A draft takes its sender, link and address from a brief; say which one: {found}.")
    return briefs[0].stem, load_brief(briefs[0])


def _free(desk: Desk) -> str:
    """The next free name of a draft."""
    taken = {path.stem for path in (desk.workspace.root / "briefs").glob(f"{DRAFT}-*.toml")}
    taken |= {path.name for path in desk.workspace.campaigns.glob(f"{DRAFT}-*")}
    return next(name for number in range(1, 10_000) if (name := f"{DRAFT}-{number}") not in taken)


def _product(desk: Desk, said: str) -> str:
    products = Tables(desk.workspace.data).products
    names = products.filter(products.advertisable).select("name").distinct().execute()["name"].tolist()
    exact = next((name for name in names if name.casefold() == said.casefold()), "")
    found = exact or nearest_name(said, {name: name for name in names})
    if not found:
        raise ConfigError(f"There is no one product {said!r} in the catalogue; name it as `assistant search` shows it.")
    return found


def _day(said: str, near: dt.date, desk: Desk) -> dt.date:
    """A day as people say it; where no year is said, the first such day from the data's last one on."""
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        pass
    dates = [own for own in mentions_in(said, "en") + mentions_in(said, "zh") if own.kind == "date" and own.day]
    if not dates:
        raise ConfigError(f"The deadline {said!r} is no day; expected one such as {near.isoformat()}.")
    return _first_after(dates[0], dt.date.fromisoformat(segmentation_of(desk.workspace).as_of))


def _first_after(mention: Mention, as_of: dt.date) -> dt.date:
    for year in (mention.year,) if mention.year else (as_of.year, as_of.year + 1):
        try:
            day = dt.date(year, mention.month, mention.day)
        except ValueError:
            continue
        if mention.year or day >= as_of:
            return day
    raise ConfigError(f"There is no day {mention.day} of month {mention.month}.")


TOOLS = (
    ChatTool(
        "draft_copy", "Draft a message for a segment and channel, with an offer.", Drafting, draft_copy, acts=True
    ),
    ChatTool(
        "check_copy", "Hold a text that was written elsewhere against the data, limits and law.", Linting, check_copy
    ),
)
