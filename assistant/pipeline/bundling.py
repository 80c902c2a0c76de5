"""Bundles of a workspace's campaigns, and what a name on the command line stands for: a campaign or a bundle."""

from collections.abc import Iterable
from pathlib import Path

from assistant.campaigns.bundling import Bundle, pack, replay, unpack
from assistant.campaigns.ledger import FILE as LEDGER
from assistant.campaigns.ledger import read_ledger
from assistant.errors import ConfigError
from assistant.llm import Journal
from assistant.pipeline.campaign_files import PIECES, load_campaign, read_pieces
from assistant.pipeline.pipeline import Pipeline
from assistant.records import Document, Outcome, Persona
from assistant.retrieval import Retriever
from assistant.workspace import write_atomic


def bundle_of(pipeline: Pipeline, name: str) -> Bundle:
    """A campaign with all it was made of, as the workspace knows it now; its answers come from the journal.

    Raises:
        MissingArtefact: there is no such campaign.
    """
    workspace = pipeline.workspace
    campaign = load_campaign(workspace, name)
    plan = pipeline.plan_of(campaign)
    home = workspace.campaigns / name
    manifest = workspace.manifest(home, "campaign")
    segments = {sheet.segment for sheet in plan.sheets}
    personas = tuple(persona for persona in pipeline.personas_made() if persona.segment in segments)
    bare = Bundle(
        campaign=campaign.model_copy(update={"pieces": (), "standings": {}, "approvals": {}}),
        plan=plan,
        pieces=tuple(read_pieces(home / PIECES)),
        ledger=tuple(read_ledger(home / LEDGER)),
        calls={},
        personas=personas,
        documents=_documents(pipeline, personas),
        versions=manifest.versions if manifest else {},
    )
    with Journal(workspace.journal) as journal:
        calls = _Recording(journal)
        replay(_with_calls(bare, calls))
    return _with_calls(bare, calls.found)


def write_bundle(pipeline: Pipeline, name: str, out: Path) -> Bundle:
    """Write a campaign's bundle, after it was made again from it.

    Raises:
        ConfigError: some pieces come out otherwise, because data, brief or brand kit have changed since, or the
            campaign was written in parts.
    """
    bundle = bundle_of(pipeline, name)
    again = replay(bundle)
    if again.differing:
        raise ConfigError(
            f"{len(again.differing)} pieces of {name} cannot be made again from what the workspace holds now, such as "
            f"{again.differing[0]}; type `assistant campaign run "
            f"{pipeline.workspace.campaigns / name / 'brief.toml'}`, then bundle it."
        )
    write_atomic(out, pack(bundle))
    return bundle


def run_named(pipeline: Pipeline | None, name: str) -> Bundle:
    """A run to compare: a bundle's file, or a campaign of the workspace.

    Raises:
        ConfigError: it is neither.
    """
    path = Path(name)
    if path.suffix == ".zip" or path.is_file():
        return unpack(path)
    if pipeline is None:
        raise ConfigError(f"{name} is no file, and without a workspace there is no campaign of that name.")
    return bundle_of(pipeline, name)


class _Recording(dict[str, Outcome]):
    """Answers looked up in the journal as they are asked for."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self.found: dict[str, Outcome] = {}
        self._journal = journal

    def get(self, asked: str, default: object = None) -> Outcome | None:  # type: ignore[override]
        """The newest answer, kept."""
        if asked not in self.found:
            known = self._journal.answer_to(asked)
            if known is not None:
                self.found[asked] = known
        return self.found.get(asked)


def _with_calls(bundle: Bundle, calls: dict[str, Outcome]) -> Bundle:
    return Bundle(**{**bundle.__dict__, "calls": calls})


def _documents(pipeline: Pipeline, personas: Iterable[Persona]) -> tuple[Document, ...]:
    """The retrieved documents that claims rest on."""
    ids = list(
        dict.fromkeys(document for persona in personas for claim in persona.claims for document in claim.documents)
    )
    if not ids:
        return ()
    with Retriever.open(pipeline.workspace.index, pipeline.settings.models.embedder) as retriever:
        return tuple(retriever.get(ids))
