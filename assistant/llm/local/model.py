"""A chat model that runs in this process, over transformers."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import torch
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import PrivateAttr
from transformers import AutoModelForCausalLM, AutoTokenizer

from assistant.errors import ModelError
from assistant.llm.local.decoding import VERSION, Decoder
from assistant.llm.local.encoding import Encoder
from assistant.llm.local.packing import pack
from assistant.llm.local.quiet import no_progress
from assistant.llm.messages import choice_of, from_langchain, message_of, tools_of
from assistant.llm.truncation import is_truncated
from assistant.records import Outcome, Request

DTYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
CELLS = {"cpu": 32_768, "cuda": 1_048_576}
ROWS = {"cpu": 48, "cuda": 256}
SHARE = 0.3
"""Of the memory that is free, for keys and values."""


class LocalChatModel(BaseChatModel):
    """A transformers model in a folder, on this machine's processor or a CUDA device.

    Many requests are one padded batch: `answers` is its native call, `invoke` a batch of one, whose settings
    are the fields of a `Request` (`max_tokens`, `temperature`, `top_p`, `seed`, `sample`, `grammar`, `stop`).
    `rows` is how many answers are decoded side by side; `cells` bounds rows times tokens, and so the memory of
    keys and values (46 kB a cell for the embedded model, 1.5 GB in all); where nothing is said, what suits the device
    and fits into three tenths of the memory that is free. `threads` is set for the whole process.
    """

    folder: Path
    fingerprint: str
    device: str = "cpu"
    dtype: str = "f32"
    rows: int | None = None
    cells: int | None = None
    threads: int | None = None
    _decoder: Decoder = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Load the weights; ModelError where the folder holds no model that transformers can chat with."""
        super().model_post_init(context)
        if self.threads is not None:
            torch.set_num_threads(self.threads)
        # The same weights decoded by other rules, or computed otherwise, give other answers.
        computed = "" if self.dtype == "f32" else f" {self.dtype}"
        self.fingerprint = f"{self.fingerprint} decoding:{VERSION}{computed}"
        tokenizer, model = _loaded(self.folder, self.device, self.dtype)
        pack(model)
        self._decoder = Decoder(
            model,
            Encoder(tokenizer, model),
            rows=self.rows or ROWS[self.device.partition(":")[0]],
            cells=self.cells or _cells(model, self.device),
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

    def pieces(self, request: Request) -> Iterator[str | Outcome]:
        """Pieces of one answer's text as they are written, and last its outcome."""
        yield from self._decoder.pieces(request)

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools it may ask for; `tool_choice` is auto, none, required (or any), or a tool's name."""
        return self.bind(tools=tools_of(tools), tool_choice=choice_of(tool_choice), **kwargs)

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
            messages=from_langchain(messages),
            prompt="",
            prompt_hash="",
            stop=tuple(stop or ()),
            **settings,
        )
        (outcome,) = self.answers([request])
        if outcome.status != "ok" and not is_truncated(outcome):
            raise ModelError(outcome.error)
        return ChatResult(generations=[ChatGeneration(message=message_of(outcome))])


def placed(device: str, dtype: str) -> tuple[str, str]:
    """Where and how to compute, where a name leaves it open: on CUDA where there is one, in bfloat16 there.

    On a processor float32 is the fastest. Raises ModelError for CUDA where there is none.
    """
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise ModelError(f"the name says {device} and torch finds no such device here; leave it out or write cpu")
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    half = device != "cpu" and torch.cuda.is_bf16_supported()
    return device, dtype or ("bf16" if half else "f32")


def _cells(model: Any, device: str) -> int:
    """Rows times tokens whose keys and values fit: two numbers a layer, head and place."""
    config = model.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    cell = 2 * config.num_hidden_layers * heads * size * model.dtype.itemsize
    free = torch.cuda.mem_get_info(device)[0] if device != "cpu" else psutil.virtual_memory().available
    return max(1024, min(CELLS[device.partition(":")[0]], int(SHARE * free / cell)))


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
