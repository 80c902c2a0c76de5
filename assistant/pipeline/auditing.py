"""What an audit of a campaign shows, gathered from a workspace."""

import datetime as dt

from assistant.campaigns import read_ledger
from assistant.campaigns.ledger import FILE as LEDGER
from assistant.copywriting import demands_of, law_of
from assistant.pipeline.campaign_files import load_campaign
from assistant.pipeline.pipeline import Pipeline
from assistant.reports.audit import AuditData, Demand


def audit_data(pipeline: Pipeline, name: str) -> AuditData:
    """Everything one audit shows.

    Raises:
        MissingArtefact: there is no such campaign.
    """
    workspace = pipeline.workspace
    campaign = load_campaign(workspace, name)
    home = workspace.campaigns / name
    brief = campaign.brief
    return AuditData(
        title=workspace.settings.shop.name,
        currency=workspace.settings.shop.currency,
        as_of=dt.date.fromisoformat(pipeline.segmentation().as_of),
        campaign=campaign,
        sheets=pipeline.sheets(),
        ledger=tuple(read_ledger(home / LEDGER)),
        demands=tuple(
            Demand.model_validate(
                {"channel": channel, "demands": demands_of(brief.market, channel), "source": law_of(brief.market)}
            )
            for channel in brief.channels
        ),
        brand=pipeline.campaigning().brand(),
        manifest=workspace.manifest(home, "campaign"),
    )
