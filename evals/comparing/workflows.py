"""A workflow file for a CI service, which ships with the package."""

from importlib import resources


def workflow() -> str:
    """A GitHub Actions workflow that gates pull requests; to be kept as `.github/workflows/eval-gate.yml`."""
    return (resources.files("evals.comparing") / "gate.yml").read_text(encoding="utf-8")
