"""Grammars that hold a local model to words and slots (EBNF of xgrammar).

Free text has no digit, no currency sign, no percent sign, no brace but a known slot, and no capital but the first
letter, so an invented "$89" or an invented name cannot be decoded. Lengths are bounded by tokens, not here: counted
repetitions stall the grammar's compiler.
"""

import itertools

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
    """EBNF of one line: words around each set of slots it may hold, in any order of them."""
    end = "" if line in _ENDS else ' "."'
    alternatives = []
    for needed in needed_slots(line, known):
        if not needed:
            alternatives.append('[A-Z] [a-z]+ (" " [a-z]+)? (" " [a-z]+)? (" " [a-z]+)?')
            continue
        for order in itertools.permutations(needed):
            slots = " w* ".join(f'"{{{slot}}}"' for slot in order)
            alternatives.append(f"start {slots} w*{end}")
    return f'root ::= {" | ".join(alternatives)}\nstart ::= "" | [A-Z] w*\nw ::= {_CLASS}\n'
