import pytest
from scripted_writer import Writer

from assistant.campaigns import CampaignPlan, write_campaign
from assistant.records import Piece
from benchmarks.campaigns import plan_of


@pytest.fixture(scope="session")
def plan() -> CampaignPlan:
    """Four segments, e-mail and SMS, four angles: 32 pieces and 8 controls."""
    return plan_of(32, 3)


@pytest.fixture(scope="session")
def pieces(plan: CampaignPlan, tmp_path_factory: pytest.TempPathFactory) -> tuple[Piece, ...]:
    """What that plan makes."""
    return tuple(write_campaign(plan, Writer(), "test:writer", tmp_path_factory.mktemp("waves")))


@pytest.fixture
def mail(pieces: tuple[Piece, ...]) -> Piece:
    """An e-mail that nothing is wrong with."""
    return next(piece for piece in pieces if piece.channel == "email" and piece.status == "ready" and piece.elements)
