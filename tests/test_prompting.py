"""Prompt files: those that are shipped, and those that are wrong."""

import hashlib
import re
from importlib import resources
from pathlib import Path
from string import Template

import pytest

from assistant import prompting
from assistant.errors import ConfigError
from assistant.prompting import Prompt, Shot, load_prompt, shots_for

SHIPPED = sorted(
    f"{folder.name}/{file.name.removesuffix('.toml')}"
    for folder in resources.files("prompts").iterdir()
    if folder.is_dir()
    for file in folder.iterdir()
    if file.name.endswith(".toml")
)
GOOD = """
id = "copy/subject@7"
released = false
purpose = "a test"
variables = ["shop", "goal"]
system = "You write for $shop. It costs $$5."
user = "Write {offer.discount} for ${goal}."
[[shots]]
user = "What of $money and {braces}?"
assistant = "Nothing."
tags = ["thrift"]
"""


def written(folder: Path, text: str, name: str = "copy/subject") -> Path:
    path = folder / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_there_are_prompts() -> None:
    assert len(SHIPPED) >= 9


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_prompt_is_whole(name: str) -> None:
    content = resources.files("prompts").joinpath(f"{name}.toml").read_bytes()
    prompt = prompting._parse(name, content)
    assert prompt.id == name
    assert prompt.purpose
    assert prompt.fingerprint == "sha256:" + hashlib.sha256(content).hexdigest()
    used = {word for text in (prompt.system, prompt.user) for word in Template(text).get_identifiers()}
    assert used == set(prompt.variables)
    values = {variable: f"<{variable}>" for variable in prompt.variables}
    messages = prompt.render(values)
    assert [message.role for message in messages] == ["system", *["user", "assistant"] * len(prompt.shots), "user"]
    assert all(any(value in message.content for message in messages) for value in values.values())


@pytest.mark.parametrize("name", sorted({name.partition("@")[0] for name in SHIPPED}))
def test_every_shipped_prompt_is_found_by_its_name(name: str) -> None:
    assert load_prompt(name).id.partition("@")[0] == name


def test_variables_are_filled_and_braces_dollars_and_examples_left_alone(tmp_path: Path) -> None:
    prompt = load_prompt("copy/subject", written(tmp_path, GOOD))
    said = [message.content for message in prompt.render({"shop": "Ours", "goal": "$pring {x}"})]
    assert said == [
        "You write for Ours. It costs $5.",
        "What of $money and {braces}?",
        "Nothing.",
        "Write {offer.discount} for $pring {x}.",
    ]


def test_other_examples_may_replace_the_files_own(tmp_path: Path) -> None:
    prompt = load_prompt("copy/subject", written(tmp_path, GOOD))
    said = prompt.render({"shop": "a", "goal": "b"}, shots=[Shot(user="u", assistant="v")])
    assert [message.content for message in said[1:3]] == ["u", "v"]
    assert len(prompt.render({"shop": "a", "goal": "b"}, shots=[])) == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"shop": "a"}, "missing variables ['goal'], unknown variables []"),
        ({"shop": "a", "goal": "b", "gaol": "c"}, "missing variables [], unknown variables ['gaol']"),
        ({"gaol": "c"}, "missing variables ['goal', 'shop'], unknown variables ['gaol']; it takes ['shop', 'goal']"),
    ],
)
def test_missing_and_unknown_variables_are_all_named(tmp_path: Path, values: dict[str, str], words: str) -> None:
    prompt = load_prompt("copy/subject", written(tmp_path, GOOD))
    with pytest.raises(ConfigError, match=re.escape(words)):
        prompt.render(values)


def test_a_workspaces_own_prompt_wins_and_others_stay_as_shipped(tmp_path: Path) -> None:
    override = written(tmp_path, GOOD)
    assert load_prompt("copy/subject", override).id == "copy/subject@7"
    assert load_prompt("copy/sms", override) == load_prompt("copy/sms")
    assert load_prompt("copy/subject", tmp_path / "none") == load_prompt("copy/subject")


