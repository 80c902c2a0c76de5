"""Campaigns: list, show, plan and run."""

from typing import Literal

from pydantic import Field

from assistant.chat.desk import Desk
from assistant.chat.notebook import Notebook
from assistant.chat.tools.copies import STATES, STATES_ZH, brief_path, briefs_of, campaign_of, figures_of
from assistant.chat.tools.stating import counted
from assistant.chat.tools.tool import Arguments, ChatTool, NoArguments
from assistant.llm import dollars
from assistant.pipeline import load_campaign, load_campaigns, stopped_campaigns
from assistant.records import Campaign, CampaignEstimate, Unit

State = Literal["", "ready", "needs_review", "approved", "rejected", "exported"]
LISTED = 12


class CampaignPieces(Arguments):
    """A campaign, and which of its pieces."""

    campaign: str = Field(default="", description="its name; empty: the only one")
    state: State = Field(default="", description="only pieces that stand there; empty: all")


class BriefNamed(Arguments):
    """A brief."""

    brief: str = Field(description="name of a file in briefs/, without .toml")


def list_campaigns(desk: Desk, arguments: NoArguments, page: Notebook) -> None:
    """All campaigns and where their pieces stand."""
    campaigns = load_campaigns(desk.workspace)
    count = page.figure(len(campaigns), Unit.COUNT, "campaigns", shown=str(len(campaigns)), zh="活动")
    page.say(f"There {counted(count.shown, 'campaign')}.", count, zh=f"共有 {count.shown} 个活动。")
    for campaign in campaigns:
        _standing(page, campaign)
    for name in stopped_campaigns(desk.workspace):
        page.note(name)
        page.say(f"- {name} was stopped before its end; `assistant campaign resume {name}` goes on with it.")
    briefs = ", ".join(briefs_of(desk))
    if briefs:
        page.note(*briefs_of(desk))
        page.say(f"Briefs in briefs/: {briefs}.", zh=f"briefs/ 里的活动简报：{briefs}。")
    page.table(
        ("campaign", "model", "pieces", *STATES.values()),
        [
            (c.campaign, c.model, str(c.summary.pieces), *(str(c.states.get(state, 0)) for state in STATES))
            for c in campaigns
        ],
        title="Campaigns",
    )


def show_campaign(desk: Desk, arguments: CampaignPieces, page: Notebook) -> None:
    """The pieces of a campaign and where each stands."""
    campaign = campaign_of(desk, arguments.campaign)
    _standing(page, campaign)
    wanted = {"ready": "checked"}.get(arguments.state, arguments.state)
    pieces = [piece for piece in campaign.pieces if wanted in ("", campaign.state_of(piece))]
    if not pieces:
        page.say(f"No piece is {arguments.state.replace('_', ' ')}.", zh="没有这种状态的内容。")
    for piece in pieces[:LISTED]:
        first = piece.fields[0].text.splitlines()[0] if piece.fields and piece.fields[0].text else ""
        page.note(piece.piece)
        reasons = f" ({'; '.join(piece.reasons)})" if piece.reasons else ""
        line = f"- {piece.piece}, {STATES.get(campaign.state_of(piece), '')}: {first}{reasons}"
        page.say(line, *figures_of(page, piece, line))
    if len(pieces) > LISTED:
        left, told = len(pieces) - LISTED, {"subject": campaign.campaign, "zh": "条其他内容"}
        more = page.figure(left, Unit.COUNT, "further pieces", shown=str(left), **told)
        page.say(
            f"And {more.shown} further pieces; the table has all.", more, zh=f"还有 {more.shown} 条其他内容，见表格。"
        )
    page.about(*(piece.piece for piece in pieces[:LISTED]))
    page.table(
        ("piece", "state", "text"),
        [
            (piece.piece, STATES.get(campaign.state_of(piece), ""), piece.fields[0].text if piece.fields else "")
            for piece in pieces
        ],
        title=campaign.campaign,
    )


def plan_campaign(desk: Desk, arguments: BriefNamed, page: Notebook) -> None:
    """What a brief would make and take; nothing is asked of a model."""
    path = brief_path(desk, arguments.brief)
    with desk.acting() as pipeline:
        estimate = pipeline.estimate(path)
    _tell_estimate(page, estimate)


