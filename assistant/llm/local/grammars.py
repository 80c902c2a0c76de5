"""Holding a local model's output to a grammar.

A grammar is EBNF as xgrammar reads it, its start rule named `root`. Its speed depends on how free text is written:

    fast    root ::= "Subject: " ([A-Za-z ,.] | "{product}" | "{offer}")* "\\n"
    fast    root ::= w* "{product}" w*     with the rule w ::= [a-z ,.]
    slow    root ::= (letter | slot)*      with rules letter and slot
    slow    root ::= ([A-Za-z ,.]+ | "{product}")*
    slow    root ::= ([A-Za-z ,.] | "{product}"){20,200}

Where alternatives are repeated together they must be spelled out there, not named as rules, not be repeated
themselves and not be counted. Then a mask takes about 0.01 ms; else it takes 2 to 15 ms for each token of each
answer. Bound the length with `max_tokens`; a least length is the group written out that many times before its star.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
import xgrammar

from assistant.llm.local.bounds import unbounded

KEPT = 64
"""Compiled schemas that are kept."""
CACHE_BYTES = 256 * 2**20
"""Compiled grammars kept in memory, found by their text; the least recently used go first."""


class Grammars:
    """Compiles grammars for one tokenizer, and masks what they forbid."""

    def __init__(self, tokenizer: Any, vocabulary: int, stops: Sequence[int], threads: int) -> None:
        told = xgrammar.TokenizerInfo.from_huggingface(tokenizer, vocab_size=vocabulary, stop_token_ids=list(stops))
        self._vocabulary = vocabulary
        self._stops = set(stops)
        self._compiled: dict[str, Any] = {}
        self._compiler = xgrammar.GrammarCompiler(
            told, max_threads=threads, cache_enabled=True, cache_limit_bytes=CACHE_BYTES
        )
        self._masks = xgrammar.BatchGrammarMatcher(max_threads=threads)

    def matcher(self, grammar: str) -> Any:
        """A fresh xgrammar matcher; ValueError with one line where the text is no grammar."""
        try:
            return xgrammar.GrammarMatcher(self._compiler.compile_grammar(grammar))
        except RuntimeError as error:
            raise ValueError(f"grammar: {' '.join(str(error).split())[:300]}") from None

    def schema_matcher(self, schema: str, text: str = "") -> Any:
        """A fresh matcher of JSON that fits a schema, but for what `unbounded` leaves out of it; or of another grammar.

        Raises ValueError, with one line, where the schema is none that a grammar can be made of.
        """
        known = f"{schema}\0{text}"
        if known not in self._compiled:
            try:
                grammar = xgrammar.Grammar.from_json_schema(
                    json.dumps(unbounded(json.loads(schema))), any_whitespace=False, strict_mode=True
                )
                if text:
                    grammar = xgrammar.Grammar.union(grammar, xgrammar.Grammar.from_ebnf(text))
                if len(self._compiled) >= KEPT:
                    del self._compiled[next(iter(self._compiled))]
                self._compiled[known] = self._compiler.compile_grammar(grammar)
            except (RuntimeError, ValueError) as error:
                raise ValueError(f"JSON schema: {' '.join(str(error).split())[:300]}") from None
        return xgrammar.GrammarMatcher(self._compiled[known])

    def mask(self, logits: torch.Tensor, matchers: Sequence[Any | None]) -> None:
        """Set to -inf, in place, what each row's grammar does not allow next; rows with None are left alone."""
        held = [row for row, matcher in enumerate(matchers) if matcher]
        if held:
            bits = xgrammar.allocate_token_bitmask(len(matchers), self._vocabulary)
            self._masks.batch_fill_next_token_bitmask([m for m in matchers if m], bits, held)
            xgrammar.apply_token_bitmask_inplace(
                logits, bits.to(logits.device), vocab_size=self._vocabulary, indices=held
            )

    def complete(self, matcher: Any) -> bool:
        """Whether the whole grammar is matched and the text could not go on."""
        if not matcher.is_completed():
            return False
        next_ones = torch.zeros((1, self._vocabulary))
        self.mask(next_ones, [matcher])
        return set(next_ones[0].isfinite().nonzero().flatten().tolist()) <= self._stops


def matches(grammar: str, text: str) -> bool:
    """Whether a whole text is of a grammar's form, whoever wrote it; ValueError where the grammar is none."""
    try:
        matcher = xgrammar.GrammarMatcher(_of_bytes().compile_grammar(grammar), terminate_without_stop_token=True)
    except RuntimeError as error:
        raise ValueError(f"grammar: {' '.join(str(error).split())[:300]}") from None
    return bool(matcher.accept_string(text)) and bool(matcher.is_completed())


@cache
def _of_bytes() -> Any:
    """A compiler for a vocabulary that is just the 256 bytes, as no model's is needed to read."""
    told = xgrammar.TokenizerInfo([bytes([value]) for value in range(256)], stop_token_ids=[0])
    return xgrammar.GrammarCompiler(told, max_threads=1)
