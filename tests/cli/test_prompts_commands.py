"""The prompt engineer's bench: list, show, diff, render, fork."""

from pathlib import Path

from command_line import Assistant, Walk

from assistant.prompting import load_prompt, prompt_source


def forked(assistant: Assistant, shop: Path, name: str = "copy/subject", as_: str = "warmer") -> Path:
    done = assistant("prompts", "fork", name, "--as", as_, folder=shop)
    assert done.code == 0, done.err
    return shop / "prompts" / f"{name}+{as_}.toml"


def test_the_list_says_which_prompt_is_used(assistant: Assistant, shop: Path) -> None:
    forked(assistant, shop)
    rows = {row["prompt"]: row for row in assistant("prompts", "list", "--all", "--json", folder=shop).rows}
    assert rows["copy/subject@2"]["used"]
    assert not rows["copy/subject@1"]["used"]
    assert (rows["copy/subject+warmer"]["place"], rows["copy/subject+warmer"]["used"]) == ("workspace", False)
    # A file of the workspace takes the place of the product's.
    own = shop / "prompts" / "copy/subject.toml"
    own.write_text(prompt_source("copy/subject@1"), encoding="utf-8")
    rows = {
        (row["prompt"], row["place"]): row for row in assistant("prompts", "list", "--all", "--json", folder=shop).rows
    }
    assert rows["copy/subject@1", "workspace"]["used"]
    assert not rows["copy/subject@2", "product"]["used"]


def test_the_list_needs_no_workspace(assistant: Assistant, tmp_path: Path) -> None:
    assert len(assistant("prompts", "list", "--json", folder=tmp_path).rows) >= 9


def test_a_fork_keeps_comments_and_says_what_it_began_as(assistant: Assistant, shop: Path) -> None:
    path = forked(assistant, shop)
    path.write_text(f"# why it is warmer\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    fork = load_prompt("copy/subject+warmer", shop / "prompts")
    before = load_prompt("copy/subject")
    assert (fork.forked_from, fork.released, fork.shots, fork.user) == (before.id, False, before.shots, before.user)
    second = forked(assistant, shop, "copy/subject+warmer".partition("+")[0], "warmest")
    assert second.exists()
    assert "there already" in assistant("prompts", "fork", "copy/subject", "--as", "warmer", folder=shop).mistake
    of_fork = assistant("prompts", "fork", "copy/subject+warmer", "--as", "third", folder=shop)
    assert of_fork.code == 0, of_fork.err
    assert "# why it is warmer" in (shop / "prompts/copy/subject+third.toml").read_text(encoding="utf-8")


def test_a_fork_cannot_leave_the_folder_of_prompts(assistant: Assistant, shop: Path) -> None:
    assert "no name of a prompt" in assistant("prompts", "fork", "copy/subject", "--as", "../../x", folder=shop).mistake
    assert not list(shop.glob("**/x.toml"))


def test_a_diff_names_what_was_said_before_and_after(assistant: Assistant, shop: Path) -> None:
    path = forked(assistant, shop)
    path.write_text(path.read_text(encoding="utf-8").replace("short, plain", "short, warm"), encoding="utf-8")
    lines = [row["line"] for row in assistant("prompts", "diff", "copy/subject+warmer", "--json", folder=shop).rows]
    changed = [line for line in lines if line.startswith(("+You", "-You"))]
    assert [("plain" in line, "warm" in line) for line in changed] == [(True, False), (False, True)]
    assert assistant("prompts", "diff", "copy/subject@2", "copy/subject@2", "--json", folder=shop).rows == []
    assert "18 lines added, 0 removed" in assistant("prompts", "diff", "copy/subject@2", folder=shop).out


def test_a_prompt_is_rendered_with_a_real_segment_and_brief(assistant: Assistant, walk: Walk) -> None:
    (told,) = assistant("prompts", "render", "copy/subject@1", "--brief", "briefs/spring.toml", "--json",
                        folder=walk.root).rows  # fmt: skip
    assert (told["prompt"], told["channel"], told["compared_with"]) == ("copy/subject@1", "email", "copy/subject@2")
    assert told["segment"] in ("S1", "S2", "S3")
    assert told["messages"][0]["role"] == "system"
    assert told["messages"][-1]["role"] == "user"
    assert told["tokens"] > 0
    assert told["requests"] > 1
    (persona,) = assistant("prompts", "render", "persona/claim", "--segment", "S2", "--json", folder=walk.root).rows
    assert persona["segment"] == "S2"


def test_what_cannot_be_rendered_is_said(assistant: Assistant, walk: Walk) -> None:
    def mistake(*words: str) -> str:
        done = assistant("prompts", "render", *words, folder=walk.root)
        assert done.code == 2, done.out
        assert done.out == ""
        return done.err.splitlines()[-1]

    brief = ("--brief", "briefs/spring.toml")
    assert "known segments: S1" in mistake("copy/subject", *brief, "--segment", "Z9")
    assert "expected one of email" in mistake("copy/subject", *brief, "--channel", "push")
    assert "known angles" in mistake("copy/subject", *brief, "--angle", "zzz")
    assert "missing variables" in mistake("chat/agent")
    assert "expected NAME=VALUE" in mistake("chat/agent", "--set", "shop")
    assert "did you mean 'copy/subject" in mistake("copy/subjct")


def test_any_prompt_is_rendered_with_values(assistant: Assistant, tmp_path: Path) -> None:
    values = ("--set", "shop=Ours", "--set", "currency=USD", "--set", "question=How are we?")
    (told,) = assistant("prompts", "render", "chat/agent", *values, "--json", folder=tmp_path).rows
    assert "Ours" in "".join(message["content"] for message in told["messages"])
