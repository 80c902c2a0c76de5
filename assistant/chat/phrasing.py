"""What a routed model says of a tool's result: its own sentence where it holds, never a figure of its own."""

from collections.abc import Iterator
from contextlib import closing

from assistant.chat.desk import language_of
from assistant.errors import ConfigError
from assistant.llm import Gateway
from assistant.llm.streaming import Stopped
from assistant.personas import check_claim, claim_request, fill_claim
from assistant.pipeline import Paths
from assistant.prompting import load_prompt
from assistant.records import Fact, FactSheet, Outcome, Request
from assistant.records.chat import ToolResult
from assistant.workspace import Workspace, read_record

CLAIM = "persona/claim"
PHRASE = "chat/phrase"
PHRASE_TOKENS = 160
FOUND = 2_500
"""Characters of the findings that a model is shown."""


class Phrasing:
    """Sentences of a model about results.

    Args:
        workspace: whose facts they are, and whose prompts.
        gateway: to the model.
        small: whether the model is too small to answer in free words. It is given one fact then, in English, and held
            to a form without figures; its sentence stands only where it says that fact.
        stopped: asked between pieces.
    """

    def __init__(self, workspace: Workspace, gateway: Gateway, *, small: bool, stopped: Stopped) -> None:
        self._workspace = workspace
        self._gateway = gateway
        self._small = small
        self._stopped = stopped

    def said(self, question: str, result: ToolResult) -> Iterator[str]:
        """Pieces of what the model says of a result; none where it has nothing to say that holds.

        The reader has the tool's own sentences already, so a model that fails costs no answer.
        """
        if result.status != "ok":
            return
        if not self._small:
            yield from self._freely(question, result)
        elif language_of(question) == "en":
            yield from self._one_fact(result)

    def _one_fact(self, result: ToolResult) -> Iterator[str]:
        found = self._fact(result)
        if found is None:
            return
        fact, sheet = found
        prompt = load_prompt(CLAIM, self._workspace.prompts)
        seed = self._workspace.settings.models.seed
        text = self._answer(claim_request(prompt, fact, key="chat", seed=seed, smallest_group=sheet.customers))
        if text and not check_claim(text, fact):
            yield f"{fact.segment}: {fill_claim(text, fact)}"

    def _freely(self, question: str, result: ToolResult) -> Iterator[str]:
        prompt = load_prompt(PHRASE, self._workspace.prompts)
        found = "\n".join(sentence.text for sentence in result.sentences)[:FOUND]
        request = Request(
            key="chat",
            messages=prompt.render({"question": question, "found": found}),
            prompt=prompt.id,
            prompt_hash=prompt.fingerprint,
            max_tokens=PHRASE_TOKENS,
        )
        with closing(self._gateway.stream(request, self._stopped)) as told:
            yield from (each for each in told if isinstance(each, str))

    def _answer(self, request: Request) -> str:
        with closing(self._gateway.stream(request, self._stopped)) as told:
            last = [each for each in told if isinstance(each, Outcome)]
        return last[-1].text if last and last[-1].status == "ok" else ""

    def _fact(self, result: ToolResult) -> tuple[Fact, FactSheet] | None:
        """The first fact of the result that differs from the others' and so has something to be said."""
        for figure in result.figures:
            segment, _, number = figure.source.partition(".")
            path = Paths(self._workspace).facts / f"{segment}.json"
            if not number.startswith("F") or figure.role != "value" or not path.exists():
                continue
            sheet = read_record(path, FactSheet)
            fact = next((own for own in sheet.facts if own.fact == figure.source), None)
            if fact is not None and fact.direction in ("higher", "lower") and fact.others is not None:
                return fact, sheet
        return None


def is_small(model_name: str) -> bool:
    """Whether a model is the embedded one, which writes no free text that could be relied on."""
    return model_name.partition("?")[0] == "local:"


def routes(setting: str, model_name: str) -> bool:
    """Whether the router chooses the tools.

    Args:
        setting: auto, on or off.
        model_name: as a person types it.

    Raises:
        ConfigError: the setting is none of them.
    """
    if setting not in ("auto", "on", "off"):
        raise ConfigError(f"router is {setting!r}; expected auto, on or off.")
    return setting == "on" or (setting == "auto" and model_name.startswith("local:"))
