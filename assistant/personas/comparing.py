"""What has changed from one version of a persona to another."""

from dataclasses import dataclass
from typing import Literal

from assistant.records import Claim, Persona
from assistant.records.personas import Dropped

Change = Literal["added", "removed", "changed", "status"]


@dataclass(frozen=True)
class ClaimChange:
    """One claim that is not what it was."""

    change: Change
    """status: the same words and predicate, another verdict."""
    claim: str
    before: str
    """The sentence as it was; empty: added."""
    after: str
    status_before: str
    status_after: str
    reasons: tuple[str, ...]
    """Why it stands as it does now."""


def compare_personas(before: Persona, after: Persona) -> tuple[ClaimChange, ...]:
    """Claims that came, went or changed, a refuted one as one whose status is refuted; in the order of `after`.

    Claims are the same where they say the same; else where they have one id and speak of the same thing, so a persona
    written anew, with other numbers on its claims, is not all changes.
    """
    old, new = _claims(before), _claims(after)
    pairs = [(own, next((one for one in old if _says(one) == _says(own)), None)) for own in new]
    left = [one for one in old if all(other is not one for _, other in pairs)]
    changes = []
    for own, found in pairs:
        same = found or next((one for one in left if one.claim == own.claim and _about(one) & _about(own)), None)
        if same is None:
            changes.append(_change("added", None, own))
            continue
        left = [one for one in left if one is not same]
        if _differ(same, own):
            changes.append(_change("changed", same, own))
        elif same.status != own.status:
            changes.append(_change("status", same, own))
    return (*changes, *(_change("removed", one, None) for one in left))


def _claims(persona: Persona) -> list[Claim | Dropped]:
    """Claims, and those that were until they were refuted; candidates that never were are none."""
    return [*persona.claims, *(one for one in persona.dropped if one.status == "refuted")]


def _says(claim: Claim | Dropped) -> tuple[str, str]:
    return claim.about, claim.text


def _differ(one: Claim | Dropped, other: Claim | Dropped) -> bool:
    """In words or predicate; one that was read since, of the same words, is no change."""
    read = one.predicate is not None and other.predicate is not None
    return _says(one) != _says(other) or (read and one.predicate != other.predicate)


def _about(claim: Claim | Dropped) -> set[str]:
    return {claim.about, *((claim.predicate.metric,) if claim.predicate else ())}


def _change(change: Change, before: Claim | Dropped | None, after: Claim | Dropped | None) -> ClaimChange:
    own = after or before
    return ClaimChange(
        change=change,
        claim=own.claim if own else "",
        before=before.text if before else "",
        after=after.text if after else "",
        status_before=before.status if before else "",
        status_after=after.status if after else "",
        reasons=after.reasons if after else (),
    )
