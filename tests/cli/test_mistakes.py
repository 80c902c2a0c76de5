"""A person's mistake is one sentence that says what to type next, and exit code 2; never a traceback."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Assistant, Walk
from model_server import ModelServer
from small_shop import BRIEF

ROOT = Path(__file__).parents[2]


def in_a_shell(*words: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command as a shell starts it."""
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli.main", *map(str, words)],
        capture_output=True, text=True, cwd=folder, timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_no_workspace(tmp_path: Path) -> None:
    done = in_a_shell("segments", "list", "--json", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: There is no assistant.toml in {tmp_path}")
    assert "`assistant init DIR`" in line


def test_an_unknown_command(tmp_path: Path) -> None:
    done = in_a_shell("segment", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "No such command 'segment'" in done.stderr
    assert "--help' for help" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_workspace_that_is_none(assistant: Assistant, tmp_path: Path) -> None:
    assert f"`assistant init {tmp_path}`" in assistant("segments", "list", "--workspace", tmp_path).mistake


def test_init_in_a_folder_that_holds_something_else(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    assert "an empty or a new folder" in assistant("init", tmp_path).mistake
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_init_with_a_currency_that_is_none(assistant: Assistant, tmp_path: Path) -> None:
    mistake = assistant("init", tmp_path / "shop", "--currency", "dollars").mistake
    assert mistake.startswith("--currency is 'dollars'; ")
    assert "[A-Z]{3}" in mistake
    assert not (tmp_path / "shop").exists()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace without data."""
    root = tmp_path_factory.mktemp("bare")
    (root / "assistant.toml").write_text("", encoding="utf-8")
    return root


@pytest.mark.parametrize(
    "words",
    [["facts", "S1"], ["segments", "fit"], ["index"], ["personas"], ["report"], ["campaign", "run", "brief.toml"]],
    ids=" ".join,
)
def test_a_stage_without_data_names_the_command_that_brings_it(
    assistant: Assistant, bare: Path, words: list[str]
) -> None:
    (bare / "brief.toml").write_text(BRIEF, encoding="utf-8")
    assert "`assistant ingest --orders FILE --products FILE`" in assistant(*words, folder=bare).mistake


@pytest.mark.parametrize(
    ("words", "next_command"),
    [
        (["segments", "list"], "`assistant segments fit`"),
        (["segments", "show", "S1"], "`assistant segments fit`"),
        (["search", "milk"], "`assistant index`"),
        (["campaign", "pieces"], "`assistant campaign run BRIEF`"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_has_not_been_made_names_the_command_that_makes_it(
    assistant: Assistant, bare: Path, words: list[str], next_command: str
) -> None:
    assert next_command in assistant(*words, folder=bare).mistake


def test_ingest_without_products(assistant: Assistant, bare: Path, shop_files: dict[str, Path]) -> None:
    assert "`--products FILE`" in assistant("ingest", "--orders", shop_files["orders"], folder=bare).mistake


def test_ingest_of_a_file_that_is_not_there(assistant: Assistant, bare: Path, shop_files: dict[str, Path]) -> None:
    words = ["ingest", "--orders", "nowhere.csv", "--products", shop_files["products"]]
    assert "nowhere.csv does not exist" in assistant(*words, folder=bare).mistake


def test_ingest_of_another_table_names_the_column(
    assistant: Assistant, bare: Path, shop_files: dict[str, Path]
) -> None:
    products = shop_files["products"]
    mistake = assistant("ingest", "--orders", products, "--products", products, folder=bare).mistake
    assert "no column was found for 'order_id'" in mistake
    assert "--mapping FILE" in mistake


def test_ingest_of_a_preset_takes_no_files(assistant: Assistant, bare: Path, shop_files: dict[str, Path]) -> None:
    words = ["ingest", "--preset", "complete-journey", "--products", shop_files["products"]]
    assert "leave out --products" in assistant(*words, folder=bare).mistake


def test_a_failed_ingest_leaves_the_data_that_was_there(assistant: Assistant, shop: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (shop / "data").rglob("*") if path.is_file()}
    orders = tmp_path / "orders.csv"
    orders.write_text(
        "order_id,customer_id,product_id,ordered_at,amount_minor\nO1,C1,P01,yesterday,100\n", encoding="utf-8"
    )
    products = tmp_path / "products.csv"
    products.write_text("product_id,name\nP01,Milk\n", encoding="utf-8")
    mistake = assistant("ingest", "--orders", orders, "--products", products, folder=shop).mistake
    assert "'yesterday'" in mistake
    assert "line 2" in mistake
    assert {path: path.read_bytes() for path in (shop / "data").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("k_max = 4", "kmax = 4", "there is no setting 'segments.kmax'; did you mean 'segments.k_max'?"),
        ("k_max = 4", 'k_max = "four"', "segments.k_max is 'four'"),
        ("k_max = 4", "k_max = 1", "segments.k_max is 1"),
        ("[shop]", "[shop", "is not valid TOML"),
        ("[shop]", "[stores]", "there is no setting 'stores'"),
    ],
)
def test_a_mistake_in_the_settings_names_the_file_and_the_setting(
    assistant: Assistant, shop: Path, old: str, new: str, told: str
) -> None:
    path = shop / "assistant.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    mistake = assistant("segments", "list", folder=shop).mistake
    assert mistake.startswith(str(path))
    assert told in mistake


def test_an_embedder_that_is_unknown(assistant: Assistant, shop: Path) -> None:
    path = shop / "assistant.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"hashing"', '"hashin"'), encoding="utf-8")
    mistake = assistant("search", "milk", folder=shop).mistake
    assert "no embedder 'hashin'" in mistake
    assert "`hashing`" in mistake


@pytest.mark.parametrize(
    "words",
    [
        ["segments", "show", "S9"],
        ["facts", "S9"],
        ["personas", "--segment", "S9"],
        ["search", "milk", "--segment", "S9"],
        ["campaign", "run", "briefs/spring.toml", "--segment", "S9"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_an_unknown_segment_is_told_with_the_known_ones(assistant: Assistant, walk: Walk, words: list[str]) -> None:
    mistake = assistant(*words, folder=walk.root).mistake
    assert "There is no segment 'S9'" in mistake
    assert "S1, S2, S3" in mistake


def test_no_model_is_asked_for_a_segment_that_does_not_exist(
    assistant: Assistant, shop: Path, server: ModelServer
) -> None:
    (shop / "journal.sqlite").unlink()
    shutil.rmtree(shop / "personas")
    server.forget()
    assert assistant("personas", "--segment", "S9", folder=shop).mistake
    assert server.asked == []


def test_a_segment_too_small_for_facts_is_told_why(assistant: Assistant, shop: Path) -> None:
    settings = shop / "assistant.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("[facts]", "[facts]\nmin_group_size = 50"))
    segments = assistant("segments", "fit", "--json", folder=shop).rows
    small = next(own for own in segments if own["customers"] < 50)
    mistake = assistant("facts", small["segment"].lower(), folder=shop).mistake
    assert mistake.startswith(f"{small['segment']} has {small['customers']} customers")
    assert "facts.min_group_size of 50" in mistake
    assert small["certified"] is False
    assert "the bar is 50" in " ".join(small["reasons"])


def test_a_shop_of_which_nothing_may_be_stated(assistant: Assistant, shop: Path) -> None:
    path = shop / "assistant.toml"
    said = path.read_text(encoding="utf-8").replace("[facts]", "[facts]\nmin_group_size = 100")
    path.write_text(said, encoding="utf-8")
    assert "No segment has 100 customers" in assistant("personas", folder=shop).mistake


def test_an_unknown_campaign_is_told_with_the_known_ones(assistant: Assistant, walk: Walk) -> None:
    mistake = assistant("campaign", "pieces", "autumn", folder=walk.root).mistake
    assert "'autumn'" in mistake
    assert "spring" in mistake


@pytest.mark.parametrize(
    ("option", "value", "known"), [("--segment", "S9", "S1, S2, S3"), ("--channel", "fax", "email, sms")]
)
def test_pieces_of_what_the_campaign_has_not(
    assistant: Assistant, walk: Walk, option: str, value: str, known: str
) -> None:
    mistake = assistant("campaign", "pieces", option, value, folder=walk.root).mistake
    assert value in mistake
    assert known in mistake


@pytest.mark.parametrize(
    "words",
    [["campaign", "pieces", "--status", "odd"], ["search", "milk", "--kind", "odd"]],
    ids=lambda words: words[0],
)
def test_an_option_outside_its_choices(assistant: Assistant, walk: Walk, words: list[str]) -> None:
    said = assistant(*words, folder=walk.root)
    assert (said.code, said.out) == (2, "")
    assert "'odd' is not one of" in " ".join(said.err.split())


def test_a_preset_that_there_is_not_names_those_there_are(assistant: Assistant, walk: Walk) -> None:
    said = assistant("ingest", "--preset", "odd", folder=walk.root)
    assert (said.code, said.out) == (2, "")
    assert "complete-journey, shopify, woocommerce, ga4, klaviyo" in " ".join(said.err.split())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"ease"', '"eaze"', "There is no angle 'eaze'; did you mean 'ease'?"),
        ('"ease"', '"thrift"', "each once"),
        (', "ease"', "", "angles is ['thrift']"),
        ("angles =", 'products = ["Whole milc"]\nangles =', "no product 'Whole milc'"),
        ("angles =", 'products = ["Whole milc"]\nangles =', "did you mean 'Whole milk'"),
        ("deadline = 2024-01-31", "deadline = 2024-01-01", "deadline is 2024-01-01, before starts (2024-01-02)"),
        ("amount = 15", "amount = 150", "a whole number from 1 to 100"),
        ("goal =", "gaol =", "'goal'"),
        ('"sms"]', '"fax"]', "There is no channel 'fax'"),
        ('"spring"', '"../spring"', "campaign is '../spring'"),
        ("[offer]", "[offer", "is not valid TOML"),
    ],
)
def test_a_broken_brief_says_what_is_wrong_and_where(
    assistant: Assistant, walk: Walk, tmp_path: Path, server: ModelServer, old: str, new: str, told: str
) -> None:
    brief = tmp_path / "brief.toml"
    assert old in BRIEF
    brief.write_text(BRIEF.replace(old, new), encoding="utf-8")
    server.forget()
    said = assistant("campaign", "run", brief, folder=walk.root)
    assert (said.code, said.out) == (2, "")
    assert "Traceback" not in said.err
    assert told in said.err
    assert server.asked == []


def test_a_broken_brief_is_told_before_a_model_is_asked(assistant: Assistant, shop: Path, server: ModelServer) -> None:
    (shop / "journal.sqlite").unlink()
    shutil.rmtree(shop / "personas")
    (shop / "brief.toml").write_text(BRIEF.replace('"ease"', '"eaze"'), encoding="utf-8")
    server.forget()
    assert "'eaze'" in assistant("campaign", "run", "brief.toml", folder=shop).mistake
    assert server.asked == []


def test_a_brief_that_is_not_there(assistant: Assistant, walk: Walk) -> None:
    assert "nowhere.toml does not exist" in assistant("campaign", "run", "nowhere.toml", folder=walk.root).mistake


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("nonsense", "type one of: local:, local:FOLDER-OR-HUB-ID, openai:MODEL"),
        ("openai:x", "export OPENAI_API_KEY="),
        ("openai:x?base_url=127.0.0.1:1/v1", "http://host/v1"),
        ("local:/no/such/folder", "type local: for the embedded model"),
    ],
)
def test_a_model_that_has_no_such_name(assistant: Assistant, model: str, told: str) -> None:
    assert told in assistant("models", "check", model).mistake


def test_a_model_that_answers_nothing_leaves_what_was_there(assistant: Assistant, shop: Path) -> None:
    path = shop / "assistant.toml"
    said = path.read_text(encoding="utf-8").replace("http://127.0.0.1:", "http://127.0.0.1:1/")
    said = said.replace("persona_candidates = 2", "persona_candidates = 1")
    said = said.replace("[models]", "[models.limits]\nconcurrency = 64\nretries = 1\n\n[models]")
    path.write_text(said, encoding="utf-8")
    before = (shop / "personas" / "S1.json").read_bytes()
    mistake = assistant("personas", folder=shop).mistake
    assert "answered none of" in mistake
    assert (shop / "personas" / "S1.json").read_bytes() == before


def test_two_commands_do_not_write_at_once(assistant: Assistant, walk: Walk) -> None:
    from filelock import FileLock

    with FileLock(walk.root / ".lock"):
        assert "Another command is writing" in assistant("index", folder=walk.root).mistake
        assert assistant("segments", "list", "--json", folder=walk.root).rows  # who reads does not wait


def test_an_artefact_that_was_damaged_is_no_traceback(assistant: Assistant, shop: Path) -> None:
    (shop / "segments" / "segmentation.json").write_text('{"as_of', encoding="utf-8")
    assert "segmentation.json" in assistant("segments", "list", folder=shop).mistake
    assert assistant("segments", "fit", folder=shop).code == 0
    assert assistant("segments", "list", "--json", folder=shop).rows
