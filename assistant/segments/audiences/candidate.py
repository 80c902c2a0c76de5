"""An audience as something to certify."""

import numpy as np
import pandas as pd

from assistant.config import SegmentSettings
from assistant.data import Cutoff
from assistant.errors import DataError
from assistant.records.audiences import Audience
from assistant.records.certificates import Certificate, CertificateSettings
from assistant.segments.audiences.compiling import Shop, members, open_shop
from assistant.segments.certifying.candidate import Candidate
from assistant.segments.certifying.certificate import certify
from assistant.segments.certifying.segmentations import distances
from assistant.segments.clustering import Labels
from assistant.segments.scaling import Matrix


def certify_audience(
    audience: Audience, segment: str, features: pd.DataFrame, shop: Shop, settings: CertificateSettings
) -> Certificate:
    """Put an audience to the test beside everybody else; it may be as small as it is meant, down to a group's size.

    Args:
        audience: frozen, see `freeze`.
        segment: its id.
        features: the customer table, in any order.
        shop: what `features` was computed of.
        settings: how; `min_jaccard` and `min_share` are not looked at.

    Raises:
        DataError: as `members`.
    """
    features = features.sort_values("customer_id", kind="stable").reset_index(drop=True)
    candidate = audience_candidate(audience, segment, features, shop, distances(features, SegmentSettings().features))
    own = settings.model_copy(update={"min_share": 0.0})
    return certify(shop.tables, shop.cutoff, features, candidate, own)


def audience_candidate(
    audience: Audience, segment: str, features: pd.DataFrame, shop: Shop, scaled: Matrix | None = None
) -> Candidate:
    """One segment of those in the audience, beside everybody else.

    Args:
        audience: frozen, see `freeze`.
        segment: its id.
        features: the customer table.
        shop: what `features` was computed of.
        scaled: (n, features) in which distance to the others is measured.

    Raises:
        DataError: as `members`.
    """

    def labels_at(cutoff: Cutoff, frame: pd.DataFrame) -> Labels:
        if any(leaf.segment is not None for leaf in audience.leaves):
            raise DataError("the rule asks for a segment of today, which nobody was in then.")
        return labels_of(frame, open_shop(shop.tables.before(shop.cutoff), cutoff, frame))

    def labels_of(frame: pd.DataFrame, then: Shop) -> Labels:
        inside = frame["customer_id"].isin(set(members(audience, then).execute()["customer_id"]))
        return np.where(inside, 0, -1).astype(np.int64)

    attributes = sorted({leaf.attribute.name for leaf in audience.leaves if leaf.attribute is not None})
    today = f"what the shop says of a customer today ({', '.join(attributes)}) was taken for what it said then"
    return Candidate(
        segments=(segment,),
        labels=labels_of(features, shop),
        labels_at=labels_at,
        scaled=scaled,
        stability_note="a rule is the same whomever it is asked of, so resampling customers says nothing",
        holdout_note=today if attributes else "",
    )
