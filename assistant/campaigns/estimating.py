"""What a campaign will take: calls, tokens, cost and time, by model, before anything is spent."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.campaigns.planning import CampaignPlan, Selection
from assistant.config import Limits
from assistant.copywriting import CopyJob, copy_requests
from assistant.llm import Gateway, Pace, cost_of, likely_tokens
from assistant.prompting import Prompt
from assistant.records import CampaignEstimate, ModelEstimate, PlannedBlock, Request

SAMPLE = 200
"""Pieces whose requests are made; of more, every n-th is."""
LOCAL = "local:"
# Where a model has answered nothing yet. A hosted one begins within a second and writes some 60 tokens in another; the
# embedded one was measured at 230 tokens a second on two cores.
_HOSTED_SECONDS = 1.0
_HOSTED_SECONDS_A_TOKEN = 1 / 60
_LOCAL_SECONDS_A_TOKEN = 1 / 230
_BYTES_A_TOKEN = 4.0
# Lines of which no candidate passes are asked for again, by half as many; how many that are is not known beforehand.
_REPAIRED = 0.05


@dataclass(frozen=True)
class Tally:
    """Requests of the pieces that were looked at."""

    requests: tuple[Request, ...]
    scale: float
    """Pieces of the campaign for each of them."""
    prompts: Mapping[str, Prompt]
    """By id."""

    @property
    def calls(self) -> float:
        """Of the whole campaign, without repairs."""
        return len(self.requests) * self.scale


def tally(plan: CampaignPlan, selection: Selection) -> tuple[Tally, int]:
    """The requests of some of a plan's pieces, and of how many."""
    wanted = len(plan) if selection.all else sum(1 for _ in plan.selected(selection))
    every = max(1, math.ceil(wanted / SAMPLE))
    jobs: list[CopyJob] = [job for at, job in enumerate(plan.selected(selection)) if at % every == 0]
    requests = tuple(request for job in jobs for request in copy_requests(job))
    prompts = {prompt.id: prompt for prompt in plan.prompts.values()}
    return Tally(requests, wanted / len(jobs) if jobs else 0.0, prompts), len(jobs)


def estimate_model(counted: Tally, gateway: Gateway, pace: Pace | None, limits: Limits) -> ModelEstimate:
    """What a model would take for it.

    Args:
        counted: the campaign's requests.
        gateway: of the model; nothing is sent.
        pace: what its calls took so far; None: it has answered none.
        limits: how hard it may be asked.
    """
    requests = counted.requests
    missing = gateway.missing(requests)
    known = gateway.estimate(requests).known
    weight = counted.scale * (1 + (_REPAIRED if pace is None else pace.repaired))
    read = sum(map(likely_tokens, missing)) * (1.0 if pace is None else pace.tokens_in_ratio)
    lengths = {prompt: _answer_tokens(told) for prompt, told in counted.prompts.items()}
    if pace is not None:
        lengths |= pace.tokens_out
    written = sum(min(lengths[request.prompt], request.max_tokens) for request in missing)
    tokens_in, tokens_out = round(read * weight), round(written * weight)
    most_in = sum(map(likely_tokens, missing)) * counted.scale * 1.5
    most_out = sum(request.max_tokens for request in missing) * counted.scale * 1.5
    calls = len(missing) * weight
    return ModelEstimate(
        model=gateway.model_name,
        calls=round(calls + known * counted.scale),
        known=round(known * counted.scale),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost_nanodollars=cost_of(gateway.price, tokens_in, tokens_out),
        most_nanodollars=cost_of(gateway.price, round(most_in), round(most_out)),
        seconds=_seconds(gateway.model_name, calls, tokens_in, tokens_out, pace, limits),
        basis="assumed" if pace is None else "journal",
    )


def estimate_campaign(
    plan: CampaignPlan, selection: Selection, models: Sequence[ModelEstimate], sampled: int
) -> CampaignEstimate:
    """The plan with what each model would take."""
    customers = {sheet.segment: sheet.customers for sheet in plan.sheets}
    pieces = Counter((job.frame.segment, job.frame.channel, job.frame.language) for job in plan.selected(selection))
    blocks = [
        PlannedBlock(
            segment=segment, channel=channel, language=language, customers=customers[segment], pieces=count, controls=1
        )
        for (segment, channel, language), count in pieces.items()
    ]
    reached = [customers[segment] for segment in dict.fromkeys(block.segment for block in blocks)]
    return CampaignEstimate(
        campaign=plan.brief.campaign,
        pieces=sum(pieces.values()),
        controls=len(blocks),
        customers=None if None in reached else sum(count or 0 for count in reached),
        blocks=tuple(blocks),
        models=tuple(models),
        sampled=sampled,
    )


def _answer_tokens(prompt: Prompt) -> float:
    """About how long an answer is: as long as the worked examples'."""
    texts = [shot.assistant for shot in prompt.shots]
    return sum(len(text.encode()) for text in texts) / len(texts) / _BYTES_A_TOKEN + 1 if texts else 20.0


def _seconds(model: str, calls: float, tokens_in: int, tokens_out: int, pace: Pace | None, limits: Limits) -> float:
    """Wall time. A local model's seconds are its part of a batch's; a hosted one's run side by side."""
    local = model.startswith(LOCAL)
    if pace is not None:
        each = pace.seconds
    elif local:
        return round(tokens_out * _LOCAL_SECONDS_A_TOKEN, 1)
    else:
        each = _HOSTED_SECONDS + tokens_out / max(calls, 1) * _HOSTED_SECONDS_A_TOKEN
    if local:
        return round(calls * each, 1)
    slowest = [calls * each / limits.concurrency]
    if limits.requests_per_minute:
        slowest.append(calls / limits.requests_per_minute * 60)
    if limits.tokens_per_minute:
        slowest.append((tokens_in + tokens_out) / limits.tokens_per_minute * 60)
    return round(max(slowest), 1)
