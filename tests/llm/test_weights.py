import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.llm.local import weights
from assistant.llm.local.weights import converted, embedded_gguf, sha256


def fake_convert(gguf: Path, folder: Path) -> None:
    """Stands for the 20 s conversion where locks and sums are the subject; leaves a mark each time it runs."""
    (folder / "model.safetensors").write_bytes(gguf.read_bytes() * 2)
    with (gguf.parent / "made").open("a") as marks:
        marks.write("x")


def convert_beside_others(gguf: Path, cache: Path, start: "multiprocessing.synchronize.Barrier") -> None:
    weights._convert = fake_convert
    start.wait(20)
    converted(gguf, cache)


@pytest.fixture
def gguf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(weights, "_convert", fake_convert)
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"weights")
    return file


def times_made(gguf: Path) -> int:
    return len((gguf.parent / "made").read_text())


def test_a_file_is_converted_once(gguf: Path, tmp_path: Path) -> None:
    assert converted(gguf, tmp_path / "cache") == converted(gguf, tmp_path / "cache")
    assert times_made(gguf) == 1


def test_another_content_is_another_folder(gguf: Path, tmp_path: Path) -> None:
    first = converted(gguf, tmp_path / "cache")
    gguf.write_bytes(b"other weights")
    second = converted(gguf, tmp_path / "cache")
    assert first != second
    assert first.is_dir()


@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "sums"])
def test_a_damaged_folder_is_made_anew(gguf: Path, tmp_path: Path, damage: str) -> None:
    folder = converted(gguf, tmp_path / "cache")
    file = folder / "model.safetensors"
    whole = file.read_bytes()
    if damage == "flip":
        file.write_bytes(whole[:-1] + b"X")
    elif damage == "cut":
        file.write_bytes(whole[:-1])
    elif damage == "remove":
        file.unlink()
    else:
        (folder / weights.SUMS).write_text("{")
    assert converted(gguf, tmp_path / "cache") == folder
    assert file.read_bytes() == whole
    assert times_made(gguf) == 2


def test_what_a_killed_conversion_left_is_cleared(gguf: Path, tmp_path: Path) -> None:
    folder = converted(gguf, tmp_path / "cache")
    part = folder.with_name(f"{folder.name}.part")
    folder.rename(part)
    (part / "half").write_text("")
    assert not (converted(gguf, tmp_path / "cache") / "half").exists()
    assert not part.exists()


def test_processes_at_once_convert_once(gguf: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    others = [context.Process(target=convert_beside_others, args=(gguf, tmp_path / "cache", start)) for _ in range(3)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert [other.exitcode for other in others] == [0, 0, 0]
    assert times_made(gguf) == 1


def test_a_cache_that_cannot_be_written_is_a_model_error(gguf: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    with pytest.raises(ModelError, match="could not be converted"):
        converted(gguf, tmp_path / "cache")


@pytest.mark.slow
def test_the_embedded_model_converts_quietly_into_float32(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from assistant.llm.local.weights import *;"
        "print(converted(embedded_gguf(), Path(sys.argv[1])))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, env=os.environ
    )
    assert said.stderr == ""
    folder = Path(said.stdout.strip())
    assert (folder / "model.safetensors").stat().st_size == pytest.approx(538e6, rel=0.01)
    assert sha256(embedded_gguf())[:16] in folder.name
    assert list(tmp_path.glob("*.part")) == []
