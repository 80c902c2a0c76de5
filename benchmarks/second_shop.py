"""A synthetic shop with known groups, end to end: are they found again, and is what is said of them true?

Usage: python -m benchmarks.second_shop --catalogue FILE [--model local:] [DIR]
"""

import argparse
import tempfile
from pathlib import Path

import pandas as pd
from sklearn.metrics import adjusted_rand_score

from assistant.config import Settings
from assistant.pipeline import Pipeline, Silent
from assistant.workspace import Workspace
from evals.shops import read_catalogue, write_shopify_exports


def main() -> None:
    """Print how the planted groups are found, and the claims of the personas by status."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("directory", nargs="?", type=Path)
    options.add_argument("--catalogue", type=Path)
    options.add_argument("--model", default="local:")
    given, _ = options.parse_known_args()
    if given.catalogue is None:
        print("second shop: skipped, as no --catalogue is named")
        return
    folder = given.directory or Path(tempfile.mkdtemp())
    files, truth = write_shopify_exports(folder / "exports", read_catalogue(given.catalogue))
    settings = Settings.model_validate(
        {"shop": {"name": "The Synthetic Shop"}, "models": {"persona": given.model, "copy": given.model}}
    )
    workspace = Workspace.create(folder / "shop", settings)
    with workspace.writing():
        pipeline = Pipeline(workspace, Silent())
        pipeline.ingest_files(files)
        pipeline.personas()
    members = pipeline.memberships()
    known = members["customer_id"].map(truth)
    print(f"second shop (synthetic): {len(truth)} customers in {len(set(truth.values()))} groups, "
          f"adjusted Rand index {adjusted_rand_score(known, members['segment']):.2f}")  # fmt: skip
    print(pd.crosstab(members["segment"], known).to_string())
    print(f"workspace: {workspace.root}")


if __name__ == "__main__":
    main()
