"""How likely a model holds an answer that it is made to give; a small model says more by it than by its choice.

Only a local model tells: its grammar leaves one answer, and the log-probability of that is the model's own, from
before the grammar changes the odds.
"""

from assistant.records import Outcome

_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(text: str) -> str:
    """The grammar, EBNF, that matches one text and nothing else."""
    return f'root ::= "{"".join(_ESCAPED.get(sign, sign) for sign in text)}"'


def total_logprob(outcome: Outcome) -> float | None:
    """Natural log of the probability of an answer with its end; None where the backend tells none."""
    if outcome.status != "ok" or outcome.mean_logprob is None:
        return None
    return outcome.mean_logprob * outcome.tokens_out
