"""Grammars that hold a local model to words and slots (EBNF of xgrammar).

Free text has no digit, no currency sign, no percent sign, no brace but a known slot, and no capital but the first
letter, so an invented "$89" or an invented name cannot be decoded. Lengths are bounded by tokens, not here: counted
repetitions stall the grammar's compiler.
"""

import itertools
import json

from assistant.copywriting.channels import line_named
from assistant.copywriting.languages import Language
from assistant.records.copy import Elements

MOST_WORDS = 5
"""Of a line that holds no slot: a button, a headline of words alone."""


def needed_slots(line: str, known: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The sets of slots of which a line must hold one, each once.

    Args:
        line: part of a piece.
        known: slots the piece has; an offer without a code has no code to name.
    """
    return tuple(tuple(slot for slot in needed if slot in known) for needed in line_named(line).needs)


def line_grammar(line: str, known: tuple[str, ...], language: Language, elements: Elements) -> str:
    """EBNF of one line: words around each set of slots it may hold, in any order of them.

    A slot that the checks want introduced (a discount is saved or taken off, a code is used) stands there with one of
    its introductions, so a candidate is not spent on learning that. An `opening` line is of the form, and the first
    line begins as, the piece's elements say.
    """
    end = _end(line, language, elements)
    alternatives = []
    slots: dict[str, None] = {}
    for needed in needed_slots(line, known):
        if not needed:
            alternatives.append(_few_words(language))
            continue
        for order in itertools.permutations(needed):
            slots |= dict.fromkeys(order)
            first, *rest = (_rule(slot) for slot in order)
            after = "".join(f" w* {rule}" for rule in rest)
            if not _product_first(line, needed, elements):
                alternatives.append(f"{_first_sign(language)} w* {first}{after} w*{end}")
            if _product_first(line, needed, elements):
                # A verb would have to agree with the product; behind a colon or a comma none follows.
                alternatives.append(f"{first}-opening {_pause(language)} w*{after} w*{end}")
            else:
                alternatives.append(f"{first}-opening{after} w*{end}")
    rules = [f"root ::= {' | '.join(dict.fromkeys(alternatives))}", f"w ::= {_class(language)}"]
    for slot in slots:
        said = _introductions(slot, language)
        rules.append(f"{_rule(slot)} ::= {' | '.join(map(_literal, said))}")
        rules.append(f"{_rule(slot)}-opening ::= {' | '.join(_literal(text[:1].upper() + text[1:]) for text in said)}")
    return "\n".join(rules) + "\n"


def _product_first(line: str, needed: tuple[str, ...], elements: Elements) -> bool:
    return line == "opening" and elements.opening == "product" and "product" in needed


def _pause(language: Language) -> str:
    return '(": " | ", ")' if language.spaced else '("：" | "，")'


def _end(line: str, language: Language, elements: Elements) -> str:
    if not line_named(line).sentence:
        return ""
    question = line == "opening" and elements.form == "question"
    return f" {_literal(language.question_end if question else language.sentence_end)}"


def _class(language: Language) -> str:
    letters = language.letters
    capitals = f"A-Z{letters.upper()}" if language.nouns_with_capital else ""
    signs = " ,':-" if language.spaced else "，、：·"
    return f"[{'a-z' if language.spaced else ''}{letters}{capitals}{signs}]"


def _first_sign(language: Language) -> str:
    return f"[A-Z{language.letters.upper()}]" if language.spaced else f"[{language.letters}]"


def _few_words(language: Language) -> str:
    if not language.spaced:
        sign = f"[{language.letters}]"
        return f"{sign} {sign} {sign}? {sign}? {sign}? {sign}? {sign}?"
    capitals = f"A-Z{language.letters.upper()}" if language.nouns_with_capital else ""
    words = ""
    for _ in range(MOST_WORDS - 1):
        words = f'(" " [a-z{language.letters}{capitals}]+ {words})?'
    return f"{_first_sign(language)} [a-z{language.letters}]* {words}"


def _introductions(slot: str, language: Language) -> list[str]:
    """A slot with the words that say what it is; alone where it may stand alone."""
    use = language.slot_uses.get(slot)
    if use is None or not (use.before or use.after):
        return [f"{{{slot}}}"]
    blank = " " if language.spaced else ""
    return [
        *(f"{word}{blank}{{{slot}}}" for word in use.before),
        *(f"{{{slot}}}{blank}{word}" for word in use.after),
    ]


def _rule(slot: str) -> str:
    return slot.replace(".", "-").replace("_", "-")


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
