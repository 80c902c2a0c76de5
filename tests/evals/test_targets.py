"""Targets: cases to requests, outcomes to answers, with scripted outcomes; and the cases that ship."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import adjusted_rand_score
from small_shop import BRIEF as SHOP_BRIEF
from small_shop import SETTINGS, write_shop

from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.llm import call_hash
from assistant.pipeline import Pipeline, Silent
from assistant.records import Outcome, Piece, Request, ToolCall
from assistant.workspace import Workspace
from evals.records import Case, MetricSpec, Parameters, Suite, System
from evals.suites import load_suite, shipped_suites
from evals.targets import TARGETS, Job, resolve_prompts, stray_pins, target_named
from evals.targets.segmentation import adjusted_rand
from evals.targets.texts import as_text

BRIEF: dict[str, Any] = {
    "goal": "Sell more bread.",
    "offer": {"kind": "percent_off", "amount": 15, "code": "SPRING15"},
    "products": ["Rye bread", "Ground coffee"],
    "starts": "2026-03-02",
    "deadline": "2026-03-29",
    "sender": "Corner Grocery",
    "link": "https://example.com/spring",
    "address": "1 Market Square, Springfield",
}
FACTS: list[dict[str, Any]] = [
    {"metric": "customers", "value": 412},
    {"metric": "customer_share", "value": 0.14},
    {"metric": "revenue_share", "value": 0.38},
    {"metric": "frequency", "value": 41.2, "others": 11.9},
    {"metric": "buys:Rye bread", "value": 0.031, "others": 0.014},
]


def copy_case(**changes: Any) -> Case:
    """A case of copy that is whole."""
    inputs = {"brief": BRIEF, "product": "Rye bread", "occasion": "frequent", **changes.pop("inputs", {})}
    told = {"case": "one", "segment": "regulars", "brief": "spring", "channel": "email", "angle": "thrift", **changes}
    return Case(inputs={name: value for name, value in inputs.items() if value is not None}, **told)


def suite_of(target: str, *cases: Case, **changes: Any) -> Suite:
    """A suite of some cases."""
    told = {"systems": (System(system="plain", model="local:"),), "metrics": (MetricSpec(metric="contains"),)}
    return Suite(suite="tried", target=target, cases=cases, **{**told, **changes})


def job_of(
    target: str,
    case: Case,
    *,
    sample: int = 0,
    system: System | None = None,
    workspace: Workspace | None = None,
    ground: Any = None,
) -> Job:
    """A trial to be, on a ground that is left open."""
    system = system or System(system="plain", model="local:")
    found = target_named(target)
    prompts = resolve_prompts(found.prompt_names(case), system.prompt, None)
    if ground is None:
        with found.open(suite_of(target, case), workspace, system) as ground:
            return Job(case, system, sample, 7, prompts, ground)
    return Job(case, system, sample, 7, prompts, ground)


def answered(requests: Sequence[Request], texts: Mapping[str, str]) -> dict[str, Outcome]:
    """An outcome for each request: the text of the first name that is a part of its key."""
    told = {}
    for request in requests:
        text = next(text for name, text in texts.items() if f"{name}." in f"{request.key}.")
        told[request.key] = Outcome(key=request.key, sample=request.sample, status="ok", text=text, mean_logprob=-0.5)
    return told


def outcome(request: Request, status: str, error: str = "", text: str = "") -> dict[str, Outcome]:
    """One outcome that is none, or is."""
    told = {"key": request.key, "sample": request.sample, "status": status, "error": error, "text": text}
    return {request.key: Outcome.model_validate(told)}


# In the words of the worked examples: a candidate in others is taken for one that does not hang together.
LINES = {
    "subject": "Save {offer.discount} on {product}",
    "preheader": "The lower price lasts until {offer.deadline}.",
    "opening": "We took a little off {product} for you.",
    "offer": "With {offer.code} you save {offer.discount} until {offer.deadline}.",
    "action": "Get my offer",
}


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_is_found_by_its_name(name: str) -> None:
    assert target_named(name).name == name


def test_an_unknown_target_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'piece'"):
        target_named("peice")


@pytest.mark.parametrize("name", shipped_suites())
def test_a_shipped_suite_has_cases_that_its_target_can_do(name: str) -> None:
    suite = load_suite(shipped_suites()[name]).suite
    target = target_named(suite.target)
    assert {case.case: target.check_case(case) for case in suite.cases if target.check_case(case)} == {}
    names = {name for case in suite.cases for name in target.prompt_names(case)}
    for system in suite.systems:
        assert set(resolve_prompts(names, system.prompt, None)) == names
        assert stray_pins(names, system.prompt) == ()


def test_the_suite_of_two_subject_versions_is_large_enough_to_tell_them_apart() -> None:
    suite = load_suite(shipped_suites()["subject_versions"]).suite
    assert (len(suite.cases), suite.samples, len({case.group for case in suite.cases})) == (40, 3, 20)
    assert [system.prompt for system in suite.systems] == ["copy/subject@1", "copy/subject@2"]


# Prompts.


def test_a_pin_is_taken_and_what_is_not_pinned_is_the_latest() -> None:
    prompts = resolve_prompts(["copy/subject", "copy/preheader"], "copy/subject@1", None)
    assert [prompts[name].id for name in ("copy/subject", "copy/preheader")] == ["copy/subject@1", "copy/preheader@2"]
    assert stray_pins(["copy/preheader"], "copy/subject@1, copy/preheader@1") == ("copy/subject@1",)


def test_a_name_pinned_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="keep one"):
        resolve_prompts([], "copy/subject@1, copy/subject@2", None)


def test_a_fork_of_the_workspace_is_taken_by_its_name(tmp_path: Path) -> None:
    own = Path(__file__).parents[2] / "prompts" / "copy" / "subject@1.toml"
    (tmp_path / "copy").mkdir()
    text = own.read_text(encoding="utf-8").replace('"copy/subject@1"', '"copy/subject+warmer"')
    (tmp_path / "copy" / "subject+warmer.toml").write_text(text, encoding="utf-8")
    assert (
        resolve_prompts(["copy/subject"], "copy/subject+warmer", tmp_path)["copy/subject"].id == "copy/subject+warmer"
    )


# One line.


def test_repeats_of_a_line_share_no_answer_and_systems_draw_alike() -> None:
    target, case = target_named("line"), copy_case()
    systems = [System(system=name, model="local:", prompt=name) for name in ("copy/subject@1", "copy/subject@2")]
    asked = [
        [target.requests(job_of("line", case, sample=sample, system=system))[0] for sample in range(3)]
        for system in systems
    ]
    assert len({call_hash("local:", "", request) for request in asked[0]}) == 3
    assert [request.seed for request in asked[0]] == [request.seed for request in asked[1]]
    assert len({request.key for both in asked for request in both}) == 6
    assert {request.prompt for request in asked[0]} == {"copy/subject@1"}


def test_cases_of_one_product_and_angle_draw_their_own_worked_examples() -> None:
    target = target_named("line")
    told = {target.requests(job_of("line", copy_case(case=f"case {number}")))[0].messages for number in range(6)}
    assert len(told) > 1


def test_a_version_that_knows_no_example_of_an_angle_shows_others() -> None:
    system = System(system="older", model="local:", prompt="copy/subject@1")
    for occasion in ("frequent", "none"):
        case = copy_case(angle="discovery", inputs={"occasion": occasion})
        (request,) = target_named("line").requests(job_of("line", case, system=system))
        assert len(request.messages) > 2
        assert request.messages[-1].content == "subject: something new"


def test_products_of_a_brief_take_turns_over_angles() -> None:
    told = {
        angle: Piece.model_validate(piece_of(copy_case(angle=angle, inputs={"product": None}))).slots
        for angle in ("thrift", "ease")
    }
    named = {angle: next(slot for slot in slots if slot.slot == "product") for angle, slots in told.items()}
    assert {slot.value for slot in named.values()} == {"rye bread", "ground coffee"}
    assert {slot.receipt for slot in named.values()} == {"brief:products.0", "brief:products.1"}


def piece_of(case: Case) -> Any:
    """The piece of a case, written in the words of `LINES`."""
    target, job = target_named("piece"), job_of("piece", case, system=two_candidates())
    return target.read(job, answered(target.requests(job), LINES)).detail["piece"]


def test_parameters_of_a_system_are_those_of_its_requests() -> None:
    parameters = Parameters(temperature=0.9, top_p=0.5, max_tokens=11)
    system = System(system="hot", model="local:", parameters=parameters)
    (request,) = target_named("line").requests(job_of("line", copy_case(), system=system))
    assert (request.temperature, request.top_p, request.max_tokens) == (0.9, 0.5, 11)


def test_a_line_is_read_with_its_facts_filled_in() -> None:
    target, job = target_named("line"), job_of("line", copy_case())
    requests = target.requests(job)
    answer = target.read(job, answered(requests, {"subject": LINES["subject"]}))
    assert (answer.state, answer.output) == ("answered", "Save 15% on rye bread")
    assert (answer.detail["line"], answer.detail["field"], answer.detail["problems"]) == ("subject", "subject", [])
    assert {slot["slot"] for slot in answer.detail["slots"]} >= {"product", "offer.discount", "offer.deadline"}


def test_a_fact_that_a_model_writes_itself_is_a_problem_and_no_failure() -> None:
    target, job = target_named("line"), job_of("line", copy_case())
    requests = target.requests(job)
    answer = target.read(job, answered(requests, {"subject": "Save 40% on {nothing}"}))
    assert (answer.state, answer.output) == ("answered", "Save 40% on {nothing}")
    assert {check["check"] for check in answer.detail["checks"]} == {"unknown_slot"}
    assert answer.detail["problems"]


@pytest.mark.parametrize(
    ("status", "error", "state"),
    [
        ("failed", "the server did not answer", "failed"),
        ("unsent", "the spend cap was reached", "failed"),
        ("failed", "truncated: the answer was not finished after 22 tokens", "invalid"),
        ("refused", "the guard found an address", "invalid"),
        ("invalid", "no answer of the form", "invalid"),
    ],
)
@pytest.mark.parametrize("name", ["line", "prompt"])
def test_what_never_came_has_failed_and_what_cannot_be_used_is_invalid(
    name: str, status: str, error: str, state: str
) -> None:
    target = target_named(name)
    case = copy_case() if name == "line" else prompt_case()
    job = job_of(name, case)
    (request,) = target.requests(job)
    answer = target.read(job, outcome(request, status, error))
    assert (answer.state, answer.error) == (state, error)
    assert target.read(job, {}).state == "failed"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"channel": "fax"}, "channel is 'fax'"),
        ({"language": "xx"}, "language is 'xx'"),
        ({"angle": ""}, "angle is ''"),
        ({"inputs": {"produkt": "Rye bread"}}, "inputs has 'produkt'"),
        ({"inputs": {"product": 3}}, "inputs.product is 3"),
        ({"inputs": {"product": None, "brief": {**BRIEF, "products": []}}}, "inputs.product is missing"),
        ({"inputs": {"products": "Rye bread"}}, "inputs.products is 'Rye bread'"),
        ({"inputs": {"occasion": "easter"}}, "inputs.occasion is 'easter'"),
        ({"inputs": {"brief": None}}, "inputs.brief is None"),
        ({"inputs": {"brief": {**BRIEF, "deadline": "soon"}}}, "inputs.brief.deadline is 'soon'"),
        (
            {"inputs": {"brief": {key: BRIEF[key] for key in BRIEF if key != "sender"}}},
            "inputs.brief.sender is missing",
        ),
        ({"inputs": {"line": "sms"}}, "inputs.line is 'sms', expected one of subject"),
        ({"inputs": {"from": "file"}}, "inputs.from is 'file'"),
        ({"inputs": {"from": "workspace"}}, "inputs.brief_file is None"),
    ],
)
def test_a_case_of_copy_that_cannot_be_is_told_by_its_key(changes: dict[str, Any], told: str) -> None:
    assert target_named("line").check_case(copy_case(**changes)).startswith(told)


def test_a_case_of_a_workspace_needs_one() -> None:
    case = copy_case(segment="S1", inputs={"from": "workspace", "brief_file": "spring.toml"})
    assert target_named("piece").check_case(case) == ""
    with pytest.raises(ConfigError, match="--workspace"):
        job_of("piece", case)


# A whole piece.


def test_a_piece_is_read_as_text_with_the_record_beside_it() -> None:
    target, job = target_named("piece"), job_of("piece", copy_case(), system=two_candidates())
    requests = target.requests(job)
    assert len(requests) == 10
    outcomes = answered(requests, LINES)
    assert target.again(job, outcomes) == []
    answer = target.read(job, outcomes)
    piece = Piece.model_validate(answer.detail["piece"])
    assert (answer.state, answer.output, piece.repaired) == ("answered", as_text(piece), False)
    assert answer.output.startswith(
        "Subject: Save 15% on rye bread\nPreheader: The lower price lasts until March 29.\n"
    )
    assert (piece.status, answer.detail["receipts"]) == ("ready", [])


def test_repeats_of_a_piece_share_no_answer_not_even_in_the_repair() -> None:
    target = target_named("piece")
    asked: list[Request] = []
    for sample in range(3):
        job = job_of("piece", copy_case(), sample=sample, system=two_candidates())
        first = target.requests(job)
        wrong = answered(first, {**LINES, "subject": "Save 40% today"})
        repair = target.again(job, wrong)
        assert {request.key.split(".")[-2] for request in repair} == {"subject"}
        asked += [*first, *repair]
        fixed = answered(repair, {"subject": LINES["subject"]})
        piece = Piece.model_validate(target.read(job, {**wrong, **fixed}).detail["piece"])
        assert (piece.repaired, piece.fields[0].text) == (True, "Save 15% on rye bread")
    assert len({call_hash("local:", "", request) for request in asked}) == len(asked)
    assert len({request.key for request in asked}) == len(asked)


def test_a_piece_fails_with_an_outage_and_bears_what_the_model_did_not_finish() -> None:
    target, job = target_named("piece"), job_of("piece", copy_case(), system=two_candidates())
    requests = target.requests(job)
    outcomes = answered(requests, LINES)
    cut = {**outcomes, **outcome(requests[0], "failed", "truncated: the answer was not finished after 22 tokens")}
    assert target.read(job, cut).state == "answered"
    away = {**outcomes, **outcome(requests[0], "failed", "the server did not answer")}
    assert (target.again(job, away), target.read(job, away).state) == ([], "failed")
    refused = {
        key: told for request in requests for key, told in outcome(request, "refused", "the guard found a name").items()
    }
    assert target.read(job, refused).state == "invalid"


def two_candidates() -> System:
    """A system that chooses from two answers a line."""
    return System(system="plain", model="local:", parameters=Parameters(candidates=2))


# A persona.


def persona_case(facts: Sequence[Mapping[str, Any]] = FACTS) -> Case:
    """A persona of one segment."""
    sheet = {"name": "Most frequent shoppers", "facts": [dict(fact) for fact in facts]}
    return Case(case="regulars", segment="S1", inputs={"sheet": sheet})


def test_a_persona_is_read_with_the_sentences_that_it_rests_on() -> None:
    target, job = target_named("persona"), job_of("persona", persona_case())
    requests = target.requests(job)
    texts = {
        "S1.name": "The Most Frequent Shoppers",
        "S1.say": "Thank them for coming by.",
        "S1.avoid": "Do not tell them that they were missed.",
        "S1.F04": "They place {value}, more than the {others} of other customers.",
        "S1.F05": "Rye bread makes {value} of what they buy, more than the {others} of other customers.",
    }
    answer = target.read(job, answered(requests, texts))
    assert answer.output.splitlines()[0] == "The Most Frequent Shoppers"
    assert "They place 41.2 orders, more than the 11.9 orders of other customers." in answer.output
    assert (
        "Orders: 41.2 orders, against 11.9 orders for all other customers, 3.5 times as much."
        in answer.detail["sources"]
    )
    again = target.requests(replace(job, sample=1))
    hashes = {call_hash("local:", "", request) for request in (*requests, *again)}
    assert len(hashes) == len(requests) + len(again)


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (persona_case(FACTS[1:]), "inputs.sheet.facts lacks customers"),
        (persona_case([*FACTS, {"metric": "shoe_size", "value": 1}]), "inputs.sheet.facts holds a fact that means"),
        (Case(case="none"), "inputs.sheet is None"),
        (Case(case="none", inputs={"from": "workspace"}), "segment is empty"),
    ],
)
def test_a_case_of_a_persona_that_cannot_be_is_told(case: Case, told: str) -> None:
    assert target_named("persona").check_case(case).startswith(told)


# Any prompt.


def prompt_case(**inputs: Any) -> Case:
    """A prompt with its values."""
    return Case(case="named", inputs={"prompt": "persona/name", "values": {"traits": "Lost; Frequent"}, **inputs})


def test_a_prompt_is_rendered_with_the_values_of_the_case() -> None:
    target, job = target_named("prompt"), job_of("prompt", prompt_case())
    (request,) = target.requests(job)
    assert "Lost; Frequent" in request.messages[-1].content
    answer = target.read(job, outcome(request, "ok", text="<b>The Lost Shoppers</b>"))
    assert (answer.state, answer.output) == ("answered", "<b>The Lost Shoppers</b>")


def test_a_prompt_that_nobody_names_is_refused() -> None:
    target = target_named("prompt")
    unnamed = Case(case="unnamed", inputs={"values": {"traits": "Lost"}})
    with pytest.raises(ConfigError, match="names no prompt"):
        target.requests(job_of("prompt", unnamed))
    pinned = job_of("prompt", unnamed, system=System(system="pinned", prompt="persona/name@1"))
    assert target.requests(pinned)[0].prompt == "persona/name@1"
    assert target.check_case(prompt_case(values={"traits": ["Lost"]})).startswith("inputs.values.traits is ['Lost']")


# Retrieval.

DOCUMENTS = [
    {"id": "product:rye-bread", "title": "Rye bread", "text": "Rye bread, in bakery."},
    {"id": "product:ground-coffee", "title": "Ground coffee", "text": "Ground coffee, in hot drinks."},
    {"id": "coupons:S2", "kind": "coupons", "segment": "S2", "title": "Coupons of S2", "text": "Coupons on rye bread."},
]


def query(**inputs: Any) -> Case:
    """A query over three documents."""
    told = {"query": "rye bread", "documents": DOCUMENTS, **inputs}
    return Case(case="sought", inputs={name: value for name, value in told.items() if value is not None})


def test_documents_of_the_suite_are_ranked() -> None:
    target, system = target_named("retrieval"), System(system="words", model="hashing")
    cases = (query(), query(query="coffee", kinds=["product"], limit=1).model_copy(update={"case": "coffee"}))
    with target.open(suite_of("retrieval", *cases), None, system) as ground:
        told = [target.read(Job(case, system, 0, 7, {}, ground), {}) for case in cases]
        assert len(set(map(id, ground.by_case.values()))) == 1
    assert sorted(one["id"] for one in told[0].detail["ranked"]) == sorted(one["id"] for one in DOCUMENTS)
    assert told[0].detail["ranked"][0]["score"] > told[0].detail["ranked"][-1]["score"]
    assert told[1].output == "Ground coffee"


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"query": " "}, "inputs.query is ' '"),
        ({"limit": 0}, "inputs.limit is 0"),
        ({"documents": None}, "inputs.documents is missing"),
        ({"documents": [{"id": "a"}]}, "inputs.documents.0 is {'id': 'a'}"),
        ({"documents": ["a"]}, "inputs.documents.0 is 'a'"),
        ({"from": "index"}, "inputs.from is 'index'"),
    ],
)
def test_a_query_that_cannot_be_is_told(inputs: dict[str, Any], told: str) -> None:
    assert target_named("retrieval").check_case(query(**inputs)).startswith(told)


# Routing.


def turn(say: str, tools: Sequence[str], **arguments: Any) -> Case:
    """One turn of a chat."""
    return Case(case=say or "nothing", inputs={"say": say}, expected={"tools": list(tools), "arguments": arguments})


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    """A workspace with nothing in it; the router knows its tools all the same."""
    return Workspace.create(tmp_path / "shop", Settings.model_validate({"models": {"embedder": "hashing"}}))


def test_the_router_chooses_without_a_model(shop: Workspace) -> None:
    target, system = target_named("routing"), System(system="router", model="router:")
    cases = (turn("list all campaigns", ["list_campaigns"]), turn("approve it", ["clarify"]))
    with target.open(suite_of("routing", *cases), shop, system) as ground:
        jobs = [job_of("routing", case, system=system, ground=ground) for case in cases]
        assert [target.requests(job) for job in jobs] == [[], []]
        told = [target.read(job, {}) for job in jobs]
    assert (told[0].output, told[0].detail["clarifies"]) == ("list_campaigns()", False)
    assert (told[1].detail["called"], told[1].detail["clarifies"]) == ([], True)
    assert told[0].detail["expected"] == {"tools": ["list_campaigns"], "arguments": {}}


def test_a_model_is_asked_with_the_tools_of_the_chat(shop: Workspace) -> None:
    target, case = target_named("routing"), turn("compare S1 and S2", ["compare_segments"], first="S1")
    system = System(system="agent", model="openai:some")
    with target.open(suite_of("routing", case), shop, system) as ground:
        job = job_of("routing", case, system=system, ground=ground)
        (request,) = target.requests(job)
        assert {tool.name for tool in request.tools} >= {"compare_segments", "draft_copy"}
        assert (request.messages[-1].content, request.prompt) == ("compare S1 and S2", "chat/agent@1")
        call = ToolCall(id="1", name="compare_segments", arguments='{"second": "S2", "first": "S1"}')
        said = Outcome(key=request.key, sample=0, status="ok", tool_calls=(call,))
        answer = target.read(job, {request.key: said})
        asks = target.read(job, outcome(request, "ok", text="Which two do you mean?"))
    assert answer.output == 'compare_segments(first="S1", second="S2")'
    assert answer.detail["called"] == [{"tool": "compare_segments", "arguments": {"second": "S2", "first": "S1"}}]
    assert (asks.output, asks.detail["clarifies"]) == ("Which two do you mean?", True)


def test_a_turn_about_a_segment_that_is_not_there_names_it(shop: Workspace) -> None:
    case = turn("tell me about {S9.name}", ["describe_segment"])
    with pytest.raises(ConfigError, match="speaks of 'S9'"):
        job_of("routing", case, workspace=shop)


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (turn("", ["clarify"]), "inputs.say is ''"),
        (turn("hello", ["greet"]), "expected.tools holds 'greet'"),
        (turn("hello", []), "expected.tools is []"),
        (turn("hello", ["list_segments"], segment="S1"), "expected.arguments has 'segment'"),
    ],
)
def test_a_turn_that_cannot_be_is_told(case: Case, told: str) -> None:
    assert target_named("routing").check_case(case).startswith(told)


# Segmentation.


@pytest.mark.parametrize(
    ("truth", "found"),
    [
        ("aabb", "xxyy"),
        ("aabb", "xyxy"),
        ("aaabbbccc", "xxyyyyzzz"),
        ("abcd", "wxyz"),
        ("aaaa", "xxxx"),
        ("aaab", "xyyy"),
    ],
)
def test_agreement_is_the_adjusted_rand_index_of_scikit_learn(truth: str, found: str) -> None:
    assert adjusted_rand(truth, found) == pytest.approx(adjusted_rand_score(list(truth), list(found)))


def test_a_catalogue_too_small_for_the_planted_groups_is_told() -> None:
    products = [{"title": "Rye bread", "category": "Bakery", "cents": 420}]
    told = target_named("segmentation").check_case(Case(case="shop", inputs={"products": products}))
    assert told == "inputs.products has 1 categories, expected 6 with 2 products each"


@pytest.mark.slow
def test_planted_groups_are_found_again() -> None:
    suite = load_suite(shipped_suites()["segmentation"]).suite
    target, system = target_named("segmentation"), suite.systems[0]
    answer = target.read(Job(suite.cases[0], system, 0, 7, {}, None), {})
    assert answer.state == "answered"
    assert answer.detail["adjusted_rand"] > 0.7
    assert sum(sum(row.values()) for row in answer.detail["table"].values()) == 600


@pytest.mark.slow
def test_cases_of_a_workspace_are_its_segments_and_the_pieces_of_its_plan(tmp_path: Path) -> None:
    files = write_shop(tmp_path / "files")
    root = tmp_path / "shop"
    root.mkdir()
    (root / "assistant.toml").write_text(SETTINGS.format(model="local:"), encoding="utf-8")
    (root / "briefs").mkdir()
    (root / "briefs" / "spring.toml").write_text(SHOP_BRIEF, encoding="utf-8")
    workspace = Workspace.at(root)
    with workspace.writing():
        pipeline = Pipeline(workspace, Silent())
        pipeline.ingest_files({table: [str(path)] for table, path in files.items()})
        pipeline.facts()
    inputs = {"from": "workspace", "brief_file": "briefs/spring.toml"}
    case = Case(case="own", segment="S1", brief="spring", channel="sms", angle="ease", inputs=inputs)
    (request,) = target_named("line").requests(job_of("line", case, workspace=workspace))
    assert request.prompt == "copy/sms@2"
    assert len(target_named("piece").requests(job_of("piece", case, workspace=workspace))) == 2
    with pytest.raises(ConfigError, match="no piece of segment S1, channel push"):
        job_of("piece", case.model_copy(update={"channel": "push"}), workspace=workspace)
    persona = Case(case="own", segment="S1", inputs={"from": "workspace"})
    target, job = target_named("persona"), job_of("persona", persona, workspace=workspace)
    names = {request.key.split("|")[-1].rpartition(".")[0]: "They order." for request in target.requests(job)}
    answer = target.read(job, answered(target.requests(job), names))
    assert answer.detail["sources"] == [fact.sentence for fact in pipeline.sheets()[0].facts]
    with pytest.raises(ConfigError, match="no fact sheet of 'S99'"):
        job_of("persona", persona.model_copy(update={"segment": "S99"}), workspace=workspace)
