"""Whether a tool of the chat was called with the right arguments."""

from evals.chat.scoring import right_arguments, right_tool
from evals.metrics.calls import turn_of
from evals.metrics.metric import Metric, Subject
from evals.records import Score, invalid, scored

NAME, VERSION = "right_arguments", 1


def measure(subject: Subject) -> Score:
    """1 where a right tool was called and a call of it has the arguments that matter; as the chat is judged.

    A turn that should ask back has no arguments, and is right here where it is right for its tool.
    """
    turn = turn_of(subject)
    if isinstance(turn, str):
        return invalid(NAME, VERSION, turn)
    fitting = [given for tool, given in turn.called if tool in turn.expected.tools]
    if not fitting:
        asked = right_tool(turn.expected, [tool for tool, _ in turn.called], turn.clarifies)
        return scored(NAME, VERSION, asked, "" if asked else "no right tool was called")
    if any(right_arguments(turn.expected, given, turn.names) for given in fitting):
        return scored(NAME, VERSION, 1)
    wanted = ", ".join(f"{name}={value!r}" for name, value in turn.expected.arguments.items())
    given = ", ".join(f"{name}={value!r}" for name, value in fitting[0].items())
    return scored(NAME, VERSION, 0, f"called with {given or 'nothing'}; expected {wanted}")


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="proportion",
    higher_is_better=True,
    rests_on=("evals.chat",),
    description="the right tool was called with the arguments that matter",
    measure=measure,
)