def test_the_highest_version_wins_as_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in (2, 10, 9):
        text = GOOD.replace("copy/subject@7", f"copy/subject@{version}")
        written(tmp_path, text, f"copy/subject@{version}")
    # What is no version of this prompt is not looked at.
    for name in ("copy/subject@draft", "copy/subject_line@99", "copy/subject"):
        written(tmp_path, "no toml", name)
    monkeypatch.setattr(prompting.resources, "files", lambda package: tmp_path)
    assert load_prompt("copy/subject").id == "copy/subject@10"


@pytest.mark.parametrize("name", ["copy/nothing", "nowhere/subject", "subject", "copy/"])
def test_a_prompt_that_does_not_exist_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=f"There is no prompt '{name}'"):
        load_prompt(name)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'variables = ["shop", "goal"]',
            'variables = ["shop"]',
            "variables says ['shop'], the texts use ['goal', 'shop']",
        ),
        ('["shop", "goal"]', '["shop", "goal", "tone"]', "variables says ['goal', 'shop', 'tone']"),
        ("$$5", "$5", "write $$ where a dollar is meant"),
        ('purpose = "a test"', "", "purpose"),
        ("released = false", "released = false\nauthor = 'x'", "author"),
        ("copy/subject@7", "subject", "id"),
        ("[[shots]]", "[[shots]", "Expected"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError) as caught:
        load_prompt("copy/subject", written(tmp_path, GOOD.replace(old, new)))
    assert str(tmp_path / "copy" / "subject.toml") in str(caught.value)
    assert words in str(caught.value)


def test_a_fingerprint_tells_one_byte_apart(tmp_path: Path) -> None:
    first = load_prompt("copy/subject", written(tmp_path, GOOD)).fingerprint
    assert load_prompt("copy/subject", written(tmp_path, GOOD + "\n")).fingerprint != first


def test_examples_are_chosen_by_all_their_tags_else_those_without() -> None:
    shots = tuple(
        Shot(user=user, assistant="", tags=tags)
        for user, tags in (("a", ("thrift", "email")), ("b", ("thrift",)), ("c", ()), ("d", ("family",)))
    )
    prompt = Prompt(id="copy/subject@1", released=False, purpose="", system="", user="", shots=shots)
    assert [shot.user for shot in shots_for(prompt, ["thrift"])] == ["a", "b"]
    assert [shot.user for shot in shots_for(prompt, ["email", "thrift"])] == ["a"]
    assert [shot.user for shot in shots_for(prompt, ["new"])] == ["c"]
    assert [shot.user for shot in shots_for(prompt, [])] == ["a", "b", "c", "d"]


def test_a_version_and_a_fork_are_loaded_by_name(tmp_path: Path) -> None:
    assert load_prompt("copy/subject@1").id == "copy/subject@1"
    written(tmp_path, GOOD.replace("copy/subject@7", "copy/subject+warmer"), "copy/subject+warmer")
    written(tmp_path, GOOD)
    assert load_prompt("copy/subject+warmer", tmp_path).id == "copy/subject+warmer"
    assert load_prompt("copy/subject", tmp_path).id == "copy/subject@7"
    assert load_prompt("copy/subject@1", tmp_path).id == "copy/subject@1", "a version is never the workspace's own"
    assert prompting.workspace_prompts(tmp_path) == ("copy/subject", "copy/subject+warmer")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("copy/subject@99", "did you mean 'copy/subject@"),
        ("copy/subjekt", "did you mean 'copy/subject@"),
        ("copy/subject+warmer", "assistant prompts fork"),
        ("../../etc/passwd", "There is no prompt"),
        ("copy/../../x+y", "There is no fork"),
    ],
)
def test_a_prompt_that_is_not_there_is_said_to_be(name: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        load_prompt(name, tmp_path)
