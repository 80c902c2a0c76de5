"""A chat model that runs in this process, over transformers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr
from transformers import AutoModelForCausalLM, AutoTokenizer

from assistant.errors import ModelError
from assistant.llm.local.decoding import VERSION, Decoder
from assistant.llm.local.encoding import Encoder
from assistant.llm.local.packing import pack
from assistant.llm.local.quiet import no_progress
from assistant.llm.truncation import is_truncated
from assistant.records import Message, Outcome, Request

DTYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
ROLES = {"system": "system", "human": "user", "ai": "assistant"}
"""LangChain's message types and the roles they have in a chat template."""


class LocalChatModel(BaseChatModel):
    """A transformers model in a folder, on this machine's processor or a CUDA device.

    Many requests are one padded batch: `answers` is its native call, `invoke` a batch of one, whose settings
    are the fields of a `Request` (`max_tokens`, `temperature`, `top_p`, `seed`, `sample`, `grammar`, `stop`).
    `rows` is how many answers are decoded side by side; `cells` bounds rows times tokens, and so the memory of
    keys and values (46 kB a cell for the embedded model, 1.5 GB in all). `threads` is set for the whole process.
    """

    folder: Path
    fingerprint: str
    device: str = "cpu"
    dtype: str = "f32"
    rows: int = 48
    cells: int = 32_768
    threads: int | None = None
    _decoder: Decoder = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Load the weights; ModelError where the folder holds no model that transformers can chat with."""
        super().model_post_init(context)
        if self.threads is not None:
            torch.set_num_threads(self.threads)
        # The same weights decoded by other rules, or computed otherwise, give other answers.
        self.fingerprint = f"{self.fingerprint} decoding:{VERSION} {self.dtype}"
        tokenizer, model = _loaded(self.folder, self.device, self.dtype)
        pack(model)
        self._decoder = Decoder(
            model,
            Encoder(tokenizer, model),
            rows=self.rows,
            cells=self.cells,
            threads=torch.get_num_threads(),
        )

    @property
    def _llm_type(self) -> str:
        return "local"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"fingerprint": self.fingerprint}

    def answers(self, requests: Sequence[Request]) -> Iterator[Outcome]:
        """One outcome for each request, as soon as its row is done."""
        yield from self._decoder.answers(requests)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        settings = {name: value for name, value in kwargs.items() if name in Request.model_fields}
        request = Request(
            key="",
            messages=tuple(map(_message, messages)),
            prompt="",
            prompt_hash="",
            stop=tuple(stop or ()),
            **settings,
        )
        (outcome,) = self.answers([request])
        cut = is_truncated(outcome)
        if outcome.status == "failed" and not cut:
            raise ModelError(outcome.error)
        reply = AIMessage(
            content=outcome.text,
            response_metadata={"finish_reason": "length" if cut else "stop"},
            usage_metadata={
                "input_tokens": outcome.tokens_in,
                "output_tokens": outcome.tokens_out,
                "total_tokens": outcome.tokens_in + outcome.tokens_out,
            },
        )
        return ChatResult(generations=[ChatGeneration(message=reply)])


def placed(device: str, dtype: str) -> tuple[str, str]:
    """Where and how to compute, where a name leaves it open: on CUDA where there is one, in bfloat16 there.

    On a processor float32 is the fastest. Raises ModelError for CUDA where there is none.
    """
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise ModelError(f"the name says {device} and torch finds no such device here; leave it out or write cpu")
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    half = device != "cpu" and torch.cuda.is_bf16_supported()
    return device, dtype or ("bf16" if half else "f32")


def _loaded(folder: Path, device: str, dtype: str) -> tuple[Any, Any]:
    try:
        with no_progress():
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=DTYPES[dtype])
    except Exception as error:  # a folder can be wrong in many ways, and each has an exception of its own
        raise ModelError(
            f"{folder} holds no chat model that transformers can load ({' '.join(str(error).split())[:200]}); "
            "give a folder with config.json, the weights and the tokenizer"
        ) from None
    if not tokenizer.chat_template:
        raise ModelError(f"{folder} has no chat template; give the folder of an instruct or chat model")
    return tokenizer, model.to(device).eval()


def _message(message: BaseMessage) -> Message:
    if message.type not in ROLES:
        raise ModelError(
            f"a local model reads messages of {', '.join(ROLES)}, not of {message.type}; use a hosted model for tools"
        )
    return Message.model_validate({"role": ROLES[message.type], "content": str(message.text)})
