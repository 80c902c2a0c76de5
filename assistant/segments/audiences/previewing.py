"""How many customers a rule takes, and which of its conditions is the narrow one."""

from assistant.records.audiences import Audience, AudiencePreview, ConditionCount
from assistant.segments.audiences.compiling import Shop, flagged
from assistant.segments.audiences.describing import Money, describe, in_minor_units


def preview(audience: Audience, shop: Shop, money: Money = in_minor_units) -> AudiencePreview:
    """Count an audience and each of its outermost conditions alone, in one query.

    Args:
        audience: frozen, see `freeze`.
        shop: what is asked.
        money: an amount in minor units as a reader sees it.

    Raises:
        DataError: as `members`.
    """
    parts = audience.parts if audience.not_ is None else ()
    table = flagged(shop, {"inside": audience, **{f"part_{at}": part for at, part in enumerate(parts)}})
    counts = table.aggregate(
        everyone=table.count(),
        money=table.monetary_minor.sum(),
        inside=table.inside.sum(),
        inside_money=table.monetary_minor.sum(where=table.inside),
        **{f"part_{at}": table[f"part_{at}"].sum() for at in range(len(parts))},
    ).execute()
    # Sums over no customer at all are missing.
    found = {name: int(value) for name, value in counts.fillna(0).iloc[0].items()}
    return AudiencePreview(
        name=audience.name,
        rule=describe(audience, money),
        customers=found["inside"],
        share=found["inside"] / found["everyone"] if found["everyone"] else 0.0,
        revenue_minor=found["inside_money"],
        revenue_share=found["inside_money"] / found["money"] if found["money"] else 0.0,
        conditions=tuple(
            ConditionCount(condition=describe(part, money), customers=found[f"part_{at}"])
            for at, part in enumerate(parts)
        ),
    )
