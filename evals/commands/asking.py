"""What a run will take of models, said and agreed to before it is asked of them."""

from decimal import Decimal
from pathlib import Path

from assistant.cli.output import say
from assistant.cli.spending import agree_to_spend
from assistant.llm import dollars
from evals.commands.backends import Backends
from evals.running import OpenBackend, PlannedRun
from evals.running.estimating import RunEstimate, estimate_run

ASK_ABOVE = Decimal(1)
"""Dollars, where there is no workspace to say."""


def asked(plan: PlannedRun, folder: Path, *, from_journal: bool) -> tuple[OpenBackend, RunEstimate]:
    """Who answers a run, and what that will take."""
    backends = Backends(plan.workspace, folder, from_journal=from_journal)
    return backends.gateway, estimate_run(plan, backends.gateway)


def show_estimate(told: RunEstimate, plan: PlannedRun, *, yes: bool) -> None:
    """Say what a run will take; where that is much, a person is asked.

    Raises:
        ConfigError: the answer is no, or nobody can be asked.
    """
    if told.standing:
        say(f"  {told.standing:,} of {told.trials:,} trials are done")
    for name, each in (*told.systems.items(), *told.judges.items()):
        cost = each.cost_nanodollars
        price = "its price is not known" if cost is None else f"at most {dollars(cost)}"
        say(
            f"  {name}: {each.requests:,} requests to {each.model}, {each.known:,} answered before, about "
            f"{each.tokens_in:,} tokens in, at most {each.tokens_out:,} out; {price}"
        )
    if told.cost_nanodollars:
        above = plan.workspace.settings.models.ask_above if plan.workspace else ASK_ABOVE
        agree_to_spend(f"The requests of {plan.name}", told.cost_nanodollars, above, yes=yes)
