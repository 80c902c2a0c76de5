"""What a metric rests on is part of what it is."""

from dataclasses import replace
from pathlib import Path

import pytest

from evals.metrics import basis, metric_named
from evals.metrics.basis import basis_of


def test_a_changed_word_list_is_another_basis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "words_of_a_shop"
    package.mkdir()
    (package / "__init__.py").write_text('"""Words."""\n', encoding="utf-8")
    words = package / "words.toml"
    words.write_text('said = ["a"]\n', encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    metric = replace(metric_named("length"), rests_on=("words_of_a_shop",))
    before = basis_of(metric)
    basis._hash.cache_clear()
    assert basis_of(metric) == before
    words.write_text('said = ["a", "b"]\n', encoding="utf-8")
    basis._hash.cache_clear()
    assert basis_of(metric) != before


def test_metrics_that_ask_the_houses_checks_say_so() -> None:
    for name in ("checks", "receipts", "channel_fit"):
        assert basis_of(metric_named(name)).startswith("sha256:")
    assert basis_of(metric_named("length")) == ""
