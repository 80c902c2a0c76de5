from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.local.planning import Prompt, plan, shared_length

tokens = st.lists(st.integers(0, 2), min_size=2, max_size=9).map(tuple)
prompts = st.lists(
    st.builds(Prompt, tokens=tokens, group=st.integers(0, 2), room=st.integers(0, 5)), min_size=1, max_size=25
)


@given(prompts, st.integers(1, 7), st.integers(1, 80))
def test_every_prompt_is_read_whole_and_exactly_once(prompts: list[Prompt], rows: int, cells: int) -> None:
    read = []
    for batch in plan(prompts, rows=rows, cells=cells):
        for place, suffix in zip(batch.rows, batch.suffix_of, strict=True):
            assert batch.prefixes[batch.prefix_of[suffix]] + batch.suffixes[suffix] == prompts[place].tokens
            read.append(place)
        assert all(batch.prefixes)
        assert all(batch.suffixes)
    assert sorted(read) == list(range(len(prompts)))


@given(prompts, st.integers(1, 7), st.integers(1, 80))
def test_no_batch_is_higher_or_larger_than_allowed(prompts: list[Prompt], rows: int, cells: int) -> None:
    for batch in plan(prompts, rows=rows, cells=cells):
        width = max(len(prompts[place].tokens) + prompts[place].room for place in batch.rows)
        assert len(batch.rows) <= rows
        assert len(batch.rows) == 1 or width * len(batch.rows) <= cells


@given(prompts)
def test_a_prompt_asked_twice_is_read_once(prompts: list[Prompt]) -> None:
    (batch,) = plan(prompts * 2, rows=100, cells=10**6)
    assert len(batch.suffixes) == len({(prompt.group, prompt.tokens) for prompt in prompts})


def test_a_group_shares_all_that_it_has_in_common() -> None:
    (batch,) = plan([Prompt((1, 2, 3, 4, place), group="g") for place in range(5)], rows=9, cells=999)
    assert batch.prefixes == ((1, 2, 3, 4),)
    assert batch.suffixes == tuple((place,) for place in range(5))


def test_groups_of_one_batch_keep_prefixes_of_their_own() -> None:
    one = [Prompt((1, 2, place), group="one") for place in range(3)]
    other = [Prompt((1, 5, 6, place), group="other") for place in range(3)]
    (batch,) = plan(one + other, rows=9, cells=999)
    assert set(batch.prefixes) == {(1, 2), (1, 5, 6)}


@given(st.lists(tokens, min_size=1, max_size=6))
def test_shared_length_is_that_of_the_longest_common_beginning(sequences: list[tuple[int, ...]]) -> None:
    length = shared_length(sequences)
    assert len({sequence[:length] for sequence in sequences}) == 1
    longer = {sequence[: length + 1] for sequence in sequences}
    assert len(longer) > 1 or length == min(map(len, sequences))
