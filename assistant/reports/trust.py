"""Whether the segments hold: the certificate, how their number was chosen, and the same method at earlier days."""

from dataclasses import dataclass

from assistant.records import Segmentation
from assistant.records.certificates import Certificate, Range, SegmentCertificate
from assistant.reports import numbers
from assistant.reports.axes import Axis, Mark, unit_axis
from assistant.reports.holdout import Worth, worth_of
from assistant.reports.stability import Stability, stability_of


@dataclass(frozen=True)
class Held:
    """One segment put to the test."""

    segment: str
    name: str
    customers: str
    share: str
    jaccard: str
    mark: Mark | None
    interval: str
    ari: str
    silhouette: str
    certified: bool | None
    """None: no certificate was made."""
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Earlier:
    """The same method fitted at an earlier day."""

    as_of: str
    customers: str
    ari: str
    mark: Mark
    weakest: str
    """The smallest Jaccard of today's segments with their best match."""


@dataclass(frozen=True)
class Trust:
    """Everything the section shows."""

    axis: Axis
    bar: float
    """Where the bar of a segment's Jaccard lies, in percent."""
    summary: str
    figures: tuple[tuple[str, str, str], ...]
    """What, how much, and a word on it."""
    held: tuple[Held, ...]
    measured: str
    """How stability was measured, or why it was not."""
    stability: Stability
    worth: Worth | None
    worth_note: str
    earlier: tuple[Earlier, ...]
    certificate: Certificate | None


def trust_of(segmentation: Segmentation, certificate: Certificate | None) -> Trust:
    """Lay out what is known of the segments' hold; without a certificate that is less, and the page says so."""
    bar = certificate.settings.min_jaccard if certificate else segmentation.min_jaccard
    names = {segment.segment: segment.name for segment in segmentation.segments}
    axis = unit_axis()
    if certificate:
        held = tuple(_held(own, names.get(own.segment, ""), axis) for own in certificate.segments)
    else:
        held = _uncertified(segmentation, axis)
    return Trust(
        axis=axis,
        bar=axis.at(bar),
        summary=certificate.summary if certificate else "",
        figures=_figures(certificate) if certificate else (),
        held=held,
        measured=_measured(segmentation, certificate),
        stability=stability_of(segmentation),
        worth=worth_of(certificate) if certificate else None,
        worth_note=certificate.holdout_note if certificate else "",
        earlier=_earlier(certificate, axis) if certificate else (),
        certificate=certificate,
    )


def _held(own: SegmentCertificate, name: str, axis: Axis) -> Held:
    found = own.jaccard
    return Held(
        segment=own.segment,
        name=name,
        customers=numbers.count(own.customers),
        share=numbers.percent(own.customer_share),
        jaccard=numbers.index(found.mean if found else None),
        mark=axis.mark(found.mean, found.low, found.high) if found else None,
        interval=_ends(found),
        ari=numbers.index(own.ari.mean if own.ari else None),
        silhouette=numbers.index(own.silhouette),
        certified=own.certified,
        reasons=own.reasons,
    )


def _uncertified(segmentation: Segmentation, axis: Axis) -> tuple[Held, ...]:
    return tuple(
        Held(
            segment=segment.segment,
            name=segment.name,
            customers=numbers.count(segment.customers),
            share=numbers.percent(segment.customer_share),
            jaccard=numbers.index(segment.jaccard),
            mark=None if segment.jaccard is None else axis.mark(segment.jaccard),
            interval="",
            ari=numbers.index(None),
            silhouette=numbers.index(None),
            certified=None,
            reasons=(),
        )
        for segment in segmentation.segments
    )


def _figures(certificate: Certificate) -> tuple[tuple[str, str, str], ...]:
    certified = sum(own.certified for own in certificate.segments)
    return (
        ("Certified", f"{certified} of {len(certificate.segments)}", "segments above the bar"),
        ("Customers covered", numbers.percent(certificate.coverage_customers), "of those with an order"),
        ("Revenue covered", numbers.percent(certificate.coverage_revenue), "by customers in a segment"),
        *(
            (("Found again (ARI)", numbers.index(certificate.ari.mean), _ends(certificate.ari)),)
            if certificate.ari
            else ()
        ),
        *(
            (("Silhouette", numbers.index(certificate.silhouette), "−1 to 1"),)
            if certificate.silhouette is not None
            else ()
        ),
    )


def _measured(segmentation: Segmentation, certificate: Certificate | None) -> str:
    if certificate and certificate.stability_note:
        note = certificate.stability_note.rstrip(".")
        return f"Stability was not measured: {note}."
    resamples = certificate.settings.resamples if certificate else segmentation.resamples
    measured = certificate.ari is not None if certificate else any(s.jaccard is not None for s in segmentation.segments)
    if not measured:
        return "Stability was not measured."
    return (
        f"Customers were drawn anew {resamples} times and grouped again each time; Jaccard says how much of a segment "
        "came back, from 0 for nothing to 1 for all of it."
    )


def _earlier(certificate: Certificate, axis: Axis) -> tuple[Earlier, ...]:
    return tuple(
        Earlier(
            as_of=numbers.date(own.as_of),
            customers=numbers.count(own.customers),
            ari=numbers.index(own.ari),
            mark=axis.mark(own.ari),
            weakest=numbers.index(min(own.jaccards, default=None)),
        )
        for own in certificate.over_time
    )


def _ends(found: Range | None) -> str:
    return f"{numbers.index(found.low)} to {numbers.index(found.high)}" if found else ""
