"""Cases and systems spelt out: a matrix of briefs, segments, channels; prompts x models x parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from assistant.errors import ConfigError, unknown_name
from evals.records import Case, Parameters, System
from evals.suites.documents import Document, Place
from evals.suites.files import PromptSet, SuiteFile

OF_THE_CASE = ("expected", "sources")
"""Keys of a named segment that are the case's own and no input of the target."""


@dataclass(frozen=True)
class Overrides:
    """What a command line says in place of the suite."""

    prompts: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    samples: int | None = None
    cases: int | None = None
    """The first so many only."""


def expand(
    told: SuiteFile, further: Sequence[Case], overrides: Overrides, document: Document
) -> tuple[tuple[Case, ...], tuple[System, ...], dict[str, Place]]:
    """The cases, the systems, and where each case stands in the file.

    Raises:
        ConfigError: a name means nothing, two cases have one name, or there is none.
    """
    places: dict[str, Place] = {}
    cases: dict[str, Case] = {}
    spelt: list[tuple[Case, Place]] = []
    for at, case in enumerate(told.cases):
        spelt.append((_filled(told, case, ("cases", at), document), ("cases", at)))
    spelt += [(_filled(told, case, ("cases_from",), document), ("cases_from",)) for case in further]
    spelt += [(case, ("matrix",)) for case in _matrix(told, document)]
    for case, place in spelt:
        if case.case in cases:
            raise ConfigError(f"{document.at(place)}: there are two cases {case.case!r}; a case's name is unique.")
        cases[case.case], places[case.case] = case, place
    if not cases:
        raise ConfigError(f"{document.at(())}: there are no cases; add `cases:` or a `matrix:`.")
    kept = tuple(cases.values())[: overrides.cases]
    return kept, _systems(told, overrides, document), places


def _filled(told: SuiteFile, case: Case, place: Place, document: Document) -> Case:
    """A case with what its brief and its segment say, where the suite names them; its own values come first."""
    for kind, name in (("brief", case.brief), ("segment", case.segment)):
        known = getattr(told, f"{kind}s")
        if name and known and name not in known and kind not in case.inputs:
            raise ConfigError(f"{document.at((*place, kind))}: {unknown_name(kind, name, known)}")
    named = told.segments.get(case.segment, {})
    inputs: dict[str, Any] = {**told.inputs}
    if case.brief in told.briefs:
        inputs["brief"] = told.briefs[case.brief]
    inputs |= {key: value for key, value in named.items() if key not in OF_THE_CASE}
    return case.model_copy(
        update={
            "inputs": {**inputs, **case.inputs},
            "expected": {**_mapping(named.get("expected")), **case.expected},
            "sources": case.sources or tuple(map(str, named.get("sources", ()))),
        }
    )


def _mapping(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}


def _matrix(told: SuiteFile, document: Document) -> list[Case]:
    if told.matrix is None:
        return []
    for kind in ("briefs", "segments"):
        known = getattr(told, kind)
        for at, name in enumerate(getattr(told.matrix, kind)):
            if name and name not in known:
                raise ConfigError(f"{document.at(('matrix', kind, at))}: {unknown_name(kind[:-1], name, known)}")
    cases = []
    several = len(told.matrix.languages) > 1
    for brief, segment, channel, language, angle in product(
        told.matrix.briefs, told.matrix.segments, told.matrix.channels, told.matrix.languages, told.matrix.angles
    ):
        parts = (brief, segment, channel, angle, language if several else "")
        case = Case(
            case=".".join(part for part in parts if part),
            brief=brief,
            segment=segment,
            channel=channel,
            language=language,
            angle=angle,
        )
        cases.append(_filled(told, case, ("matrix",), document))
    return cases


def _systems(told: SuiteFile, overrides: Overrides, document: Document) -> tuple[System, ...]:
    prompts = [PromptSet(pins=tuple(map(str.strip, one.split(",")))) for one in overrides.prompts] or list(told.prompts)
    models = overrides.models or told.models or ("",)
    systems: dict[str, System] = {}
    tried: list[PromptSet | None] = list(prompts) or [None]
    for prompt, model, parameters in product(tried, models, told.parameters or (Parameters(),)):
        parts = (
            prompt.label if prompt and (len(prompts) > 1 or len(models) == 1) else "",
            model if len(models) > 1 or not prompts else "",
            parameters.label if len(told.parameters) > 1 else "",
        )
        name = " / ".join(part for part in parts if part) or told.suite
        if name in systems:
            raise ConfigError(f"{document.at(('prompts',))}: there are two systems {name!r}; give one a `name`.")
        systems[name] = System(
            system=name,
            prompt=", ".join(prompt.pins) if prompt else "",
            model=model,
            parameters=parameters,
        )
    return tuple(systems.values())
