"""The loop that turns requests into answers on a local model, many rows at a time."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import torch

from assistant.llm.local.bounds import Bounds, Pieces
from assistant.llm.local.context import Context
from assistant.llm.local.encoding import Encoder
from assistant.llm.local.grammars import Grammars
from assistant.llm.local.planning import Batch, Prompt, plan
from assistant.llm.local.sampling import choose, draws
from assistant.llm.local.speech import Speech
from assistant.llm.local.tools import TEXT, call_schema, tool_calls_in
from assistant.llm.truncation import truncated
from assistant.records import Outcome, Request

VERSION = 1
"""Raised whenever a request would be answered otherwise, so that a journal never mixes the two."""
COMPACT = 0.75
"""Finished rows are dropped when at most this share of a batch still goes on; dropping copies what is left."""


@dataclass
class Row:
    """One answer being written. `matcher` is where it stands in its grammar, `speech` what was told of it."""

    request: Request
    tokens_in: int
    random: random.Random
    matcher: Any | None
    bounds: Bounds | None = None
    speech: Speech | None = None
    tokens: list[int] = field(default_factory=list)
    logprob: float = 0.0
    seconds: float = 0.0
    ended: bool = False
    stuck: bool = False

    def outcome(self, text: str, error: str = "") -> Outcome:
        """What the caller gets."""
        decoded = len(self.tokens) + self.ended
        return Outcome(
            key=self.request.key,
            sample=self.request.sample,
            status="failed" if error else "ok",
            text=text,
            tool_calls=tool_calls_in(text) if self.request.tools and not error else (),
            error=error,
            tokens_in=self.tokens_in,
            tokens_out=decoded,
            seconds=self.seconds,
            mean_logprob=self.logprob / decoded if decoded else None,
        )


class Decoder:
    """Answers requests with one transformers model.

    An outcome's `mean_logprob` is over the answer's tokens and its end token, under the model itself: before
    temperature, top_p and grammar change the odds. Its `seconds` are its share of each step it took part in.
    Control tokens of the chat format, but for the end, are never written.
    """

    def __init__(self, model: Any, encoder: Encoder, *, rows: int, cells: int, threads: int) -> None:
        self._model = model
        self._encoder = encoder
        self._rows = rows
        self._cells = cells
        self._threads = threads
        self._grammars: Grammars | None = None
        self._pieces: Pieces | None = None
        self._banned = torch.tensor(encoder.controls, dtype=torch.long, device=model.device)

    def answers(self, requests: Sequence[Request]) -> Iterator[Outcome]:
        """One outcome for each request, as soon as its row is done; the order is the model's own."""
        return (told for told in self._answered(requests, streamed=False) if isinstance(told, Outcome))

    def pieces(self, request: Request) -> Iterator[str | Outcome]:
        """Pieces of an answer's text as far as they are certain, and last the outcome that `answers` gives."""
        return self._answered([request], streamed=True)

    def _answered(self, requests: Sequence[Request], *, streamed: bool) -> Iterator[str | Outcome]:
        prompts: dict[str, Prompt] = {}
        asked: dict[str, Request] = {}
        for request in requests:
            try:
                prompts[request.key] = self._prompt(request)
                self._row(request, prompts[request.key])
            except ValueError as error:
                yield Outcome(key=request.key, sample=request.sample, status="failed", error=str(error))
            else:
                asked[request.key] = request
        yield from self._planned(list(asked.values()), prompts, self._rows, streamed=streamed)

    def _planned(
        self, requests: Sequence[Request], prompts: Mapping[str, Prompt], rows: int, *, streamed: bool
    ) -> Iterator[str | Outcome]:
        for batch in plan([prompts[request.key] for request in requests], rows=rows, cells=self._cells):
            left = {requests[place].key: requests[place] for place in batch.rows}
            try:
                begun = [self._row(request, prompts[request.key], streamed=streamed) for request in left.values()]
                for told in self._decode(batch, begun):
                    if isinstance(told, Outcome):
                        del left[told.key]
                    yield told
            except (MemoryError, RuntimeError) as error:
                if not _is_memory(error):
                    raise
                if len(left) == 1:
                    (request,) = left.values()
                    yield Outcome(
                        key=request.key,
                        sample=request.sample,
                        status="failed",
                        error=f"there is no memory for its {len(prompts[request.key].tokens)} tokens on this machine",
                    )
                else:
                    # What was answered stays answered; the rest is begun anew, half as many side by side.
                    rest = list(left.values())
                    yield from self._planned(rest, prompts, max(1, len(rest) // 2), streamed=streamed)

    def _row(self, request: Request, prompt: Prompt, *, streamed: bool = False) -> Row:
        matcher, bounds = self._form(request)
        speech = Speech(request, self._encoder.decode) if streamed else None
        return Row(request, len(prompt.tokens), draws(request), matcher, bounds, speech)

    def _prompt(self, request: Request) -> Prompt:
        tokens = self._encoder.encode(request.messages, request.tools if request.tool_choice != "none" else ())
        window = getattr(self._model.config.get_text_config(), "max_position_embeddings", None)
        if window and len(tokens) + request.max_tokens > window:
            raise ValueError(
                f"the prompt has {len(tokens)} tokens and the answer may have {request.max_tokens}, "
                f"but the model reads {window}; shorten one of them"
            )
        return Prompt(tokens, group=request.messages[:1], room=request.max_tokens)

    def _form(self, request: Request) -> tuple[Any | None, Bounds | None]:
        """What an answer is held to: a matcher of its grammar and the bounds of its strings and numbers."""
        calls = bool(request.tools) and request.tool_choice != "none"
        if request.grammar is None and request.json_schema is None and not calls:
            return None, None
        if self._grammars is None:
            vocabulary = self._model.config.get_text_config().vocab_size
            self._grammars = Grammars(self._encoder.tokenizer, vocabulary, self._encoder.stops, self._threads)
        if calls:
            schema = call_schema(request.tools, request.tool_choice)
            text = TEXT if request.tool_choice == "auto" else ""
            return self._grammars.schema_matcher(schema, text), self._bounds(schema)
        if request.json_schema is not None:
            return self._grammars.schema_matcher(request.json_schema), self._bounds(request.json_schema)
        return self._grammars.matcher(request.grammar or ""), None

    def _bounds(self, schema: str) -> Bounds | None:
        if not any(bounded in schema for bounded in ('"maxLength"', '"integer"', '"number"')):
            return None
        if self._pieces is None:
            vocabulary = self._model.config.get_text_config().vocab_size
            self._pieces = Pieces(self._encoder.pieces(vocabulary), vocabulary, self._model.device)
        return Bounds(schema)

    def _decode(self, batch: Batch, rows: Sequence[Row]) -> Iterator[str | Outcome]:
        began = perf_counter()
        context = Context(self._model, len(batch.prefixes))
        context.read(batch.prefixes)
        context.select(batch.prefix_of)
        logits = context.read(batch.suffixes)[list(batch.suffix_of)]
        context.select(batch.suffix_of)
        going: list[Row | None] = list(rows)  # None is a row that is done and not dropped yet
        while True:
            tokens = self._step(logits, going)
            live = [(place, row) for place, row in enumerate(going) if row]
            done = [(place, row) for place, row in live if self._ends(row, tokens[place])]
            spent = (perf_counter() - began) / len(live)
            for _, row in live:
                row.seconds += spent
            for place, row in done:
                going[place] = None
                yield self._finished(row)
            for writing in going:
                if writing and writing.speech and (piece := writing.speech.next(writing.tokens)):
                    yield piece
            if len(done) == len(live):
                return
            began = perf_counter()  # what the caller did with the outcomes is not the model's time
            left = [place for place, row in enumerate(going) if row]
            if len(left) <= COMPACT * len(going):
                context.select(left)
                going = [going[place] for place in left]
                tokens = [tokens[place] for place in left]
            logits = context.read([[token] for token in tokens])

    @torch.inference_mode()
    def _step(self, logits: torch.Tensor, going: Sequence[Row | None]) -> list[int]:
        """The next token of every row, and its log-probability added to the row; `logits` is used up."""
        whole = logits.logsumexp(dim=-1)
        if len(self._banned):
            logits[:, self._banned] = -torch.inf
        if self._grammars:
            self._grammars.mask(logits, [row and row.matcher for row in going])
        if self._pieces:
            for place, row in enumerate(going):
                if row and row.bounds:
                    row.bounds.mask(logits[place], self._pieces)
        settings = [
            (row.request.temperature, row.request.top_p, row.random.random()) if row else (0.0, 1.0, 0.0)
            for row in going
        ]
        temperature, top_p, draw = torch.tensor(settings, device=logits.device).T
        picked = choose(logits, temperature, top_p, draw)
        gained = (logits.gather(1, picked[:, None]).flatten() - whole).tolist()
        for row, gain in zip(going, gained, strict=True):
            if row:
                row.logprob += gain
        tokens: list[int] = picked.tolist()
        return tokens

    def _ends(self, row: Row, token: int) -> bool:
        """Add one token to a row; True when it was the row's last."""
        if row.matcher and not row.matcher.accept_token(token):
            row.stuck = True
        elif token in self._encoder.stops:
            row.ended = True
        else:
            row.tokens.append(token)
            if row.bounds and self._pieces:
                row.bounds.feed(self._pieces.texts[token])
            return len(row.tokens) == row.request.max_tokens or self._stopped_at(row) is not None
        return True

    def _stopped_at(self, row: Row) -> int | None:
        if not row.request.stop:
            return None
        text = self._encoder.decode(row.tokens)
        return min((at for stop in row.request.stop if (at := text.find(stop)) >= 0), default=None)

    def _finished(self, row: Row) -> Outcome:
        text = self._encoder.decode(row.tokens)
        at = self._stopped_at(row)
        if row.stuck:
            return row.outcome(text, "grammar: no token of the model's vocabulary can follow")
        if at is not None:
            return row.outcome(text[:at])
        if row.ended or (row.matcher and self._grammars and self._grammars.complete(row.matcher)):
            return row.outcome(text)
        return row.outcome(text, truncated(row.request.max_tokens))


def _is_memory(error: BaseException) -> bool:
    said = str(error).lower()
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "allocate" in said or "out of memory" in said
