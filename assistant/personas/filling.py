"""Facts into sentences, after the check."""

from assistant.personas.checking import OTHERS, VALUE
from assistant.records import Fact


def fill_claim(text: str, fact: Fact) -> str:
    """The sentence with its numbers as a reader sees them."""
    return text.replace(VALUE, fact.display).replace(OTHERS, fact.others_display)
