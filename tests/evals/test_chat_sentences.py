"""Both files of sentences for the gate of figures are well-formed: counts, tools, languages, kinds of fault."""

import pytest

from assistant.chat.tools import TOOLS
from evals.chat.gating import SENTENCES, UNSEEN, load_groups

FAULTS = {
    "other number",
    "another's number",
    "another segment's",
    "others' number",
    "another metric's",
    "calculated",
    "forecast",
    "industry",
    "rounded",
    "fraction",
    "in words",
    "cadence",
    "date",
    "code",
    "contact",
    "e-mail",
    "growth",
    "phone",
    "ratio",
    "send time",
    "time span",
    "url",
}


@pytest.mark.parametrize("file", [SENTENCES, UNSEEN])
def test_sentences_are_well_formed(file: str) -> None:
    groups = load_groups(file)

    assert len({group.name for group in groups}) == len(groups)
    assert {group.language for group in groups} == {"en", "zh"}
    for group in groups:
        assert group.calls
        for tool, arguments in group.calls:
            TOOLS[tool].arguments(**arguments)
        said = [*group.honest, *(one for one, _ in group.invented)]
        assert all(one.strip() for one in said)
        assert len(set(said)) == len(said)
    assert {fault for group in groups for _, fault in group.invented} <= FAULTS


def test_unseen_sentences_are_as_many_true_as_invented() -> None:
    groups = load_groups(UNSEEN)

    for language, count in (("en", 60), ("zh", 10)):
        assert sum(len(group.honest) for group in groups if group.language == language) == count
        assert sum(len(group.invented) for group in groups if group.language == language) == count
