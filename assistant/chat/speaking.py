"""Answers as they are made: the agent runs in a thread of its own, what it says comes out here, step by step.

A person who stops an answer, or is asked something in the middle of it, sits in the thread that takes the steps; the
agent's thread waits for an answer, or breaks off at the next piece.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.chat.desk import Declined, Desk
from assistant.chat.memory import Memory
from assistant.chat.phrasing import Phrasing, is_small, routes
from assistant.chat.routing import Lexicon, Router
from assistant.errors import AssistantError, ModelError
from assistant.pipeline import Models
from assistant.prompting import load_prompt
from assistant.records import Outcome, Request
from assistant.records.chat import Language, Offered, Question, ToolAnswered, ToolCalled, Turn
from assistant.retrieval import embed_texts

if TYPE_CHECKING:
    from assistant.chat.toolbox import Toolbox

STEPS = 8
"""Calls of the model in one turn."""
AGENT, SUMMARY = "chat/agent", "chat/summary"
ANSWER_TOKENS = 1_024
SUMMARY_TOKENS = 400
LOOK = 0.1
"""Seconds between two looks for steps; a wait without an end would not hear ctrl-C on every system."""
LETTING_GO = 3.0
"""Seconds that a person who stops an answer waits at the most for the agent's thread to end."""


@dataclass(frozen=True)
class Asked:
    """A tool asks a person, and waits."""

    question: Question
    answer: Callable[[bool], None]


@dataclass(frozen=True)
class AskedBack:
    """The router asks what was meant."""

    question: str
    offers: tuple[Offered, ...]


Spoken = str | ToolCalled | ToolAnswered | Asked | AskedBack
"""A piece of the model's text, or what happens beside it."""


