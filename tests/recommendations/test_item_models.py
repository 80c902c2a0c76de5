"""The two models of what is new, against their formulas, and which of them is chosen."""

from pathlib import Path

import numpy as np
import pytest
from planted_baskets import DAY, communities
from scipy import sparse

from assistant.config import RecommendationSettings
from assistant.data import Cutoff
from assistant.recommendations import purchase_history
from assistant.recommendations.ease import Ease
from assistant.recommendations.models import fit_item_model
from assistant.recommendations.ranking import best_columns, best_pairs, ranks
from assistant.recommendations.svd import Svd


@pytest.fixture
def bought() -> sparse.csr_matrix:
    return sparse.csr_matrix((np.random.default_rng(1).random((80, 30)) < 0.2).astype(float))


def test_ease_is_its_closed_form(bought: sparse.csr_matrix) -> None:
    dense = bought.toarray()
    inverse = np.linalg.inv(dense.T @ dense + 0.5 * 80 * np.eye(30))
    expected = np.eye(30) - inverse / np.diag(inverse)
    model = Ease.fit(bought, 0.5)
    np.testing.assert_allclose(model.weights, expected, atol=1e-12)
    np.testing.assert_allclose(model.scores(bought), dense @ expected, atol=1e-12)
    np.testing.assert_allclose(model.onto(np.array([3, 7])), expected[:, [3, 7]], atol=1e-12)


def test_ease_has_the_smallest_error_that_weights_without_a_diagonal_can_have(bought: sparse.csr_matrix) -> None:
    dense = bought.toarray()
    weights = Ease.fit(bought, 0.1).weights

    def loss(candidate: np.ndarray) -> float:
        return float(((dense - dense @ candidate) ** 2).sum() + 0.1 * 80 * (candidate**2).sum())

    assert not np.diag(weights).any()
    random = np.random.default_rng(2)
    for _ in range(20):
        step = 0.01 * random.normal(size=weights.shape)
        np.fill_diagonal(step, 0.0)
        assert loss(weights + step) > loss(weights)


def test_svd_projects_on_the_strongest_directions() -> None:
    # Three tastes that stand out of a little noise: a flat spectrum has no strongest directions.
    dense = np.kron(np.eye(3), np.ones((30, 10)))
    dense = np.where(np.random.default_rng(1).random(dense.shape) < 0.05, 1 - dense, dense)
    bought = sparse.csr_matrix(dense)
    _, _, directions = np.linalg.svd(dense, full_matrices=False)
    model = Svd.fit(bought, 3, 7)
    projector = directions[:3].T @ directions[:3]
    np.testing.assert_allclose(model.scores(bought), dense @ projector, atol=1e-6)
    weights = model.onto(np.arange(30))
    assert not np.diag(weights).any()
    # What is not the product's own weight adds up to its score.
    own = dense * np.sum(model.factors**2, axis=1)
    np.testing.assert_allclose(dense @ weights + own, model.scores(bought), atol=1e-12)


def test_the_catalogue_decides_on_the_model_and_says_why(tmp_path: Path) -> None:
    history = purchase_history(communities(60).open(tmp_path), Cutoff(DAY), 120)
    head = RecommendationSettings(max_products=12)
    model, fit = fit_item_model(history, head, 7)
    assert isinstance(model, Ease)
    assert (fit.model, fit.products_modelled, model.modelled) == ("ease", 12, 12)
    assert fit.purchases_modelled == history.buyers[:12].sum() / history.buyers.sum()
    assert "12 products bought by most hold" in fit.why
    # The room for one product holds less than a fifth of what was bought.
    narrow = RecommendationSettings.model_construct(**{**head.model_dump(), "max_products": 1, "factors": 4})
    model, fit = fit_item_model(history, narrow, 7)
    assert isinstance(model, Svd)
    assert (fit.model, fit.products_modelled, fit.purchases_modelled) == ("svd", len(history.products), 1.0)
    assert "Truncated SVD" in fit.why


def test_the_best_columns_are_one_of_a_group_and_ties_go_to_the_first() -> None:
    scores = np.array([[1.0, 3.0, 3.0, 2.0], [5.0, -np.inf, 1.0, 1.0 + 1e-13]])
    best, values = best_columns(scores, np.array([0, 1, 2, 1]), 4)
    assert best.tolist() == [[1, 2, 0, -1], [0, 2, 3, -1]]
    np.testing.assert_array_equal(values[:, :3], [[3.0, 3.0, 1.0], [5.0, 1.0, 1.0]])


def test_the_best_pairs_are_one_of_a_group_and_ties_go_to_the_first() -> None:
    rows = np.array([1, 0, 0, 0, 1], dtype=np.int32)
    columns = np.array([2, 0, 1, 2, 0], dtype=np.int32)
    scores = np.array([1.0, 2.0, 2.0 + 1e-13, 9.0, 1.0])
    order = best_pairs(rows, columns, scores, np.array([0, 1, 1]))
    assert [(rows[at], columns[at]) for at in order] == [(0, 2), (0, 0), (1, 0), (1, 2)]
    assert ranks(rows[order]).tolist() == [0, 1, 0, 1]
