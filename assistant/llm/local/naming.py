"""What stands behind `local:`: a source, a device, a precision; and the folder with the weights."""

from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelError
from assistant.llm.local.weights import converted, embedded_gguf, model_fingerprint, sha256

DTYPES = ("f32", "f16", "bf16")
KNOWN = f"cpu, cuda, cuda:NUMBER, {', '.join(DTYPES)}"


@dataclass(frozen=True)
class LocalName:
    """A name taken apart; an empty device or dtype is chosen when the model is loaded."""

    source: str
    device: str = ""
    dtype: str = ""


def parse_local(rest: str) -> LocalName:
    """What follows `local:`, such as `folder`, `org/model@cuda,bf16` or nothing.

    Raises ModelError for a word after @ that is not known. A folder whose own name holds an @ is taken as it is.
    """
    if Path(rest).expanduser().is_dir() and rest:
        return LocalName(rest)
    source, at, words = rest.rpartition("@")
    if not at:
        return LocalName(rest)
    device = dtype = ""
    for word in words.split(","):
        if word in DTYPES:
            dtype = word
        elif word in ("cpu", "cuda") or (word.startswith("cuda:") and word[5:].isdigit()):
            device = word
        else:
            raise ModelError(f"local:{rest} has {word!r} behind its @; expected one or two of {KNOWN}")
    return LocalName(source, device, dtype)


def find_model(source: str, cache_dir: Path, *, download: bool = False) -> tuple[Path, str]:
    """The folder of a model and the fingerprint of its weights.

    Args:
        source: empty for the embedded model, a folder, or a hub's id, `org/name`.
        cache_dir: of converted weights.
        download: fetch a hub's model that is not on this machine.

    Raises:
        ModelError: there is no such model on this machine, or it could not be fetched.
        MissingPackage: the embedded model is not installed.
    """
    if not source:
        gguf = embedded_gguf()
        return converted(gguf, cache_dir), f"gguf:{sha256(gguf)}"
    folder = Path(source).expanduser()
    if not folder.is_dir() and source.count("/") == 1 and not source.startswith((".", "/", "~")):
        folder = _of_hub(source, download)
    if not (folder / "config.json").is_file():
        raise ModelError(
            f"local:{source} is no folder with a model (config.json was looked for); "
            "give such a folder, a hub's id as in org/name, or type local: for the embedded model"
        )
    return folder, model_fingerprint(folder)


def _of_hub(source: str, download: bool) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(source, local_files_only=not download))
    except Exception as error:  # the hub's library raises what it likes
        if download:
            said = " ".join(str(error).split())[:200]
            raise ModelError(f"local:{source} could not be fetched: {said}") from None
        raise ModelError(
            f"local:{source} is neither a folder nor a model that was fetched from a hub; "
            f"type: assistant models check local:{source} --download"
        ) from None
