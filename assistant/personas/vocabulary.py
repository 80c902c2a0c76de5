"""What a sentence about a segment may name: metrics, products, types of campaigns, values of customers' columns."""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.facts import SegmentTable, minor_units
from assistant.features import BASE_FEATURES
from assistant.records import Unit

# Values of a column that are worth looking for in a sentence; a column with more of them holds no bands.
_MOST_LEVELS = 60


@dataclass(frozen=True)
class Vocabulary:
    """Names, and the currency that amounts are read in."""

    metrics: tuple[str, ...]
    products: Mapping[str, str]
    """Lower case -> as the shop writes it."""
    campaigns: tuple[str, ...]
    attributes: Mapping[str, tuple[str, ...]]
    """Column of customers -> its values."""
    currency: str

    @classmethod
    def of(cls, table: SegmentTable) -> "Vocabulary":
        """The names that a shop's data has."""
        levels = {
            str(name): tuple(sorted({str(value) for value in column.dropna()}))
            for name, column in table.attributes.items()
        }
        return cls(
            metrics=tuple(name for name in table.metrics if not name.startswith("redeems:")),
            products={name.lower(): name for name in table.purchases.names},
            campaigns=tuple(table.campaigns),
            attributes={name: own for name, own in levels.items() if len(own) <= _MOST_LEVELS},
            currency=table.currency,
        )

    @property
    def minor(self) -> int:
        """Minor units of one of the currency."""
        return minor_units(self.currency)

    def unit(self, metric: str) -> Unit:
        """What a metric counts; of one that is no base feature a share."""
        return _UNITS.get(metric, Unit.SHARE)


_UNITS = {feature.name: feature.unit for feature in BASE_FEATURES}
