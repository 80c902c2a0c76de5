"""A suite's file against its schema."""

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from assistant.errors import ConfigError
from assistant.records import Record
from evals.records import Case, Gate, MetricSpec, Parameters, Suite
from evals.suites.documents import Document, Place, read_document
from evals.suites.expanding import Overrides, expand
from evals.suites.files import Matrix, PromptSet, SuiteFile


@dataclass(frozen=True)
class LoadedSuite:
    """A suite, and where its parts stand in its file."""

    suite: Suite
    document: Document
    places: Mapping[str, Place]
    """Case -> place in the file."""

    def where(self, case: str, *more: str) -> str:
        """Where a case stands, in words that begin an error."""
        return f"{self.document.at((*self.places.get(case, ()), *more))}, case {case!r}"

    def where_metric(self, label: str) -> str:
        """Where a metric stands."""
        at = next(at for at, spec in enumerate(self.suite.metrics) if spec.label == label)
        return f"{self.document.at(('metrics', at))}, metric {label!r}"


def load_suite(path: Path, overrides: Overrides | None = None) -> LoadedSuite:
    """Read a suite, hold it against its schema and spell its cases and systems out.

    Args:
        path: a YAML file.
        overrides: what the command line says instead.

    Raises:
        ConfigError: it says something impossible; the message names file, line, column, value and what was expected.
    """
    document = read_document(path)
    if not isinstance(document.content, dict):
        raise ConfigError(f"{document.at(())}: found {document.content!r}, expected suite, target, cases, metrics.")
    try:
        told = SuiteFile.model_validate(_canonical(document))
    except ValidationError as error:
        _refuse(document, error)
    further = _cases_from(path.parent / told.cases_from) if told.cases_from else ()
    cases, systems, places = expand(told, further, overrides or Overrides(), document)
    suite = Suite(
        suite=told.suite,
        description=told.description,
        target=told.target,
        samples=(overrides and overrides.samples) or told.samples,
        seed=told.seed,
        cases=cases,
        systems=systems,
        metrics=told.metrics,
        gate=told.gate,
        path=str(path),
        sha256=f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}",
    )
    _check_labels(suite, document)
    return LoadedSuite(suite, document, places)


def _canonical(document: Document) -> dict[str, Any]:
    """Short forms spelt out, each at its own place: a metric by its name, prompts as a pin or a list of pins."""
    told = dict(document.content)
    for key, spelt in (("metrics", _metric), ("prompts", _prompt_set)):
        if isinstance(told.get(key), list):
            told[key] = [spelt(each) for each in told[key]]
    return told


def _metric(told: Any) -> Any:
    return {"metric": told} if isinstance(told, str) else told


def _prompt_set(told: Any) -> Any:
    if isinstance(told, str):
        return {"pins": [told]}
    return {"pins": told} if isinstance(told, list) else told


def _refuse(document: Document, error: ValidationError) -> NoReturn:
    first, *others = error.errors()
    place: Place = tuple(part for part in first["loc"] if part != "[key]")
    problem = first["msg"]
    if first["type"] == "extra_forbidden":
        known = _known_keys(place[:-1])
        close = difflib.get_close_matches(str(place[-1]), known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}."
        raise ConfigError(f"{document.at(place)}: there is no {place[-1]!r} here; {hint}")
    if first["type"] == "missing":
        raise ConfigError(f"{document.at(place[:-1])}: {place[-1]!r} is missing; add it.")
    more = f" {len(others)} more like it." if others else ""
    raise ConfigError(f"{document.at(place)}: found {first['input']!r}; {problem}.{more}")


def _known_keys(place: Place) -> list[str]:
    """Keys that may stand at a place."""
    record: type[Record] | None = SuiteFile
    for part in place:
        if isinstance(part, int) or record is None:
            continue
        record = {
            "cases": Case,
            "matrix": Matrix,
            "parameters": Parameters,
            "metrics": MetricSpec,
            "gate": Gate,
            "prompts": PromptSet,
        }.get(str(part))  # type: ignore[assignment]
    return list(record.model_fields) if record else []


def _cases_from(path: Path) -> tuple[Case, ...]:
    cases = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error}); expected cases, a JSON object a line.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            cases.append(Case.model_validate(json.loads(line)))
        except ValidationError as error:
            first = error.errors()[0]
            named = ".".join(map(str, first["loc"]))
            raise ConfigError(f"{path}, line {number}, {named}: found {first['input']!r}; {first['msg']}.") from None
        except ValueError as error:
            raise ConfigError(f"{path}, line {number}: {error}; expected a JSON object.") from None
    return tuple(cases)


def _check_labels(suite: Suite, document: Document) -> None:
    labels = [spec.label for spec in suite.metrics]
    for at, label in enumerate(labels):
        if label in labels[:at]:
            raise ConfigError(f"{document.at(('metrics', at))}: there are two metrics {label!r}; give one a `name`.")
    for key, named in (("metrics", suite.gate.metrics), ("margin", tuple(suite.gate.margin))):
        for label in named:
            if label not in labels:
                raise ConfigError(
                    f"{document.at(('gate', key))}: there is no metric {label!r} in this suite; it has "
                    f"{', '.join(labels)}."
                )
