"""What a campaign will write: one job for each segment, channel, language, angle and variant."""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from assistant.config import Settings
from assistant.copywriting import CHANNELS, CopyJob, PieceFrame, Product, elements_of, piece_slots, products_for
from assistant.errors import ConfigError
from assistant.prompting import Prompt
from assistant.records import BrandKit, Brief, FactSheet

LONGEST_IN_ADVERT = 20
"""Characters of a product's name that a headline of 30 can hold with a word or two."""
OPENING = "opening"
ACTION = "action"


@dataclass(frozen=True)
class Selection:
    """Which pieces of a campaign are meant; what is empty stands for all."""

    segments: Collection[str] = ()
    channels: Collection[str] = ()
    pieces: Collection[str] = ()

    def __contains__(self, told: object) -> bool:
        """Whether a (piece, segment, channel) is meant."""
        if not isinstance(told, tuple):
            return False
        wanted = (self.pieces, self.segments, self.channels)
        return all(not names or name in names for names, name in zip(wanted, told, strict=True))

    @property
    def all(self) -> bool:
        """Whether nothing is left out."""
        return not (self.segments or self.channels or self.pieces)


@dataclass(frozen=True)
class CampaignPlan:
    """Every piece that a model is to write, in the order in which lines are given out. It is iterated, not held.

    Angles of one segment name different products where there are enough, so a customer who gets two messages is
    told two things.

    Raises:
        ConfigError: a segment has no product that a message may name.
    """

    brief: Brief
    sheets: Sequence[FactSheet]
    """Of the segments to write for."""
    occasions: Mapping[str, str]
    """By segment, what there is to talk about; see `personas.occasion_of`."""
    prompts: Mapping[tuple[str, str], Prompt]
    """By language and name."""
    settings: Settings
    brand: BrandKit
    longest_first_names: Mapping[str, int] = field(default_factory=dict)
    """By segment, characters; a segment without any is absent."""

    def __post_init__(self) -> None:
        """Refuse before anything is asked."""
        for sheet in self.sheets:
            if not products_for(self.brief, sheet):
                raise ConfigError(
                    f"Segment {sheet.segment} has no product that a message may name; name some in the brief: "
                    'products = ["..."].'
                )

    def __len__(self) -> int:
        """Pieces that a model is to write."""
        brief = self.brief
        return len(self.sheets) * len(brief.channels) * len(brief.languages) * len(brief.angles) * brief.variants

    @property
    def controls(self) -> int:
        """Pieces that no model writes: one a segment, channel and language."""
        return len(self.sheets) * len(self.brief.channels) * len(self.brief.languages)

    def __iter__(self) -> Iterator[CopyJob]:
        """The jobs, in order."""
        block = count()
        for sheet in self.sheets:
            products = products_for(self.brief, sheet)
            order = list(products)
            random.Random(f"{self.settings.models.seed}/{sheet.segment}").shuffle(order)
            for channel in self.brief.channels:
                for language in self.brief.languages:
                    yield from self._block(sheet, channel, language, next(block), _fitting(order, channel), products)

    def selected(self, selection: Selection) -> Iterator[CopyJob]:
        """The jobs that are meant, in order."""
        return (job for job in self if (job.piece, job.frame.segment, job.frame.channel) in selection)

    def _block(
        self,
        sheet: FactSheet,
        channel: str,
        language: str,
        number: int,
        named: Sequence[Product],
        products: Sequence[Product],
    ) -> Iterator[CopyJob]:
        brief, settings = self.brief, self.settings
        prompts = {line: self.prompts[language, CHANNELS[channel].prompt_of(line)] for line in CHANNELS[channel].lines}
        levels = levels_of(prompts)
        each = [(variant, angle) for variant in range(1, brief.variants + 1) for angle in brief.angles]
        for at, (variant, angle) in enumerate(each):
            slots = piece_slots(
                brief,
                settings.shop,
                sheet.currency,
                named[at % len(named)],
                products,
                language,
                personal=CHANNELS[channel].personal,
                disclaimers=self.brand.disclaimers_for(brief.market, channel, language),
                longest_first_name=self.longest_first_names.get(sheet.segment),
            )
            frame = PieceFrame(
                segment=sheet.segment,
                channel=channel,
                language=language,
                market=brief.market,
                slots=slots,
                brand=self.brand,
                several_languages=len(brief.languages) > 1,
                variant=variant,
            )
            yield CopyJob(
                brief=brief,
                frame=frame,
                angle=angle,
                elements=elements_of(angle, at, number, **levels),
                occasion=self.occasions[sheet.segment],
                prompts=prompts,
                candidates=settings.writing.copy_candidates,
                seed=settings.models.seed,
            )


def _fitting(products: Sequence[Product], channel: str) -> Sequence[Product]:
    """A headline of an advert has no room for a long name; where all are long, the checks say so."""
    short = [product for product in products if len(product.name) <= LONGEST_IN_ADVERT]
    return short if CHANNELS[channel].advert and short else products


def levels_of(prompts: Mapping[str, Prompt]) -> dict[str, Sequence[str]]:
    """The levels of the elements that some lines can take; what `elements_of` draws from.

    Args:
        prompts: by line, in the language they are written in.
    """
    levels: dict[str, Sequence[str]] = {}
    if OPENING in prompts:
        levels["openings"] = ("reason", "product")
        if any("question" in shot.tags for shot in prompts[OPENING].shots):
            levels["forms"] = ("statement", "question")
    if ACTION in prompts:
        levels["calls"] = ("look", "buy")
    return levels
