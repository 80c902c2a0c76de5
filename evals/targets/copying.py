"""The copy job of a case: a brief and a product spelt out in it, or a piece of a workspace's plan."""

import datetime as dt
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.campaigns import Selection, levels_of
from assistant.config import Settings, ShopSettings, load_brief
from assistant.copywriting import (
    ANGLES,
    CHANNELS,
    ENGLISH,
    CopyJob,
    PieceFrame,
    Product,
    elements_of,
    known_languages,
    piece_slots,
)
from assistant.errors import ConfigError
from assistant.records import BrandKit, Brief, FactSheet
from assistant.workspace import Workspace, read_record
from evals.records import Case, Suite, System
from evals.targets.target import Job, from_workspace, unknown_inputs, workspace_of

INPUTS = frozenset(
    {"from", "brief_file", "brief", "product", "products", "occasion", "currency", "brand", "line", "profile", "facts"}
)
"""Of a case. `profile` and `facts` tell of the segment; no prompt of copy is shown them, metrics are."""
OCCASIONS = ("away", "coupon", "frequent", "seldom", "steady", "none")
"""What there is to talk about with a segment; see `personas.occasion_of`."""


@dataclass(frozen=True)
class CopyGround:
    """What is opened once: the pieces that cases of a workspace are."""

    candidates: int
    """Answers a line is chosen from, where the system does not say."""
    planned: Mapping[str, CopyJob] = field(default_factory=dict)
    """Case -> its piece."""


def check_copy(case: Case) -> str:
    """What is wrong with a case of copy; see `Target.check_case`."""
    for key, known in (("channel", tuple(CHANNELS)), ("language", known_languages()), ("angle", tuple(ANGLES))):
        if getattr(case, key) not in known:
            return f"{key} is {getattr(case, key)!r}, expected one of {', '.join(known)}"
    if strange := unknown_inputs(case, INPUTS):
        return strange
    if "from" in case.inputs:
        return _check_planned(case)
    told = case.inputs
    if "product" in told and (not isinstance(told["product"], str) or not told["product"].strip()):
        return f"inputs.product is {told['product']!r}, expected a product's name"
    others = told.get("products", [])
    if not isinstance(others, list) or not all(isinstance(one, str) for one in others):
        return f"inputs.products is {others!r}, expected a list of names"
    if told.get("occasion", "none") not in OCCASIONS:
        return f"inputs.occasion is {told['occasion']!r}, expected one of {', '.join(OCCASIONS)}"
    wrong = _problem("inputs.brief", lambda: brief_of(case)) or _problem("inputs.brand", lambda: _brand(case))
    brief = None if wrong else brief_of(case)
    if brief and not (told.get("product") or others or brief.products or brief.offer.products):
        return "inputs.product is missing, expected a product's name; or name products in the brief"
    return wrong


