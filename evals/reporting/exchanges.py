"""What was asked for a trial and what came back, from the journal of calls."""

from dataclasses import dataclass

from assistant.llm import Call, Journal
from evals.records import Run, TrialKey

# The latest calls that are looked through.
_LATEST = 100_000


@dataclass(frozen=True)
class Exchange:
    """One call to a model."""

    asked_for: str
    """Which part of the trial: a line, a turn, a judge's metric."""
    model: str
    prompt: str
    messages: tuple[tuple[str, str], ...]
    """Role and content."""
    answer: str


def exchanges_of(journal: Journal, run: Run, case: str) -> dict[TrialKey, tuple[Exchange, ...]]:
    """The calls of a case's trials in the order they were made, of several for one thing the newest.

    The journal names a call by whoever asked first. An answer that another run had asked for is not found here.
    """
    wanted = {
        f"{system.system}|{case}|{sample}": TrialKey(system.system, case, sample)
        for system in run.systems
        for sample in range(run.samples)
    }
    models = {*(system.model for system in run.systems), *(use.judge for use in run.metrics if use.judge)}
    newest: dict[str, tuple[TrialKey, Call]] = {}
    for model in sorted(models):
        for call in journal.calls(_LATEST, model=model, status="ok"):
            found = next(
                (key for name, key in wanted.items() if call.request.startswith((f"{name}|", f"{name}\n"))), None
            )
            if found is not None:
                newest.setdefault(call.request, (found, call))
    told: dict[TrialKey, list[Call]] = {}
    for key, call in newest.values():
        told.setdefault(key, []).append(call)
    return {
        key: tuple(_exchange(key, call) for call in sorted(calls, key=lambda call: call.id))
        for key, calls in told.items()
    }


def _exchange(key: TrialKey, call: Call) -> Exchange:
    begin = f"{key.system}|{key.case}|{key.sample}"
    return Exchange(
        asked_for=" ".join(call.request[len(begin) + 1 :].split()),
        model=call.model,
        prompt=call.prompt,
        messages=tuple((str(message.get("role", "")), str(message.get("content", ""))) for message in call.messages),
        answer=call.text,
    )