def run_campaign(desk: Desk, arguments: BriefNamed, page: Notebook) -> None:
    """Write the copy of a brief; what was written and has not changed is kept."""
    path = brief_path(desk, arguments.brief)
    with desk.acting() as pipeline:
        estimate = pipeline.estimate(path)
    _tell_estimate(page, estimate)
    told = estimate.models[0]
    desk.ask(
        "run_campaign",
        arguments.model_dump(),
        f"Write {estimate.pieces:,} pieces and {estimate.controls:,} controls of {estimate.campaign} with "
        f"{told.model}, about {told.calls - told.known:,} requests and {told.seconds:,.0f} seconds?",
        f"campaigns/{estimate.campaign}, and personas that are not written yet",
        told.cost_nanodollars,
    )
    with desk.acting() as pipeline:
        pipeline.campaign(path)
    campaign = load_campaign(desk.workspace, estimate.campaign)
    _standing(page, campaign)
    page.say(
        f"Review it with `assistant campaign review {campaign.campaign}`, or here, piece by piece.",
        zh=f"可用 `assistant campaign review {campaign.campaign}` 审核，也可以在这里逐条审核。",
    )


def _standing(page: Notebook, campaign: Campaign) -> None:
    page.about(campaign.campaign)
    page.note(campaign.campaign, campaign.model)
    whole, told = campaign.summary.pieces, {"subject": campaign.campaign}
    total = page.figure(whole, Unit.COUNT, "pieces", shown=str(whole), **told, zh="条")
    states = [
        (
            page.figure(
                count, Unit.COUNT, f"pieces {STATES[state]}", shown=str(count), **told, zh=f"条{STATES_ZH[state]}"
            ),
            state,
        )
        for state, count in campaign.states.items()
        if state in STATES
    ]
    counts = ", ".join(f"{figure.shown} {STATES[state]}" for figure, state in states)
    counts_zh = "，".join(f"{figure.shown} 条{STATES_ZH[state]}" for figure, state in states)
    page.say(
        f"{campaign.campaign}: {total.shown} pieces, {counts}.", total, *(figure for figure, _ in states),
        zh=f"{campaign.campaign}：共 {total.shown} 条，{counts_zh}。",
    )  # fmt: skip


def _tell_estimate(page: Notebook, estimate: CampaignEstimate) -> None:
    told = estimate.models[0]
    name = estimate.campaign
    page.about(name)
    page.note(name, told.model)
    pieces = page.figure(
        estimate.pieces, Unit.COUNT, "pieces to write", subject=name, shown=f"{estimate.pieces:,}", zh="条内容"
    )
    controls = page.figure(
        estimate.controls, Unit.COUNT, "controls", subject=name, shown=f"{estimate.controls:,}", zh="条对照"
    )
    calls = page.figure(
        told.calls - told.known, Unit.COUNT, "requests", subject=name, shown=f"{told.calls - told.known:,}", zh="次请求"
    )
    seconds = page.figure(told.seconds, Unit.COUNT, "seconds", subject=name, shown=f"{told.seconds:,.0f}", zh="秒")
    cost = dollars(told.cost_nanodollars)
    figures = [pieces, controls, calls, seconds]
    if told.cost_nanodollars is not None:
        figures.append(
            page.figure(told.cost_nanodollars / 1e7, Unit.MONEY, "cost in dollars", subject=name, shown=cost)
        )
    page.say(
        f"{name}: {pieces.shown} pieces and {controls.shown} controls; about {calls.shown} requests to {told.model}, "
        f"{seconds.shown} seconds, cost {cost}.",
        *figures,
        zh=f"{name}：{pieces.shown} 条内容和 {controls.shown} 条对照；约 {calls.shown} 次请求（{told.model}），"
        f"{seconds.shown} 秒，费用 {cost}。",
    )
    page.table(
        ("segment", "channel", "language", "pieces", "controls"),
        [(b.segment, b.channel, b.language, f"{b.pieces:,}", f"{b.controls:,}") for b in estimate.blocks],
        title=name,
    )


TOOLS = (
    ChatTool("list_campaigns", "All campaigns and where their pieces stand.", NoArguments, list_campaigns),
    ChatTool("show_campaign", "The pieces of a campaign and where each stands.", CampaignPieces, show_campaign),
    ChatTool("plan_campaign", "What running a brief would make and cost; nothing is spent.", BriefNamed, plan_campaign),
    ChatTool("run_campaign", "Write the copy of a brief.", BriefNamed, run_campaign, acts=True),
)
