"""A shop's rows to segments: a synthetic shop with planted groups, through the house's own pipeline."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import comb
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from assistant.config import SegmentSettings, Settings
from assistant.errors import AssistantError
from assistant.pipeline import Pipeline, Silent
from assistant.records import Method, Outcome, Request
from assistant.workspace import Workspace
from evals.records import Answer, Case, Suite, System
from evals.shops import Product, write_shopify_exports
from evals.targets.target import Job, unknown_inputs

INPUTS = frozenset({"products", "shop_seed", "settings"})
METHODS = tuple(method for method in get_args(Method) if method != "column")
LEAST_CATEGORIES = 6


class SegmentationTarget:
    """`inputs.products` is the catalogue, `inputs.settings` what `[segments]` of the settings says.

    A system's model is the method: kmeans, gmm or rfm. Each sample is a shop of its own, drawn with another seed.
    """

    name = "segmentation"
    asks = False

    def check_case(self, case: Case) -> str:
        """See `Target`."""
        if strange := unknown_inputs(case, INPUTS):
            return strange
        products = case.inputs.get("products")
        if not isinstance(products, list) or not all(
            isinstance(one, dict) and {"title", "category", "cents"} <= set(one) for one in products
        ):
            return "inputs.products is no list of products with title, category and cents"
        categories = Counter(str(one["category"]) for one in products)
        if len(categories) < LEAST_CATEGORIES or min(categories.values()) < 2:
            return f"inputs.products has {len(categories)} categories, expected {LEAST_CATEGORIES} with 2 products each"
        if not isinstance(case.inputs.get("shop_seed", 0), int):
            return f"inputs.shop_seed is {case.inputs['shop_seed']!r}, expected a whole number"
        try:
            SegmentSettings.model_validate(case.inputs.get("settings", {}))
        except ValueError as error:
            return f"inputs.settings is {case.inputs['settings']!r}: {' '.join(str(error).split())}"
        return ""

    def prompt_names(self, case: Case) -> tuple[str, ...]:
        """See `Target`."""
        return ()

    @contextmanager
    def open(self, suite: Suite, workspace: Workspace | None, system: System) -> Iterator[None]:
        """See `Target`."""
        yield None

    def requests(self, job: Job) -> list[Request]:
        """None; segments are found without a chat model."""
        return []

    def again(self, job: Job, outcomes: Mapping[str, Outcome]) -> list[Request]:
        """See `Target`."""
        return []

    def read(self, job: Job, outcomes: Mapping[str, Outcome]) -> Answer:
        """The segments' names with their sizes.

        Its `detail`: `adjusted_rand` (agreement with the planted groups, 1 at best, 0 by chance), `groups` and
        `segments` (how many), and `table` (planted group -> segment -> customers).
        """
        try:
            found, names = _found(job)
        except AssistantError as error:
            return Answer(state="invalid", error=str(error))
        table: dict[str, dict[str, int]] = {}
        for group, segment in found:
            row = table.setdefault(group, {})
            row[segment] = row.get(segment, 0) + 1
        sizes = Counter(segment for _, segment in found)
        detail = {
            "adjusted_rand": adjusted_rand([group for group, _ in found], [segment for _, segment in found]),
            "groups": len(table),
            "segments": len(sizes),
            "table": table,
        }
        told = [f"{segment} {names.get(segment, '')}: {count} customers" for segment, count in sorted(sizes.items())]
        return Answer(state="answered", output="\n".join(told), detail=detail)


def adjusted_rand(truth: Sequence[str], found: Sequence[str]) -> float:
    """The adjusted Rand index of two groupings of the same things, (n,) and (n,): 1 where alike, 0 by chance.

    Hubert and Arabie, Comparing partitions, Journal of Classification 2 (1985), equation 5.
    """
    both = sum(comb(count, 2) for count in Counter(zip(truth, found, strict=True)).values())
    rows, columns = (sum(comb(count, 2) for count in Counter(one).values()) for one in (truth, found))
    pairs = comb(len(truth), 2)
    if not pairs:
        return 1.0
    by_chance, most = rows * columns / pairs, (rows + columns) / 2
    return 1.0 if most == by_chance else (both - by_chance) / (most - by_chance)


def _found(job: Job) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Planted group and segment of every customer, and the segments' names."""
    case = job.case
    seed = int(case.inputs.get("shop_seed", job.seed)) + job.sample
    told: dict[str, Any] = {"method": job.system.model or METHODS[0], **case.inputs.get("settings", {})}
    with tempfile.TemporaryDirectory(prefix="segmentation-") as scratch:
        folder = Path(scratch)
        files, truth = write_shopify_exports(folder / "exports", _catalogue(case), seed)
        workspace = Workspace.create(folder / "shop", Settings.model_validate({"segments": told}))
        with workspace.writing():
            pipeline = Pipeline(workspace, Silent())
            pipeline.ingest_files(files)
            pipeline.segments()
        segmentation = pipeline.segmentation()
        members: pd.DataFrame = pipeline.memberships()
        names = {segment.segment: segment.name for segment in segmentation.segments}
        pairs = zip(members["customer_id"], members["segment"], strict=True)
        return [(truth[str(customer)], str(segment)) for customer, segment in pairs], names


def _catalogue(case: Case) -> list[Product]:
    return [
        Product(
            sku=f"SKU-{at:03d}",
            title=str(one["title"]),
            category=str(one["category"]),
            brand=str(one.get("brand", "House")),
            cents=int(one["cents"]),
            description=str(one.get("description", one["title"])),
        )
        for at, one in enumerate(case.inputs["products"], start=1)
    ]


TARGET = SegmentationTarget()
