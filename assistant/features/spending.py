"""One row a customer of what was bought: money by department and category, and how many categories.

Counting the different values of a text costs an engine more than all sums together. So each category is one bit of
an integer: a product carries its category's bit, a customer's bits are or-ed, and the ones are counted at the end.
Only where Ibis cannot say that (to Spark) are numbers of categories counted instead.
"""

from collections.abc import Sequence
from typing import Any

import ibis
import pandas as pd
from ibis.expr.operations import BitOr

from assistant.data import Tables
from assistant.features.orders import total
from assistant.features.vocabulary import Vocabulary, products_of

# Bits of an integer that every engine takes alike: all below the sign.
_BITS = 62
# The place of what is not among the largest.
_NONE = -1


def spending_of(seen: Tables, names: Vocabulary) -> Any:
    """One row a customer with a sold line.

    Args:
        seen: what a cutoff lets be seen.
        names: of the same rows.

    Returns:
        `customer_id`; `private_minor`; `department_N_minor` and `category_N_minor` by place in `names`;
        `categories`, how many different ones, where what has no category counts for none.
    """
    codes = _codes(names)
    bits = [name for name in codes.columns if name.startswith("bits_")]
    kinds = ibis.memtable(codes)
    products = products_of(seen)
    coded = products.left_join(
        kinds, [products.category == kinds.of_category, products.department == kinds.of_department]
    ).select(
        "product_id",
        *(kinds[name].fill_null(_NONE).name(name) for name in ("department_at", "category_at")),
        "category_code",
        "private_brand",
        *bits,
    )
    sold = seen.orders.filter(seen.orders.quantity >= 0).left_join(coded, "product_id")
    money = {
        f"{column}_{at}_minor": total(sold.amount_minor, sold[f"{column}_at"] == at)
        for column, named in (("department", names.departments), ("category", names.categories))
        for at in range(len(named))
    }
    money["private_minor"] = total(sold.amount_minor, sold.private_brand)
    own = sold.group_by("customer_id")
    if not seen.engine.has_operation(BitOr):
        return own.aggregate(**money, categories=sold.category_code.nunique())
    table = own.aggregate(**money, **{name: sold[name].bit_or() for name in bits})
    ones = [(table[name] & bit != 0).cast("int64") for name in bits for bit in sorted(set(codes[name]) - {0})]
    return table.mutate(categories=_sum(ones).fill_null(0) if ones else 0).drop(*bits)


def _codes(names: Vocabulary) -> pd.DataFrame:
    """One row a kind.

    Returns:
        `of_category`, `of_department`: the kind; `department_at`, `category_at`: their places among the largest;
        `category_code`: the category's number; `bits_N`: its bit in the Nth integer. Empty where there is none.
    """
    frame = pd.DataFrame(list(names.kinds), columns=["of_category", "of_department"], dtype="str")
    numbers = {name: at for at, name in enumerate(sorted({category for category, _ in names.kinds} - {""}))}
    frame["category_code"] = frame["of_category"].map(numbers)
    for column, named in (("department", names.departments), ("category", names.categories)):
        frame[f"{column}_at"] = frame[f"of_{column}"].map({name: at for at, name in enumerate(named)})
    frame = frame.astype(dict.fromkeys(("department_at", "category_at", "category_code"), "Int16"))
    for word in range(-(-len(numbers) // _BITS)):
        own = {name: 1 << at % _BITS for name, at in numbers.items() if at // _BITS == word}
        frame[f"bits_{word}"] = frame["of_category"].map(own).fillna(0).astype("int64")
    return frame


def _sum(terms: Sequence[Any]) -> Any:
    """As a tree, because engines limit how deep an expression may nest."""
    half = len(terms) // 2
    return terms[0] if len(terms) == 1 else _sum(terms[:half]) + _sum(terms[half:])
