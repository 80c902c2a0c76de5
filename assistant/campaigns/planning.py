"""What a campaign will write: one job for each segment, channel, language and angle."""

import random
from collections.abc import Mapping, Sequence
from itertools import count

from assistant.config import Settings
from assistant.copywriting import CHANNELS, CopyJob, PieceFrame, Product, elements_of, piece_slots, products_for
from assistant.errors import ConfigError
from assistant.prompting import Prompt
from assistant.records import BrandKit, Brief, FactSheet, Persona

LONGEST_IN_ADVERT = 20
"""Characters of a product's name that a headline of 30 can hold with a word or two."""
OPENING = "opening"
ACTION = "action"


def plan_jobs(
    brief: Brief,
    sheets: Sequence[FactSheet],
    personas: Mapping[str, Persona],
    prompts: Mapping[tuple[str, str], Prompt],
    settings: Settings,
    brand: BrandKit,
    longest_first_names: Mapping[str, int] | None = None,
) -> list[CopyJob]:
    """Every piece a model is to write, in the order in which lines are given out.

    Angles of one segment name different products where there are enough, so a customer who gets two messages is
    told two things.

    Args:
        brief: channels, languages and angles.
        sheets: of the segments to write for.
        personas: by segment.
        prompts: by language and name.
        settings: of the workspace.
        brand: the brand kit.
        longest_first_names: by segment, characters; a segment without any is absent.
    """
    jobs = []
    block = count()
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
            for language in brief.languages:
                number = next(block)
                named = _fitting(order, channel)
                for at, angle in enumerate(brief.angles):
                    slots = piece_slots(
                        brief,
                        settings.shop,
                        sheet.currency,
                        named[at % len(named)],
                        products,
                        language,
                        personal=CHANNELS[channel].personal,
                        disclaimers=brand.disclaimers_for(brief.market, channel, language),
                        longest_first_name=(longest_first_names or {}).get(sheet.segment),
                    )
                    frame = PieceFrame(
                        segment=sheet.segment,
                        channel=channel,
                        language=language,
                        market=brief.market,
                        slots=slots,
                        brand=brand,
                        several_languages=len(brief.languages) > 1,
                    )
                    jobs.append(
                        CopyJob(
                            brief=brief,
                            frame=frame,
                            angle=angle,
                            elements=elements_of(angle, at, number, **_levels(prompts, channel, language)),
                            occasion=personas[sheet.segment].occasion,
                            prompts={
                                line: prompts[language, CHANNELS[channel].prompt_of(line)]
                                for line in CHANNELS[channel].lines
                            },
                            candidates=settings.writing.copy_candidates,
                            seed=settings.models.seed,
                        )
                    )
    return jobs


def _fitting(products: Sequence[Product], channel: str) -> Sequence[Product]:
    """A headline of an advert has no room for a long name; where all are long, the checks say so."""
    short = [product for product in products if len(product.name) <= LONGEST_IN_ADVERT]
    return short if CHANNELS[channel].advert and short else products


def _levels(prompts: Mapping[tuple[str, str], Prompt], channel: str, language: str) -> dict[str, Sequence[str]]:
    """The levels of the elements that a channel's lines can take."""
    levels: dict[str, Sequence[str]] = {}
    if OPENING in CHANNELS[channel].lines:
        levels["openings"] = ("reason", "product")
        if any("question" in shot.tags for shot in prompts[language, OPENING].shots):
            levels["forms"] = ("statement", "question")
    if ACTION in CHANNELS[channel].lines:
        levels["calls"] = ("look", "buy")
    return levels
