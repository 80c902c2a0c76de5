"""A shallow tree that says roughly who is in which segment, and how far it can be trusted."""

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from assistant.features import feature_named
from assistant.records import SurrogateTree, TreeCondition, TreeRule
from assistant.segments.clustering import Labels
from assistant.segments.profiling import described_columns

DEPTH = 3
FOLDS = 5
SAMPLE = 50_000
# Customers of the smallest rule over all.
_LEAST_SHARE = 0.01

_Bounds = dict[str, tuple[float | None, float | None]]


def surrogate_tree(features: pd.DataFrame, labels: Labels, min_group_size: int, seed: int) -> SurrogateTree | None:
    """Learn at most eight rules over the features that every customer has.

    Args:
        features: the customer table.
        labels: (n,) 0 for `S1`, ...; customers below 0 are left out.
        min_group_size: customers of the smallest rule.
        seed: of the sample, the folds and the order in which equal splits are tried.

    Returns:
        The rules, or None where fewer customers than folds have a segment.
    """
    rows = np.flatnonzero(labels >= 0)
    if len(rows) < FOLDS:
        return None
    if len(rows) > SAMPLE:
        rows = np.sort(np.random.default_rng(seed).choice(rows, SAMPLE, replace=False))
    columns = [name for name in described_columns(features) if not features[name].isna().any()]
    points, known = features[columns].to_numpy(dtype=np.float64)[rows], labels[rows]
    tree = DecisionTreeClassifier(
        max_depth=DEPTH, min_samples_leaf=max(min_group_size, round(_LEAST_SHARE * len(rows))), random_state=seed
    )
    told = cross_val_predict(tree, points, known, cv=KFold(FOLDS, shuffle=True, random_state=seed))
    return SurrogateTree(
        rules=_rules(tree.fit(points, known), columns),
        accuracy=float((told == known).mean()),
        majority_share=float(np.bincount(known).max() / len(known)),
        folds=FOLDS,
        customers=len(known),
    )


def _rules(fitted: DecisionTreeClassifier, columns: list[str]) -> tuple[TreeRule, ...]:
    tree = fitted.tree_
    rules: list[tuple[int, TreeRule]] = []

    def told(node: int) -> set[int]:
        """The segments that the leaves below name."""
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        return {int(tree.value[node][0].argmax())} if left == right else told(left) | told(right)

    def walk(node: int, bounds: _Bounds) -> None:
        # Leaves that name one segment are one rule: what divides them decides nothing.
        if len(told(node)) == 1:
            shares = tree.value[node][0] / tree.value[node][0].sum()
            label = int(fitted.classes_[shares.argmax()])
            rules.append((label, _rule(label, bounds, int(tree.n_node_samples[node]), float(shares.max()))))
            return
        name, threshold = columns[int(tree.feature[node])], float(tree.threshold[node])
        above, at_most = bounds.get(name, (None, None))
        walk(int(tree.children_left[node]), {**bounds, name: (above, threshold)})
        walk(int(tree.children_right[node]), {**bounds, name: (threshold, at_most)})

    walk(0, {})
    return tuple(rule for _, rule in sorted(rules, key=lambda one: (one[0], -one[1].customers)))


def _rule(label: int, bounds: _Bounds, customers: int, right: float) -> TreeRule:
    return TreeRule(
        segment=f"S{label + 1}",
        conditions=tuple(
            TreeCondition(
                feature=name,
                label=feature_named(name).label,
                unit=feature_named(name).unit,
                above=above,
                at_most=at_most,
            )
            for name, (above, at_most) in bounds.items()
        ),
        customers=customers,
        right=right,
    )
