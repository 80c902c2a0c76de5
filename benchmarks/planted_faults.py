"""Planted faults: recall and false alarms of the checks on documents and of the linter on text, by kind.

Usage: python -m benchmarks.planted_faults [--each 12] [--clean 300] [--language en ...] [--show]
"""

import argparse
import datetime as dt

from assistant.copywriting import known_languages
from assistant.copywriting.linting import CatalogueEntry, LintGround
from assistant.records import Brief, Offer
from evals.mutations import Measured, measure_documents, measure_texts, originals, plant

PRODUCTS = (
    "Whole milk", "Rye bread", "Apples", "Ground coffee", "Frozen pizza", "Baby food", "Cheddar", "Green tea",
    "Laundry detergent", "Shredded cheese", "Tomato sauce", "Italian or French bread",
)  # fmt: skip
BRIEF = Brief(
    campaign="planted",
    goal="Bring everybody back for a spring shop.",
    offer=Offer(kind="percent_off", amount=15, code="SPRING15"),
    starts=dt.date(2026, 3, 2),
    deadline=dt.date(2026, 3, 31),
    angles=("thrift", "ease"),
    sender="Mill Lane Foods",
    link="https://example.com/spring",
    address="1 Mill Lane, Springfield, Ohio",
)


def main() -> None:
    """Print what was found of what was planted."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--each", type=int, default=12, help="faults of each kind")
    options.add_argument("--clean", type=int, default=300)
    options.add_argument("--seed", type=int, default=11)
    options.add_argument("--language", action="append")
    options.add_argument("--show", action="store_true", help="print what was missed and who was wrongly accused")
    given, _ = options.parse_known_args()
    languages = given.language or list(known_languages())
    clean = originals(BRIEF, PRODUCTS, count=given.clean, seed=given.seed, languages=languages)
    planted = list(plant(clean, given.seed, given.each))
    ground = ground_of()
    for title, measured in (
        ("checks on documents", measure_documents(clean, planted)),
        ("linter on text", measure_texts(clean, planted, ground)),
    ):
        report(title, measured, show=given.show)


def ground_of() -> LintGround:
    """What the texts are held against."""
    catalogue = {name: CatalogueEntry(name, frozenset({399}), name.lower()) for name in PRODUCTS}
    return LintGround(channel="email", brief=BRIEF, catalogue=catalogue)


def report(title: str, measured: Measured, *, show: bool) -> None:
    """One table: by kind, and in sum."""
    print(f"{title}: recall {measured.recall:.1%} of {measured.planted.total()}, "
          f"false alarms {measured.false_alarms:.1%} of {measured.clean.total()}")  # fmt: skip
    for kind, planted in measured.planted.items():
        print(f"  {kind:20} {measured.found[kind]:4} of {planted:4}  {measured.found[kind] / planted:6.1%}")
    for place, clean in sorted(measured.clean.items()):
        if measured.accused[place]:
            print(f"  clean {place:20} {measured.accused[place]:4} of {clean:4} accused")
    if show:
        for kind, text in measured.missed:
            print(f"  MISSED {kind}: {text!r}")
        for told, text in measured.wrongly:
            print(f"  ACCUSED {told} IN {text!r}")


if __name__ == "__main__":
    main()
