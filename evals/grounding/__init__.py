"""Whether sources support what a text claims: claims, sources as sentences, and checkers that hold one to the other."""

from collections.abc import Sequence

from evals.grounding.checking import Checker, Entailment, Pairs, Support
from evals.grounding.claims import Claim, claims_of
from evals.grounding.features import FEATURES, match_claim, measure, overlap
from evals.grounding.judged import OFFERED, READINGS, Judged, claim_requests, read_support
from evals.grounding.lexical import Curve, Lexical, curve_text, missing_numbers, shipped_curve
from evals.grounding.sources import Ground, Sentence, sentences_of

__all__ = [
    "FEATURES",
    "OFFERED",
    "READINGS",
    "Checker",
    "Claim",
    "Curve",
    "Entailment",
    "Ground",
    "Judged",
    "Lexical",
    "Pairs",
    "Sentence",
    "Support",
    "check_claim",
    "claim_requests",
    "claims_of",
    "curve_text",
    "match_claim",
    "measure",
    "missing_numbers",
    "overlap",
    "read_support",
    "sentences_of",
    "shipped_curve",
]


def check_claim(claim: str, sources: Sequence[str], checker: Checker | None = None) -> Support:
    """How far texts support a claim, and by which of their sentences; by the lexical checker where none is given."""
    return (checker or Lexical()).check([(claim, Ground.of(sources))])[0]
