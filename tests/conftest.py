"""What all tests share: a clean environment, and the demo's data read once a worker."""

import os
import signal
from pathlib import Path

import pandas as pd
import pytest

# Before any library is imported: nothing is fetched, nothing reports home, no thread spins.
os.environ.update(
    HF_HUB_OFFLINE="1", ANONYMIZED_TELEMETRY="False", TOKENIZERS_PARALLELISM="false", OMP_WAIT_POLICY="passive"
)

from assistant.config import SegmentSettings
from assistant.data import Cutoff, Tables, load_complete_journey, source_files
from assistant.features import customer_features, default_as_of
from assistant.segments import Fitted, fit_segments

# Whoever starts the tests in the background may have interrupts ignored, which the processes they start inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key of a developer leaks into a result."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def journey_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Complete Journey as canonical tables."""
    folder = tmp_path_factory.mktemp("journey")
    load_complete_journey(folder)
    return folder


@pytest.fixture(scope="session")
def journey(journey_folder: Path) -> Tables:
    """The Complete Journey, open."""
    return Tables(journey_folder)


@pytest.fixture(scope="session")
def raw() -> dict[str, Path]:
    """The source's own files, for computations that share no code with ours."""
    return source_files()


@pytest.fixture(scope="session")
def features(journey: Tables) -> pd.DataFrame:
    """The customer table of the Complete Journey."""
    frame: pd.DataFrame = customer_features(journey, Cutoff(default_as_of(journey))).execute()
    return frame


@pytest.fixture(scope="session")
def fitted(features: pd.DataFrame) -> Fitted:
    """Segments of the Complete Journey with the product's own settings."""
    return fit_segments(features, "2018-01-01", SegmentSettings())
