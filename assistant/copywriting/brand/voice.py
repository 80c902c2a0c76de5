"""Whether a text sounds like the brand."""

import regex

from assistant.records import BrandKit

_SENTENCE = regex.compile(r"[^.!?。！？\n]+")
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}'’-]*")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}")
# How a reader is addressed. "Ihr" and "sie" are also others' words, so only what can mean nothing else counts.
ADDRESS = {
    "de": {"formal": r"\b(?:Sie|Ihnen|Ihre[mnrs]?)\b", "informal": r"\b(?i:du|dich|dir|deine?[mnrs]?)\b"},
    "es": {"formal": r"\b(?i:usted|ustedes)\b", "informal": r"\b(?i:tú|tu|tus|te|contigo|ti)\b"},
    "fr": {"formal": r"\b(?i:vous|votre|vos)\b", "informal": r"\b(?i:tu|toi|ton|tes)\b"},
    "zh": {"formal": "您", "informal": "你"},
}
_OTHER = {"formal": "informal", "informal": "formal"}


def voice_findings(text: str, kit: BrandKit, language: str) -> list[str]:
    """What does not sound like the brand, each with the words it is about."""
    voice = kit.voice
    found = []
    if voice.sentence_words is not None:
        found += [
            f"{sentence.strip()[:60]!r} has {len(words)} words; the brand's longest has {voice.sentence_words}"
            for sentence in _SENTENCE.findall(text)
            if len(words := _WORD.findall(sentence)) > voice.sentence_words
        ]
    marks = sum(text.count(sign) for sign in "!！")
    if voice.exclamations is not None and marks > voice.exclamations:
        found.append(f"{marks} exclamation marks; the brand uses {voice.exclamations}")
    emoji = _EMOJI.findall(text)
    if voice.emoji is not None and len(emoji) > voice.emoji:
        found.append(f"{' '.join(emoji)}: the brand uses {voice.emoji} emoji")
    if voice.formality and language in ADDRESS:
        wrong = regex.search(ADDRESS[language][_OTHER[voice.formality]], text)
        if wrong:
            found.append(f"{wrong.group()!r} is {_OTHER[voice.formality]}; the brand is {voice.formality}")
    return found
