"""One harness on an instant model with three cheap assertions a case; prints seconds as JSON.

Runs under any interpreter that has the harness, and imports nothing of this project:

    python benchmarks/eval_peers.py NAME CASES

NAME is bare_loop, pydantic_evals, deepeval or inspect_ai.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

SAID = "A cup of tea for the evening"
WANTED = "tea"
LONGEST = 60


def bare_loop(cases: int) -> float:
    """The floor: ask, assert three times, write a line."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w") as log:
        for number in range(cases):
            output = SAID
            checks = (WANTED in output, len(output) <= LONGEST, bool(output))
            log.write(json.dumps({"case": number, "output": output, "checks": checks}) + "\n")
            log.flush()
    return time.perf_counter() - began


def pydantic_evals(cases: int) -> float:
    """`Dataset.evaluate_sync`, which keeps no log; its report is written as JSON so that something is kept."""
    from pydantic_evals import Case, Dataset
    from pydantic_evals.evaluators import Evaluator

    class Says(Evaluator):  # type: ignore[misc,unused-ignore]
        """The word is there."""

        def evaluate(self, ctx: Any) -> bool:
            """See the base."""
            return WANTED in ctx.output

    class Short(Evaluator):  # type: ignore[misc,unused-ignore]
        """Not too long."""

        def evaluate(self, ctx: Any) -> bool:
            """See the base."""
            return len(ctx.output) <= LONGEST

    class Something(Evaluator):  # type: ignore[misc,unused-ignore]
        """Not empty."""

        def evaluate(self, ctx: Any) -> bool:
            """See the base."""
            return bool(ctx.output)

    def answer(_: str) -> str:
        return SAID

    dataset = Dataset(
        name="instant",
        cases=[Case(name=f"c{number}", inputs=f"q{number}") for number in range(cases)],
        evaluators=[Says(), Short(), Something()],
    )
    began = time.perf_counter()
    report = dataset.evaluate_sync(answer, progress=False)
    with tempfile.TemporaryFile("w") as log:
        for case in report.cases:
            log.write(
                json.dumps({"case": case.name, "checks": {k: v.value for k, v in case.assertions.items()}}) + "\n"
            )
            log.flush()
    return time.perf_counter() - began


def deepeval(cases: int) -> float:
    """`evaluate` with three metrics of one's own."""
    os.environ.setdefault("DEEPEVAL_TELEMETRY_OPT_OUT", "YES")
    from deepeval import evaluate
    from deepeval.evaluate import AsyncConfig, CacheConfig, DisplayConfig
    from deepeval.metrics import BaseMetric
    from deepeval.test_case import LLMTestCase

    class Check(BaseMetric):  # type: ignore[misc,unused-ignore]
        """One assertion."""

        def __init__(self, name: str, holds: Callable[[str], bool]) -> None:
            self.threshold = 0.5
            self.async_mode = False
            self._told = name
            self._holds = holds

        def measure(self, test_case: Any, *args: Any, **kwargs: Any) -> float:
            """See the base."""
            self.score = float(self._holds(test_case.actual_output))
            self.success = self.score >= self.threshold
            self.reason = ""
            return self.score

        async def a_measure(self, test_case: Any, *args: Any, **kwargs: Any) -> float:
            """See the base."""
            return self.measure(test_case)

        def is_successful(self) -> bool:
            """See the base."""
            return bool(self.success)

        @property
        def __name__(self) -> str:
            return self._told

    metrics = [
        Check("says", lambda text: WANTED in text),
        Check("short", lambda text: len(text) <= LONGEST),
        Check("something", bool),
    ]
    asked = [LLMTestCase(input=f"q{number}", actual_output=SAID) for number in range(cases)]
    began = time.perf_counter()
    evaluate(
        asked,
        metrics,
        async_config=AsyncConfig(run_async=False),
        display_config=DisplayConfig(show_indicator=False, print_results=False),
        # Its cache is written anew after each case, which takes the square of the cases.
        cache_config=CacheConfig(write_cache=False, use_cache=False),
    )
    return time.perf_counter() - began


def inspect_ai(cases: int) -> float:
    """`eval` of a task with a mock model, three scorers and its log."""
    from inspect_ai import Task, eval
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import ModelOutput, get_model
    from inspect_ai.scorer import Score, accuracy, scorer
    from inspect_ai.solver import generate

    def check(name: str, holds: Callable[[str], bool]) -> Any:
        @scorer(metrics=[accuracy()], name=name)  # type: ignore[untyped-decorator,unused-ignore]
        def made() -> Any:
            async def score(state: Any, target: Any) -> Any:
                return Score(value="C" if holds(state.output.completion) else "I")

            return score

        return made()

    model = get_model(
        "mockllm/model", custom_outputs=[ModelOutput.from_content("mockllm/model", SAID) for _ in range(cases)]
    )
    task = Task(
        dataset=MemoryDataset([Sample(input=f"q{number}", target=WANTED, id=number) for number in range(cases)]),
        solver=generate(),
        scorer=[
            check("says", lambda text: WANTED in text),
            check("short", lambda text: len(text) <= LONGEST),
            check("something", bool),
        ],
    )
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        eval(task, model=model, display="none", log_dir=folder)
        return time.perf_counter() - began


HARNESSES = {harness.__name__: harness for harness in (bare_loop, pydantic_evals, deepeval, inspect_ai)}


if __name__ == "__main__":
    took = HARNESSES[sys.argv[1]](int(sys.argv[2]))
    print(json.dumps({"seconds": took}))
