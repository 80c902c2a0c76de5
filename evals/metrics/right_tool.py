"""Whether a turn of the chat went to the right tool."""

from evals.chat.scoring import right_tool
from evals.metrics.calls import turn_of
from evals.metrics.metric import Metric, Subject
from evals.records import Score, invalid, scored

NAME, VERSION = "right_tool", 1


def measure(subject: Subject) -> Score:
    """1 where one of `expected.tools` was called, or none where `clarify` is one of them; as the chat is judged."""
    turn = turn_of(subject)
    if isinstance(turn, str):
        return invalid(NAME, VERSION, turn)
    called = [tool for tool, _ in turn.called]
    right = right_tool(turn.expected, called, turn.clarifies)
    told = f"called {', '.join(called) or 'no tool'}; expected {' or '.join(turn.expected.tools)}"
    return scored(NAME, VERSION, right, told)


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="proportion",
    higher_is_better=True,
    rests_on=("evals.chat",),
    description="the turn went to one of the right tools, or asked back where it should",
    measure=measure,
)
