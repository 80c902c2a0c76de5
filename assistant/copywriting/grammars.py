"""Grammars that hold a local model to words and slots (EBNF of xgrammar).

Free text has no digit, no currency sign, no percent sign, no brace but a known slot, and no capital but the first
letter, so an invented "$89" or an invented name cannot be decoded. Lengths are bounded by tokens, not here: counted
repetitions stall the grammar's compiler.
"""

import itertools
import json

from assistant.copywriting.lexicon import slot_uses

# Slots that a line must hold; one of the alternatives, in any order. An empty set: no slot at all.
_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "subject": (("product",), ("offer.discount",), ("offer.discount", "product")),
    "preheader": (("offer.deadline",),),
    "opening": (("product",),),
    "offer": (("offer.code", "offer.discount", "offer.deadline"),),
    "action": ((),),
    "sms": (("product", "offer.discount", "offer.code", "offer.deadline"),),
}
_ENDS = {"subject": "", "action": ""}
_CLASS = "[a-z ,':-]"


def needed_slots(line: str, known: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The sets of slots of which a line must hold one, each once.

    Args:
        line: part of a piece.
        known: slots the piece has; an offer without a code has no code to name.
    """
    return tuple(tuple(slot for slot in needed if slot in known) for needed in _NEEDED[line])


def line_grammar(line: str, known: tuple[str, ...]) -> str:
    """EBNF of one line: words around each set of slots it may hold, in any order of them.

    A slot that the checks want introduced (a discount is saved or taken off, a code is used) stands there with one of
    its introductions, so a candidate is not spent on learning that.
    """
    end = "" if line in _ENDS else ' "."'
    alternatives = []
    slots: dict[str, None] = {}
    for needed in needed_slots(line, known):
        if not needed:
            alternatives.append('[A-Z] [a-z]+ (" " [a-z]+)? (" " [a-z]+)? (" " [a-z]+)?')
            continue
        for order in itertools.permutations(needed):
            slots |= dict.fromkeys(order)
            first, *rest = (_rule(slot) for slot in order)
            after = "".join(f" w* {rule}" for rule in rest)
            alternatives.append(f"[A-Z] w* {first}{after} w*{end}")
            alternatives.append(f"{first}-opening{after} w*{end}")
    rules = [f"root ::= {' | '.join(alternatives)}", f"w ::= {_CLASS}"]
    for slot in slots:
        said = _introductions(slot)
        rules.append(f"{_rule(slot)} ::= {' | '.join(map(_literal, said))}")
        rules.append(f"{_rule(slot)}-opening ::= {' | '.join(_literal(text[:1].upper() + text[1:]) for text in said)}")
    return "\n".join(rules) + "\n"


def _introductions(slot: str) -> list[str]:
    """A slot with the words that say what it is; alone where it may stand alone."""
    use = slot_uses().get(slot)
    if use is None or not (use.before or use.after):
        return [f"{{{slot}}}"]
    return [*(f"{word} {{{slot}}}" for word in use.before), *(f"{{{slot}}} {word}" for word in use.after)]


def _rule(slot: str) -> str:
    return slot.replace(".", "-").replace("_", "-")


def _literal(text: str) -> str:
    return json.dumps(text)
