"""One turn of the chat to a tool with its arguments: by the house's router, or by a model that calls tools."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from assistant.chat.desk import Desk
from assistant.chat.memory import Memory
from assistant.chat.routing import ARGUMENTS, Clarify, Context, Router
from assistant.chat.speaking import AGENT, ANSWER_TOKENS
from assistant.errors import ConfigError
from assistant.pipeline import Models, Silent
from assistant.records import Outcome, Request, Tool
from assistant.retrieval import embed_texts
from assistant.workspace import Workspace
from evals.chat.conversations import CLARIFY, Conversation, Expected, filled
from evals.records import Answer, Case, Suite, System
from evals.targets.target import Job, unanswered, unknown_inputs, with_parameters, workspace_of

ROUTER = "router:"
"""The model's name that stands for the house's router, which asks no model."""
_CONTEXT = TypeAdapter(Context)


@dataclass(frozen=True)
class RoutingGround:
    """What is opened once."""

    turns: Mapping[str, Expected]
    """Case -> its turn, placeholders filled."""
    names: Mapping[str, str]
    """Segment -> name; either is a right argument."""
    router: Router | None
    tools: tuple[Tool, ...]
    shop: str
    currency: str


class RoutingTarget:
    """`inputs.say` is typed; `inputs.context` is what the router knows was spoken of before.

    A model is asked once, with the agent's prompt and all tools of the chat: no tool is run, so nothing is changed and
    nobody is asked. `{S1.name}` and `{most.frequency}` stand for what the workspace has.
    """

    name = "routing"
    asks = True

    def check_case(self, case: Case) -> str:
        """See `Target`."""
        if strange := unknown_inputs(case, {"say", "context"}):
            return strange
        if not isinstance(case.inputs.get("say"), str) or not case.inputs["say"].strip():
            return f"inputs.say is {case.inputs.get('say')!r}, expected what is typed"
        try:
            _context(case)
        except ValidationError as error:
            return f"inputs.context is {case.inputs['context']!r}: {error.errors()[0]['msg']}"
        tools = case.expected.get("tools")
        if not isinstance(tools, list) or not tools:
            return f"expected.tools is {tools!r}, expected a list of tools of which any is right"
        for tool in tools:
            if tool != CLARIFY and tool not in ARGUMENTS:
                return f"expected.tools holds {tool!r}, expected any of {CLARIFY}, {', '.join(ARGUMENTS)}"
        arguments = case.expected.get("arguments", {})
        if not isinstance(arguments, dict):
            return f"expected.arguments is {arguments!r}, expected names with values"
        known = {name for tool in tools if tool != CLARIFY for name in ARGUMENTS[tool]}
        strays = sorted(set(arguments) - known)
        return f"expected.arguments has {strays[0]!r}, which none of the tools takes" if strays else ""

    def prompt_names(self, case: Case) -> tuple[str, ...]:
        """See `Target`."""
        return (AGENT,)

    @contextmanager
    def open(self, suite: Suite, workspace: Workspace | None, system: System) -> Iterator[RoutingGround]:
        """See `Target`."""
        place = workspace_of(suite, workspace)
        turns = {case.case: _filled(case, place) for case in suite.cases}
        with ExitStack() as opened:
            desk = Desk(
                place,
                models=Models(place),
                confirm=lambda question: False,
                listener=Silent(),
                by="eval",
                clock=lambda: dt.datetime.now(dt.UTC),
            )
            memory = Memory(desk, ())
            opened.callback(memory.close)
            lexicon = memory.lexicon()
            routed = system.model == ROUTER
            yield RoutingGround(
                turns=turns,
                names=lexicon.segments,
                router=Router(lexicon, _embedder(place.settings.models.embedder)) if routed else None,
                tools=() if routed else _tools(desk, memory),
                shop=place.settings.shop.name,
                currency=place.settings.shop.currency,
            )

    def requests(self, job: Job) -> list[Request]:
        """See `Target`; none where the router chooses."""
        ground: RoutingGround = job.ground
        if ground.router is not None:
            return []
        prompt = job.prompts[AGENT]
        said = {"shop": ground.shop, "currency": ground.currency, "question": ground.turns[job.case.case].say}
        request = Request(
            key="",
            messages=prompt.render(said),
            prompt=prompt.id,
            prompt_hash=prompt.fingerprint,
            max_tokens=ANSWER_TOKENS,
            seed=job.draw,
            tools=ground.tools,
        )
        return [with_parameters(request, job, job.system.parameters, sample=job.sample, key="turn")]

    def again(self, job: Job, outcomes: Mapping[str, Outcome]) -> list[Request]:
        """See `Target`."""
        return []

    def read(self, job: Job, outcomes: Mapping[str, Outcome]) -> Answer:
        """The call as `tool(name=value)`, or the question back.

        Its `detail`: `say`, `called` (tools with their arguments), `clarifies`, and of the workspace `expected`
        (tools and arguments with their placeholders filled) and `names` (segment -> name).
        """
        ground: RoutingGround = job.ground
        turn = ground.turns[job.case.case]
        if ground.router is not None:
            route = ground.router.route(turn.say, _context(job.case))
            asks = isinstance(route, Clarify)
            said = route.question if isinstance(route, Clarify) else ""
            called = [] if isinstance(route, Clarify) else [{"tool": route.tool, "arguments": dict(route.arguments)}]
        else:
            outcome = outcomes.get(f"{job.key}|turn")
            lacking = unanswered([outcome])
            if lacking is not None or outcome is None:
                return lacking or Answer(state="failed", error="no answer came")
            called = [{"tool": call.name, "arguments": _arguments(call.arguments)} for call in outcome.tool_calls]
            said = outcome.text
            asks = not called and said.rstrip().endswith(("?", "？"))
        detail = {
            "say": turn.say,
            "called": called,
            "clarifies": asks,
            "expected": {"tools": list(turn.tools), "arguments": dict(turn.arguments)},
            "names": dict(ground.names),
        }
        return Answer(state="answered", output="\n".join(map(_told, called)) or said, detail=detail)


def _context(case: Case) -> Context:
    return _CONTEXT.validate_python(case.inputs.get("context", {}))


def _filled(case: Case, workspace: Workspace) -> Expected:
    turn = Expected(
        say=case.inputs["say"], tools=tuple(case.expected["tools"]), arguments=case.expected.get("arguments", {})
    )
    try:
        (conversation,) = filled((Conversation(case.case, case.language, (turn,)),), workspace.root)
    except KeyError as error:
        raise ConfigError(
            f"Case {case.case!r} speaks of {error.args[0]!r}; {workspace.root} has no segment or metric of that name."
        ) from None
    return conversation.turns[0]


def _tools(desk: Desk, memory: Memory) -> tuple[Tool, ...]:
    """All tools of the chat, as a model is told of them."""
    from assistant.chat.toolbox import Toolbox
    from assistant.llm.messages import tools_of

    return tools_of(Toolbox(desk, memory.evidence, lambda event: None).langchain_tools())


def _embedder(name: str) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    """Vectors of texts, each made once."""
    kept: dict[str, NDArray[np.float32]] = {}

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        missing = [text for text in dict.fromkeys(texts) if text not in kept]
        if missing:
            kept.update(zip(missing, embed_texts(name, missing), strict=True))
        return np.stack([kept[text] for text in texts])

    return embed


def _arguments(told: str) -> dict[str, Any]:
    """A model's arguments; what is no JSON object counts as none."""
    try:
        arguments = json.loads(told)
    except ValueError:
        return {}
    return arguments if isinstance(arguments, dict) else {}


def _told(call: Mapping[str, Any]) -> str:
    arguments = ", ".join(
        f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in sorted(call["arguments"].items())
    )
    return f"{call['tool']}({arguments})"


TARGET = RoutingTarget()
