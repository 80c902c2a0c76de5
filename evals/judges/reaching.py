"""A judge that nobody could reach has said nothing, and nothing is concluded from it."""

from collections.abc import Iterable

from assistant.errors import AssistantError
from evals.asking import INFRASTRUCTURE


class JudgeUnreached(AssistantError):
    """A judge could not be asked about everything; exit code 4, as for a gate."""

    exit_code = 4


def require_reached(judge: str, reasons: Iterable[str]) -> None:
    """Hold that nothing was lost on the way.

    Args:
        judge: the model.
        reasons: why there is no verdict, of each thing judged; empty where there is one.

    Raises:
        JudgeUnreached: of some nobody knows what the judge would have said.
    """
    told = list(reasons)
    lost = [reason for reason in told if reason.startswith(INFRASTRUCTURE)]
    if lost:
        raise JudgeUnreached(
            f"{judge} could not be asked about {len(lost):,} of {len(told):,} "
            f"({lost[0].removeprefix(INFRASTRUCTURE).strip()}); nothing was concluded, type the same again to go on."
        )