class Speaker:
    """Who answers in one session: a model with tools, or the router with a model that phrases.

    Args:
        desk: that tools work at.
        models: of the chat.
        memory: of the session.
        steps: connection to the sessions' file, where the agent keeps its steps.
        session: its name, the agent's thread.
    """

    def __init__(self, desk: Desk, models: Models, memory: Memory, steps: Any, session: str) -> None:
        self._desk = desk
        self._models = models
        self._memory = memory
        self._kept_steps = steps
        self._session = session
        self._open = ExitStack()
        self._agent: Any = None
        self._toolbox: Toolbox | None = None
        self._router: tuple[Lexicon, Router] | None = None
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._steps: SimpleQueue[Spoken | BaseException | None] = SimpleQueue()
        self._stop = Flag()
        self._building = Lock()
        self.model_name = ""
        self.routed = False

    def use(self, model_name: str, router: str) -> None:
        """Another model from the next answer on; it is opened with that answer.

        Raises:
            ConfigError: the router's setting is none.
            ModelError: the spend cap needs a price that the model has not.
        """
        routed = routes(router, model_name)
        opened = ExitStack()
        gateway = opened.enter_context(self._models.gateway(model_name))
        self.close()
        self._open, self._gateway = opened, gateway
        self.model_name, self.routed, self._agent = model_name, routed, None

    @contextmanager
    def speak(self, text: str, language: Language) -> Iterator[Iterator[Spoken]]:
        """The steps of an answer, as they come; leaving the block stops what is still to come."""
        self._steps, self._stop = SimpleQueue(), Flag()
        thread = Thread(target=self._answer, args=(text, language, self._steps), name="answer", daemon=True)
        thread.start()
        try:
            yield self._taken(self._steps)
        finally:
            self._stop.set()
            thread.join(LETTING_GO)

    def warm(self) -> Thread:
        """Build the agent, and load what its router or its model needs, in a thread of its own."""

        def load() -> None:
            with suppress(Exception):  # whatever is wrong is told with the first answer
                self._ready()
                if self.routed:
                    self._routing().route("how many customers are there", self._memory.context())
                    _ = self._gateway.model

        thread = Thread(target=load, name="warm", daemon=True)
        thread.start()
        return thread

    def settle(self, turn: Turn) -> None:
        """Bring the agent's conversation to what the reader was shown, where an answer broke off."""
        if self._agent is None or not (turn.stopped or turn.error):
            return
        from langchain_core.messages import AIMessage, HumanMessage, RemoveMessage, ToolMessage

        with suppress(Exception):  # the turn itself is kept; a conversation that cannot be mended is begun anew
            messages = self._agent.get_state(self._thread).values.get("messages", [])
            last = max((at for at, one in enumerate(messages) if isinstance(one, HumanMessage)), default=0)
            if turn.error:
                # What was refused once, by the guard or a server, would be refused with every turn to come.
                mended: list[Any] = [RemoveMessage(id=message.id) for message in messages[last:]]
            else:
                calls = getattr(messages[-1], "tool_calls", None) or []
                said = " ".join(sentence.text for sentence in turn.answer)
                mended = [ToolMessage("The person stopped this.", tool_call_id=call["id"]) for call in calls]
                mended.append(AIMessage(f"{said} (stopped)".strip()))
            self._agent.update_state(self._thread, {"messages": mended}, as_node="model")

    def close(self) -> None:
        """Let go of the model and the journal."""
        self._open.close()

    @property
    def _thread(self) -> dict[str, Any]:
        return {"configurable": {"thread_id": self._session}, "recursion_limit": 60}

    def _taken(self, steps: "SimpleQueue[Spoken | BaseException | None]") -> Iterator[Spoken]:
        while True:
            try:
                step = steps.get(timeout=LOOK)
            except Empty:
                continue
            if step is None:
                return
            if isinstance(step, BaseException):
                raise step if isinstance(step, AssistantError) else _unexpected(step)
            yield step

    # In the agent's thread.

    def _answer(self, text: str, language: Language, steps: "SimpleQueue[Spoken | BaseException | None]") -> None:
        try:
            for step in self._said(text, language):
                steps.put(step)
        except BaseException as error:
            steps.put(error)
        else:
            steps.put(None)

    def _said(self, text: str, language: Language) -> Iterator[Spoken]:
        from langchain_core.messages import AIMessageChunk, HumanMessage

        from assistant.chat.routed_model import OFFERS

        self._ready()
        assert self._toolbox is not None  # built with the agent
        self._toolbox.language = language
        calls: dict[str | None, bool] = {}
        for chunk, told in self._agent.stream({"messages": [HumanMessage(text)]}, self._thread, stream_mode="messages"):
            if not isinstance(chunk, AIMessageChunk) or told.get("langgraph_node") != "model":
                continue
            calls[chunk.id] = calls.get(chunk.id, False) or bool(chunk.tool_call_chunks)
            if OFFERS in chunk.additional_kwargs:
                offers = tuple(Offered.model_validate(own) for own in chunk.additional_kwargs[OFFERS])
                yield AskedBack(chunk.text.strip(), offers)
            elif chunk.text:
                yield chunk.text
        if len(calls) >= STEPS and all(calls.values()):
            raise ModelError(
                f"{self.model_name} called tools {STEPS} times without an answer; ask for less at once, or choose "
                "another model with /model."
            )

    def _ready(self) -> None:
        """Build the agent, once; whoever comes second waits."""
        with self._building:
            if self._agent is None:
                self._agent = self._built()
                self._forget_unfinished()

    def _forget_unfinished(self) -> None:
        """A process that was killed may have left a question without its answer, or a call without its result."""
        from langchain_core.messages import AIMessage, HumanMessage, RemoveMessage

        messages = self._agent.get_state(self._thread).values.get("messages", [])
        last = messages[-1] if messages else None
        if last is None or (isinstance(last, AIMessage) and not last.tool_calls):
            return
        begin = max((at for at, one in enumerate(messages) if isinstance(one, HumanMessage)), default=0)
        gone = [RemoveMessage(id=message.id) for message in messages[begin:]]
        self._agent.update_state(self._thread, {"messages": gone}, as_node="model")

    def _built(self) -> Any:
        from langgraph.checkpoint.sqlite import SqliteSaver

        from assistant.chat.agent import build_agent
        from assistant.chat.summary import summariser
        from assistant.chat.toolbox import Toolbox

        self._desk.confirm_by(self._confirm)
        self._toolbox = Toolbox(self._desk, self._memory.evidence, lambda event: self._steps.put(event))
        prompt = load_prompt(AGENT, self._desk.workspace.prompts)
        shop = self._desk.workspace.settings.shop
        rules = prompt.render({"shop": shop.name, "currency": shop.currency, "question": ""})[0].content
        return build_agent(
            self._model(prompt.id, prompt.fingerprint),
            self._toolbox.langchain_tools(),
            system_prompt=rules,
            checkpointer=SqliteSaver(self._kept_steps),
            evidence=lambda: self._memory.evidence,
            steps=STEPS,
            summarise=summariser(lambda: self._memory.evidence, None if self.routed else self._summary),
        )

    def _model(self, prompt: str, fingerprint: str) -> Any:
        if self.routed:
            from assistant.chat.routed_model import RoutedChatModel

            phrasing = Phrasing(
                self._desk.workspace, self._gateway, small=is_small(self.model_name), stopped=self._stopped
            )
            return RoutedChatModel(self._routing, self._memory.context, phrasing)
        from assistant.llm.chat_model import GuardedChatModel

        return GuardedChatModel(
            self._gateway, prompt=prompt, prompt_hash=fingerprint, max_tokens=ANSWER_TOKENS, stopped=self._stopped
        )

    def _routing(self) -> Router:
        """The router, with the names that the workspace has today."""
        lexicon = self._memory.lexicon()
        if self._router is None or self._router[0] != lexicon:
            self._router = (lexicon, Router(lexicon, self._embed))
        return self._router[1]

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors; those of the router's own examples are made once."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if missing:
            made = embed_texts(self._desk.workspace.settings.models.embedder, missing)
            self._vectors |= dict(zip(missing, made, strict=True))
        return np.stack([self._vectors[text] for text in texts])

    def _summary(self, conversation: str) -> str:
        prompt = load_prompt(SUMMARY, self._desk.workspace.prompts)
        request = Request(
            key="chat",
            messages=prompt.render({"conversation": conversation}),
            prompt=prompt.id,
            prompt_hash=prompt.fingerprint,
            max_tokens=SUMMARY_TOKENS,
        )
        with closing(self._gateway.stream(request, self._stopped)) as told:
            outcome = next((each for each in told if isinstance(each, Outcome)), None)
        if outcome is None or outcome.status != "ok":
            raise ModelError(outcome.error if outcome else "The answer was stopped.")
        return outcome.text

    def _stopped(self) -> bool:
        return self._stop.is_set()

    def _confirm(self, question: Question) -> bool:
        """Ask in the person's thread, and wait."""
        answers: SimpleQueue[bool] = SimpleQueue()
        self._steps.put(Asked(question, answers.put))
        while not self._stop.is_set():
            with suppress(Empty):
                return answers.get(timeout=LOOK)
        raise Declined("The answer was stopped, so nothing was done.")


def _unexpected(error: BaseException) -> ModelError:
    """Whatever a library raises, in one line."""
    return ModelError(
        f"The answer could not be finished ({type(error).__name__}: {' '.join(str(error).split())[:300]})."
    )
