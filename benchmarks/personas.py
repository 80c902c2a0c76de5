"""What share of the claims of a workspace's personas the data verify, and whether any verified one is contradicted.

    python -m benchmarks.personas DIR

Every verified claim is counted again from the order lines and events, by code that shares nothing with the product's.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from benchmarks.recount import Recount, contradiction

STATUSES = ("verified", "undecidable", "hypothesis", "refuted")


def main(workspace: Path) -> int:
    """Print the figures.

    Args:
        workspace: with personas.

    Returns:
        How many verified claims are contradicted.
    """
    recount = Recount(workspace)
    counts: Counter[str] = Counter()
    by: Counter[str] = Counter()
    checked, unknown, wrong = 0, [], []
    for path in sorted((workspace / "personas").glob("[SA]*.json"), key=_order):
        persona = json.loads(path.read_text(encoding="utf-8"))
        own = Counter(claim["status"] for claim in persona["claims"])
        own["refuted"] = sum(one["status"] == "refuted" for one in persona["dropped"])
        refused = sum(one["status"] == "refused" for one in persona["dropped"])
        told = ", ".join(f"{own[status]} {status}" for status in STATUSES)
        print(
            f"{persona['segment']:>4}  {told}; {refused} candidates refused{', by hand' if persona['edited'] else ''}"
        )
        counts.update(own)
        for claim in persona["claims"]:
            by[claim["written_by"]] += claim["status"] == "verified"
            if claim["status"] == "verified":
                against = contradiction(claim, recount)
                checked += against is not None
                unknown += [claim["predicate"]["metric"]] if against is None else []
                wrong += [f"{claim['claim']} {claim['text']!r}: {against}"] if against else []
    total = sum(counts.values())
    print(f"\n{total} claims: " + ", ".join(f"{status} {counts[status] / max(total, 1):.1%}" for status in STATUSES))
    print("verified, by whose words: " + ", ".join(f"{name} {count}" for name, count in by.most_common() if count))
    print(f"counted again: {checked} of {counts['verified']} verified claims, {len(wrong)} contradicted")
    if unknown:
        print(f"not counted again, for want of a recount of: {', '.join(sorted(set(unknown)))}")
    for line in wrong:
        print(f"  contradicted: {line}")
    return len(wrong)


def _order(path: Path) -> tuple[bool, int, str]:
    return path.stem[0] != "S", len(path.stem), path.stem


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Type: python -m benchmarks.personas DIR, a workspace with personas.")
    sys.exit(min(main(Path(sys.argv[1])), 1))
