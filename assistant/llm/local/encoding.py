"""Messages to tokens and back, by the chat format a local model was trained on."""

from collections.abc import Sequence
from typing import Any

from assistant.llm.local.tools import with_tools
from assistant.records import Message, Tool


class Encoder:
    """A transformers tokenizer with a chat template.

    The template is the model's own. Where it puts a system message before a conversation that has none, as
    SmolLM2's does ("You are a helpful AI assistant named SmolLM ..."), that stays, because the model was trained
    with it; a conversation with a system message of its own has only that.
    """

    def __init__(self, tokenizer: Any, model: Any) -> None:
        self.tokenizer = tokenizer
        ends = model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        self.stops = tuple(sorted({end for end in [*ends, tokenizer.eos_token_id] if end is not None}))
        special = {token: added.content for token, added in tokenizer.added_tokens_decoder.items() if added.special}
        self.controls = tuple(sorted(set(special) - set(self.stops)))
        self._marks = sorted(special.values(), key=len, reverse=True)

    def encode(self, messages: Sequence[Message], tools: Sequence[Tool] = ()) -> tuple[int, ...]:
        """The whole prompt up to where the answer starts.

        Text that spells a control token, as `<|im_end|>`, is broken up by a space, so that no message can end
        itself and speak as another.
        """
        turns = [
            {"role": message.role, "content": self._plain(message.content)} for message in with_tools(messages, tools)
        ]
        text = self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        return tuple(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of an answer, without control tokens."""
        text: str = self.tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text

    def pieces(self, vocabulary: int) -> list[str]:
        """The text of every token alone; a part of a character is one strange sign."""
        texts: list[str] = self.tokenizer.batch_decode(
            [[token] for token in range(min(vocabulary, len(self.tokenizer)))], clean_up_tokenization_spaces=False
        )
        return texts

    def _plain(self, text: str) -> str:
        for mark in self._marks:
            text = text.replace(mark, f"{mark[0]} {mark[1:]}")
        return text
