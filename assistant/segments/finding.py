"""Groups of customers by any method: found, or given by rule, and measured where resampling means anything."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assistant.config import SegmentSettings
from assistant.errors import ConfigError, DataError
from assistant.features import feature_named
from assistant.records import CUSTOMER_PREFIX, ColumnModel, KTrial, RfmModel, Segmentation, SegmentModel, Unit
from assistant.segments.clustering import CLUSTERINGS, FIT_SAMPLE, Labels, sample
from assistant.segments.frozen import assign_model, groups_of
from assistant.segments.levels import fit_levels
from assistant.segments.scaling import Matrix, Scaler
from assistant.segments.stability import Bar, bootstrap_jaccard, choose_k, try_k
from assistant.segments.tiers import Tiers, fit_tiers, raw_scores

K_MIN = 2
# As many customers a cluster as a trial needs at the least.
_EACH = 10


@dataclass(frozen=True)
class Found:
    """Groups, and how they fared."""

    model: SegmentModel
    jaccards: tuple[float | None, ...]
    """Of each group; None where nothing was fitted, or nobody is in it."""
    trials: tuple[KTrial, ...]


@dataclass(frozen=True)
class Refitted:
    """The same method on other customers."""

    model: SegmentModel

    @property
    def k(self) -> int:
        """How many groups."""
        return groups_of(self.model)

    def assign(self, features: pd.DataFrame) -> Labels:
        """(n,), from 0 to k - 1, -1 for who lacks what a group is told by.

        Found groups stand in no order, so labels of two fits are matched by who is in them; tiers and levels keep
        their places.
        """
        return assign_model(self.model, features)


def find_groups(
    features: pd.DataFrame,
    settings: SegmentSettings,
    min_group_size: int,
    on_trial: Callable[[KTrial], None] | None = None,
) -> Found:
    """Groups by the method of the settings.

    Args:
        features: the customer table; for method `column`, with the column beside it by `join_column`.
        settings: the method and its bounds.
        min_group_size: customers; a smaller cluster does not pass, a smaller level joins `Other`.
        on_trial: told of each number of clusters as it has been tried.

    Raises:
        ConfigError: the settings name a feature that the table does not have.
        DataError: the customers cannot be told apart.
    """
    if settings.method == "column":
        model = fit_levels(features, settings.column or "", min_group_size)
        return Found(model, (None,) * len(model.levels), ())
    if settings.method == "rfm":
        return _find_tiers(features, settings)
    return _find_clusters(features, settings, min_group_size, on_trial)


def refit(features: pd.DataFrame, like: Segmentation | SegmentSettings, k: int, seed: int) -> Refitted:
    """The same method and features on other customers: its scaler, quintiles and clusters are fitted anew.

    Args:
        features: the customers to fit.
        like: a segmentation, or the settings of one.
        k: clusters; tiers and levels are what they are.
        seed: of the sample and the starts.

    Raises:
        DataError: fewer than `k` different customers.
    """
    if isinstance(like, SegmentSettings):
        if like.method == "column":
            return Refitted(fit_levels(features, like.column or "", 1))
        if like.method == "rfm":
            return Refitted(fit_tiers(features, like.rfm))
        method, names, logged = like.method, like.features, logged_of(like.features)
    else:
        model = like.model
        if isinstance(model, ColumnModel):
            return Refitted(model)
        if isinstance(model, RfmModel):
            return Refitted(Tiers(model).refit(raw_scores(features)[0], seed).model)
        method, names, logged = model.method, model.scaling.features, model.scaling.logged
    raw, _ = known_rows(features, names)
    scaler = Scaler.fit(raw, logged)
    scaled = scaler.transform(raw)
    different = len(np.unique(scaled, axis=0))
    if different < k:
        raise DataError(f"Only {different} different customers to fit {k} segments to; expected at least {k}.")
    return Refitted(CLUSTERINGS[method].fit(scaled, k, seed).freeze(scaler.freeze(names)))


def known_rows(features: pd.DataFrame, names: tuple[str, ...]) -> tuple[Matrix, NDArray[np.bool_]]:
    """The rows (m, features) with no value missing, and which those are (n,).

    Raises:
        ConfigError: the table has no such column, or it is no number.
    """
    numeric = [
        str(name) for name in features.select_dtypes("number").columns if not str(name).startswith(CUSTOMER_PREFIX)
    ]
    for name in names:
        if name not in numeric:
            close = difflib.get_close_matches(name, numeric, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(numeric)}."
            raise ConfigError(f"segments.features names {name!r}, which the customer table does not have; {hint}")
    raw = features[list(names)].to_numpy(dtype=np.float64)
    known = ~np.isnan(raw).any(axis=1)
    return raw[known], known


def logged_of(names: tuple[str, ...]) -> tuple[bool, ...]:
    """Which features are taken as log1p before distances are: all that have no upper end, so not shares and ratios."""
    return tuple(feature_named(name).unit not in (Unit.SHARE, Unit.RATIO) for name in names)


def _find_tiers(features: pd.DataFrame, settings: SegmentSettings) -> Found:
    model = fit_tiers(features, settings.rfm)
    tiers, points = Tiers(model), raw_scores(features)[0]
    inhabited = np.bincount(tiers.assign(points), minlength=tiers.k) > 0
    if inhabited.sum() < K_MIN:
        raise DataError(
            f"All {len(points)} customers are alike in recency, frequency and spend; segments need customers who "
            "differ: check the orders, then bring them in again with `assistant ingest`."
        )
    points = sample(points, FIT_SAMPLE, settings.seed)
    measured = bootstrap_jaccard(points, tiers, tiers.refit, settings.resamples, settings.seed)
    return Found(
        model,
        tuple(float(own) if some else None for own, some in zip(measured, inhabited, strict=True)),
        (),
    )


def _find_clusters(
    features: pd.DataFrame,
    settings: SegmentSettings,
    min_group_size: int,
    on_trial: Callable[[KTrial], None] | None,
) -> Found:
    raw, _ = known_rows(features, settings.features)
    if len(raw) < _EACH * K_MIN:
        raise DataError(
            f"Only {len(raw)} of {len(features)} customers have every feature of segments.features; segments need at "
            f"least {_EACH * K_MIN}: choose features that every customer has."
        )
    scaler = Scaler.fit(raw, logged_of(settings.features))
    points = scaler.transform(raw)
    different = len(np.unique(points, axis=0))
    if different < K_MIN:
        raise DataError(
            f"All {len(raw)} customers are alike in {', '.join(settings.features)}; segments need customers who "
            "differ: check the orders, then bring them in again with `assistant ingest`."
        )
    kind = CLUSTERINGS[settings.method]
    points = sample(points, FIT_SAMPLE, settings.seed)
    bar = Bar(
        resamples=settings.resamples,
        min_jaccard=settings.min_jaccard,
        min_share=max(settings.min_share, min_group_size / len(raw)),
        seed=settings.seed,
    )
    trials, fits = [], {}
    for k in range(K_MIN, min(settings.k_max, len(raw) // _EACH, different) + 1):
        fits[k] = kind.fit(points, k, settings.seed)
        trial = try_k(points, fits[k], lambda drawn, seed, k=k: kind.fit(drawn, k, seed), bar)  # type: ignore[misc]
        trials.append(trial)
        if on_trial is not None:
            on_trial(trial)
    k = choose_k(tuple(trials))
    chosen = next(trial for trial in trials if trial.k == k)
    return Found(fits[k].freeze(scaler.freeze(settings.features)), chosen.jaccards, tuple(trials))
