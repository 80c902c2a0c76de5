"""What a campaign will write: one job for each segment, channel and angle."""

import difflib
import random
from collections.abc import Collection, Mapping, Sequence

from assistant.config import Settings
from assistant.copywriting import CopyJob, angle_named, piece_slots, products_for
from assistant.errors import ConfigError
from assistant.prompting import Prompt
from assistant.records import Brief, FactSheet, Persona


def check_brief(brief: Brief, advertisable: Collection[str], place: str) -> None:
    """Refuse what cannot be written, before any model is called.

    Args:
        brief: the order.
        advertisable: product names that a message may hold.
        place: the brief's file, for the message.

    Raises:
        ConfigError: an angle or a product is unknown.
    """
    for angle in brief.angles:
        angle_named(angle)
    if len(set(brief.angles)) < len(brief.angles):
        raise ConfigError(f"{place}: angles names {', '.join(brief.angles)}; each angle once, please.")
    for name in brief.products:
        if name not in advertisable:
            close = difflib.get_close_matches(name, advertisable, n=3)
            hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "see `assistant search TEXT`."
            raise ConfigError(f"{place}: there is no product {name!r} that a message may name; {hint}")


def plan_jobs(
    brief: Brief,
    sheets: Sequence[FactSheet],
    personas: Mapping[str, Persona],
    prompts: Mapping[str, Prompt],
    settings: Settings,
) -> list[CopyJob]:
    """Every piece a model is to write, in the order in which lines are given out.

    Angles of one segment name different products where there are enough, so a customer who gets two messages is
    told two things.

    Args:
        brief: channels and angles.
        sheets: of the segments to write for.
        personas: by segment.
        prompts: by line.
        settings: of the workspace.
    """
    jobs = []
    for sheet in sheets:
        products = products_for(brief, sheet)
        if not products:
            raise ConfigError(
                f"Segment {sheet.segment} has no product that a message may name; name some in the brief: "
                'products = ["..."].'
            )
        order = list(products)
        random.Random(f"{settings.models.seed}/{sheet.segment}").shuffle(order)
        for channel in brief.channels:
            for at, angle in enumerate(brief.angles):
                product = order[at % len(order)]
                jobs.append(
                    CopyJob(
                        brief=brief,
                        segment=sheet.segment,
                        channel=channel,
                        angle=angle,
                        occasion=personas[sheet.segment].occasion,
                        slots=piece_slots(brief, settings.shop, sheet.currency, product, products),
                        prompts=prompts,
                        candidates=settings.writing.copy_candidates,
                        seed=settings.models.seed,
                    )
                )
    return jobs