def prompt_names_of(case: Case, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Base names of the prompt files of some lines, in the case's language."""
    folder = "copy" if case.language == ENGLISH else f"copy_{case.language}"
    return tuple(dict.fromkeys(f"{folder}/{CHANNELS[case.channel].prompt_of(line)}" for line in lines))


@contextmanager
def opened(suite: Suite, workspace: Workspace | None, system: System) -> Iterator[CopyGround]:
    """Plan the pieces of a workspace's cases.

    Raises:
        ConfigError: there is no workspace, or its brief has no such piece.
    """
    settings = workspace.settings if workspace else Settings()
    candidates = system.parameters.candidates or settings.writing.copy_candidates
    cases = [case for case in suite.cases if from_workspace(case)]
    if not cases:
        yield CopyGround(candidates)
        return
    place = workspace_of(suite, workspace)
    by_brief: dict[str, list[Case]] = {}
    for case in cases:
        by_brief.setdefault(str(case.inputs["brief_file"]), []).append(case)
    planned: dict[str, CopyJob] = {}
    for name, own in by_brief.items():
        planned |= _planned(_found(name, suite, place), own, place)
    yield CopyGround(candidates, planned)


def copy_job(job: Job, lines: tuple[str, ...], candidates: int) -> CopyJob:
    """The piece of a trial.

    Args:
        job: its ground is a `CopyGround`.
        lines: that are written.
        candidates: answers a line is chosen from.
    """
    case, channel = job.case, CHANNELS[job.case.channel]
    names = {line: prompt_names_of(case, (line,))[0] for line in lines}
    prompts = {line: job.prompts[name] for line, name in names.items()}
    ground: CopyGround = job.ground
    planned = ground.planned.get(case.case)
    if planned is not None:
        return replace(planned, prompts={**planned.prompts, **prompts}, candidates=candidates, seed=job.draw)
    brief, brand = brief_of(case), _brand(case)
    product, others = _products(case, brief)
    frame = PieceFrame(
        segment=case.segment or "S1",
        channel=case.channel,
        language=case.language,
        market=brief.market,
        slots=piece_slots(
            brief,
            ShopSettings(),
            case.inputs.get("currency", "USD"),
            product,
            others,
            case.language,
            personal=channel.personal,
            disclaimers=brand.disclaimers_for(brief.market, case.channel, case.language),
        ),
        brand=brand,
    )
    return CopyJob(
        brief=brief,
        frame=frame,
        angle=case.angle,
        elements=elements_of(case.angle, list(ANGLES).index(case.angle), _block(case), **levels_of(prompts)),
        occasion=case.inputs.get("occasion", "none"),
        prompts=prompts,
        candidates=candidates,
        seed=job.draw,
    )


def brief_of(case: Case) -> Brief:
    """The brief spelt out in a case; channel, language, angles and the campaign's name are the case's own.

    Raises:
        ValidationError: it is none.
    """
    told = case.inputs.get("brief")
    own = {
        "campaign": case.brief or "case",
        "channels": [case.channel],
        "languages": [case.language],
        "angles": list(ANGLES),
    }
    return Brief.model_validate({**own, **told} if isinstance(told, dict) else told)


def _products(case: Case, brief: Brief) -> tuple[Product, tuple[Product, ...]]:
    """The product that a case's piece names, and all that its segment's pieces may name.

    They are the case's own, else the brief's. Of several, angles and segments take turns, as in a campaign.
    """
    one, several = case.inputs.get("product"), case.inputs.get("products", [])
    if one or several:
        names, place = tuple(dict.fromkeys((*([one] if one else []), *several))), "suite:products"
    else:
        names = brief.products or brief.offer.products
        place = "brief:products" if brief.products else "brief:offer.products"
    products = tuple(Product(name, f"{place}.{at}") for at, name in enumerate(names))
    turn = 0 if one else zlib.crc32(case.segment.encode()) + list(ANGLES).index(case.angle)
    return products[turn % len(products)], products


def _brand(case: Case) -> BrandKit:
    return BrandKit.model_validate(case.inputs.get("brand", {}))


def _block(case: Case) -> int:
    """Which block of the layout of elements a case stands in: always the same one."""
    return zlib.crc32(f"{case.group}/{case.channel}/{case.language}".encode()) % 8


def _check_planned(case: Case) -> str:
    if not from_workspace(case):
        return f"inputs.from is {case.inputs['from']!r}, expected workspace"
    if not isinstance(case.inputs.get("brief_file"), str):
        return f"inputs.brief_file is {case.inputs.get('brief_file')!r}, expected the path of a brief"
    return "" if case.segment else "segment is empty, expected one of the workspace, such as S1"


def _problem(key: str, make: Any) -> str:
    try:
        make()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, (key, *first["loc"])))
        return f"{place} is {first['input']!r}: {first['msg']}" if first["type"] != "missing" else f"{place} is missing"
    return ""


def _found(name: str, suite: Suite, workspace: Workspace) -> Path:
    """A brief's file: as it is named, beside the suite, or in the workspace."""
    places = (Path(name), Path(suite.path).parent / name, workspace.root / name)
    for path in places:
        if path.is_file():
            return path
    raise ConfigError(
        f"Suite {suite.suite} names the brief {name!r}, which is in none of {', '.join(map(str, places))}."
    )


def _planned(path: Path, cases: list[Case], workspace: Workspace) -> dict[str, CopyJob]:
    # Cases that bring their own facts need none of it.
    from assistant.pipeline import Models, Paths, Silent, load_personas
    from assistant.pipeline.campaigning import Campaigning

    brief = load_brief(path)
    campaigning = Campaigning(workspace, Silent(), Models(workspace), lambda: dt.datetime.now(dt.UTC))
    sheets = [read_record(file, FactSheet) for file in sorted(Paths(workspace).facts.glob("*.json"))]
    plan = campaigning.plan(brief, sheets, load_personas(workspace))
    planned = {}
    for case in cases:
        selection = Selection(segments=(case.segment,), channels=(case.channel,))
        fitting = (
            job for job in plan.selected(selection) if (job.frame.language, job.angle) == (case.language, case.angle)
        )
        job = next(fitting, None)
        if job is None:
            raise ConfigError(
                f"Case {case.case!r}: {path} has no piece of segment {case.segment}, channel {case.channel}, language "
                f"{case.language}, angle {case.angle}; it has segments {', '.join(s.segment for s in plan.sheets)}, "
                f"channels {', '.join(brief.channels)}, languages {', '.join(brief.languages)}, "
                f"angles {', '.join(brief.angles)}."
            )
        planned[case.case] = job
    return planned
