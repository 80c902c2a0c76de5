"""How easily the output reads, where it is long enough to tell."""

import regex

from assistant.copywriting.checks.languages import HARD
from assistant.copywriting.languages import reading_ease
from assistant.copywriting.languages.telling import LONG_ENOUGH
from evals.metrics.metric import Metric, Subject
from evals.metrics.wording import lines_of
from evals.records import Score, invalid, scored

NAME, VERSION = "readability", 1
LEAST_WORDS, LEAST_SENTENCES = 30, 3
"""Below these no formula can tell one text from another: of single sentences it orders a third wrongly."""
EASY = 60.0
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}'’-]*")
_SENTENCE = regex.compile(r"[.!?]+(?=\s|$)")
_ENDED = regex.compile(r"[.!?:;,]['\"”“»)]*$")


def measure(subject: Subject) -> Score:
    """Reading ease by the formula of the case's language, from 0, hard, to 100; 60 and more is plain, below 30 hard.

    Invalid where the text has fewer than 30 words or 3 sentences: no headline has a grade. Invalid in languages
    without a formula. What the house adds, such as a footer, is left out, and a line without a mark ends a sentence.
    """
    lines = [line.strip() for text in lines_of(subject) for line in text.split("\n") if line.strip()]
    text = " ".join(line if _ENDED.search(line) else f"{line}." for line in lines)
    words, sentences = len(_WORD.findall(text)), len(_SENTENCE.findall(text))
    if words < LEAST_WORDS or sentences < LEAST_SENTENCES:
        shape = f"{words} words in {sentences} sentence{'s' * (sentences != 1)}"
        return invalid(NAME, VERSION, f"too short: {shape}, at least {LEAST_WORDS} in {LEAST_SENTENCES}")
    # The house gives no grade below a bound of its own. A grade knows means alone, so a text has the grade of itself
    # said over and over.
    ease = reading_ease(" ".join([text] * -(-LONG_ENOUGH // words)), subject.case.language)
    if ease is None:
        return invalid(NAME, VERSION, f"there is no formula for {subject.case.language!r}")
    verdict = "plain" if ease >= EASY else "hard" if ease < HARD else "fairly hard"
    return scored(NAME, VERSION, ease, f"{verdict}: {words / sentences:.1f} words a sentence, {words} words")


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=True,
    unit="of 100",
    rests_on=("assistant.copywriting",),
    description="reading ease of texts of 30 words and 3 sentences at least",
    measure=measure,
)
