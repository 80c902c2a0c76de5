"""Clean copy: what careful people wrote, laid out over channels, languages, angles and products."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.config import ShopSettings
from assistant.copywriting import (
    ANGLES,
    CHANNELS,
    PieceFrame,
    Product,
    make_piece,
    piece_slots,
)
from assistant.copywriting.channels import line_named
from assistant.prompting import Prompt, load_prompt, shots_for
from assistant.records import BrandKit, Brief, Piece


@dataclass(frozen=True)
class Original:
    """One piece before anything is done to it."""

    brief: Brief
    frame: PieceFrame
    angle: str
    lines: dict[str, str]

    @property
    def can_be_said(self) -> bool:
        """Whether its facts are there: a brief without a code has none for a line that names one."""
        return all(slot in self.frame.slots for text in self.lines.values() for slot in _slots(text))

    @property
    def piece(self) -> Piece:
        """The piece, checked."""
        return make_piece(self.frame, self.angle, self.lines, dict.fromkeys(self.lines, "a person"), model="a person")

    def with_lines(self, **lines: str) -> "Original":
        """The same with other words in some lines."""
        return replace(self, lines={**self.lines, **lines})


def originals(
    brief: Brief,
    products: Sequence[str],
    *,
    count: int,
    seed: int,
    languages: Sequence[str] = ("en",),
    currency: str = "USD",
    prompts: Path | None = None,
) -> list[Original]:
    """Clean pieces: lines that people wrote for the prompts as worked examples, put together anew.

    Each is as long as it is: none is left out for what a check says of it.

    Args:
        brief: offer, dates, sender.
        products: names of the catalogue.
        count: how many.
        seed: of the draws.
        languages: to write in; channels, languages and angles take turns.
        currency: ISO 4217.
        prompts: a folder whose prompt files come before the product's own.
    """
    draw = random.Random(seed)
    places = _places(languages)
    made = []
    for at in range(count):
        channel, language, angle = next(places)
        frame = PieceFrame(
            segment=f"S{at + 1}",
            channel=channel,
            language=language,
            market=brief.market,
            slots=piece_slots(
                brief,
                ShopSettings(),
                currency,
                product := Product(draw.choice(_fitting(products, channel)), "catalogue"),
                (product,),
                language,
                personal=CHANNELS[channel].personal,
            ),
            brand=BrandKit(),
        )
        made.append(Original(brief, frame, angle, lines_of(frame, angle, draw, prompts)))
    return made


def _places(languages: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    while True:
        for angle in ANGLES:
            for language in languages:
                for channel in CHANNELS:
                    yield channel, language, angle


def _fitting(products: Sequence[str], channel: str) -> Sequence[str]:
    """A headline of an advert holds 30 signs, so people choose products with a short name for it."""
    short = [name for name in products if len(name) <= 14]
    return short if CHANNELS[channel].advert and short else products


def lines_of(frame: PieceFrame, angle: str, draw: random.Random, prompts: Path | None) -> dict[str, str]:
    """The lines of a clean piece, each a worked example of its prompt.

    Args:
        frame: of the piece.
        angle: of the worked examples.
        draw: which of them.
        prompts: a folder whose prompt files come before the product's own.
    """
    channel = CHANNELS[frame.channel]
    lines: dict[str, str] = {}
    for line in channel.lines:
        said = _examples(_prompt(frame.language, channel.prompt_of(line), prompts), line, angle, frame)
        # A person does not say in a piece what the piece says already.
        fresh = [text for text in said if text not in lines.values()] or said
        lines[line] = draw.choice(fresh)
    return lines


def _examples(prompt: Prompt, line: str, angle: str, frame: PieceFrame) -> list[str]:
    kind = line_named(line).shots
    shots = shots_for(prompt, (angle, kind) if kind else (angle,)) or prompt.shots
    texts = [shot.assistant for shot in (shots or prompt.shots)]
    wanted = [sorted(slot for slot in needed if slot in frame.slots) for needed in line_named(line).needs]
    # An offer without a code, say, has no use for an example that names one.
    able = [text for text in texts if all(slot in frame.slots for slot in _slots(text))]
    return [text for text in able if _slots(text) in wanted] or able or texts


def _slots(text: str) -> list[str]:
    return sorted(part.partition("}")[0] for part in text.split("{")[1:])


def _prompt(language: str, name: str, prompts: Path | None) -> Prompt:
    folder = "copy" if language == "en" else f"copy_{language}"
    return load_prompt(f"{folder}/{name}", prompts)
