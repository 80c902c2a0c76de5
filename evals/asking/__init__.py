"""How a model is asked for one of a few verdicts, and how what it said is read: with a fence around what is judged."""

from evals.asking.fencing import fenced, outside
from evals.asking.likelihood import literal, total_logprob
from evals.asking.questions import PROMPTS, judge_prompt, made_to_say, question
from evals.asking.verdicts import INFRASTRUCTURE, Reading, asked_for, read_verdict, trouble

__all__ = [
    "INFRASTRUCTURE",
    "PROMPTS",
    "Reading",
    "asked_for",
    "fenced",
    "judge_prompt",
    "literal",
    "made_to_say",
    "outside",
    "question",
    "read_verdict",
    "total_logprob",
    "trouble",
]
