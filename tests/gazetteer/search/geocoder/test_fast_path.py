"""The fast path agrees with the full comparison, and a batch with single calls."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.generated_addresses import generate_addresses
from gazetteer.search.geocoder.ambiguity import find_ambiguous
from gazetteer.search.geocoder.fast_path import parse_hierarchical
from gazetteer.search.geocoder.geocoding import GeocodeResult, geocode, geocode_many
from gazetteer.search.geocoder.interpretations import Interpretation, rank_interpretations
from gazetteer.search.geocoder.mentions import find_key_hits, find_mentions
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.text.normalize import normalize_text

LATELY = date(2026, 11, 1)
ADDRESSES = Path("benchmarks/addresses.csv")
_TAILS = [
    *("", "路", "街", "镇", "村", "区", " ", ",", "人民政府", "解放路12号", "3栋2单元", "对面"),
    *("新区", "东区", "高新区", "工业园区", "经济技术开发区"),
]
_quick = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def read_addresses() -> list[str]:
    with ADDRESSES.open(encoding="utf-8") as file:
        return [row["address"] for row in csv.DictReader(file)]


def draw_address(index: NameIndex, data: st.DataObject) -> str:
    """An address of real names in any order, most of them those of one unit."""
    pieces: list[str] = []
    for _ in range(data.draw(st.integers(1, 3))):
        state = data.draw(st.integers(0, len(index.names) - 1))
        chain: list[str] = []
        while state >= 0 and len(chain) < 5:
            chain.append(index.names[state])
            parent = index.parents[state]
            state = index.state_offsets[parent] if parent >= 0 else -1
        chain.reverse()
        chosen = data.draw(st.lists(st.sampled_from(chain), min_size=1, max_size=4))
        pieces += sorted(chosen, key=chain.index)
        pieces.append(data.draw(st.sampled_from(_TAILS)))
    cut = data.draw(st.integers(0, 2))
    return "".join(piece[:-cut] if cut and len(piece) > 3 else piece for piece in pieces)


def as_tuple(interpretation: Interpretation) -> object:
    """All fields of an interpretation, without what its mentions may mean besides."""
    evidence = [
        (s.start, s.end, s.key, s.generic, s.candidate, s.weight) for s in interpretation.evidence
    ]
    return (replace(interpretation, evidence=()), evidence)


def fast_path_agrees(day_index: DayIndex, text: str) -> bool:
    """Whether the fast path gives the result of the comparison; True where it gives none."""
    hits = find_key_hits(day_index, text)
    parse_state = parse_hierarchical(day_index, text, hits)
    if parse_state is None:
        return True
    ranked = rank_interpretations(day_index, find_mentions(day_index, text, hits), include_all=True)
    best = ranked[0]
    return as_tuple(parse_state.interpretation) == as_tuple(best) and not find_ambiguous(
        best, ranked[1:]
    )


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2015, 6, 1), date(2000, 1, 1)])
def test_the_fast_path_agrees_on_addresses(index: NameIndex, day: date) -> None:
    day_index = DayIndex(index, day)
    texts = [
        normalize_text(text).value
        for text in (*read_addresses(), *generate_addresses(DayIndex(index, LATELY), 1000))
    ]
    assert [text for text in texts if not fast_path_agrees(day_index, text)] == []
    parsed = sum(
        parse_hierarchical(day_index, text, find_key_hits(day_index, text)) is not None
        for text in texts
    )
    assert parsed > len(texts) / (2 if day == LATELY else 10)


@pytest.mark.parametrize(
    "text",
    [
        "广东省广州市番禺区珠江社区居民委员会3栋2单元",  # 番禺区 once held 珠江街道
        "广东省莲光村民委员会汕头地解放路12号",  # 莲光居委会 lies in 汕头
        "广东省梅州市梅县区江南村委会",  # 梅县 once held 江南街道
        "广东省河源市东源县康禾镇和平大道687号",  # 市东 lies across two steps
        "揭阳市普宁市大坪农场村广东江门恩平牛江中路3号",  # behind 农场村 another name may begin
    ],
)
def test_relations_between_names_are_taken_into_account(
    day_index: DayIndex, earlier: DayIndex, text: str
) -> None:
    assert fast_path_agrees(day_index, text)
    assert fast_path_agrees(earlier, text)


@pytest.fixture(scope="session")
def earlier(index: NameIndex) -> DayIndex:
    """A day on which many units lay elsewhere than they do now."""
    return DayIndex(index, date(2008, 8, 8))


@_quick
@given(st.data())
def test_the_fast_path_agrees_on_any_names(
    day_index: DayIndex, earlier: DayIndex, data: st.DataObject
) -> None:
    text = normalize_text(draw_address(day_index.index, data)).value
    assert fast_path_agrees(day_index, text)
    assert fast_path_agrees(earlier, text)


def result_as_tuple(answer: GeocodeResult) -> object:
    """All fields of a result; sets of candidates would compare by identity."""
    matches = [
        (replace(match, evidence=()), [(s.candidate, s.start, s.end) for s in match.evidence])
        for match in answer.matches
    ]
    return replace(answer, matches=()), matches


def iter_texts() -> Iterator[str]:
    yield from read_addresses()
    yield from read_addresses()[::-1]
    yield from ("", "我喜欢猫", "\U0001f600", "广州市" * 300)


def test_a_batch_agrees_with_single_calls(index: NameIndex) -> None:
    day = date(2026, 11, 1)
    together = map(result_as_tuple, geocode_many(DayIndex(index, day), iter_texts()))
    alone = DayIndex(index, day)
    assert list(together) == [result_as_tuple(geocode(alone, text)) for text in iter_texts()]


@_quick
@given(st.lists(st.text(max_size=40) | st.sampled_from(read_addresses()), max_size=5))
def test_a_batch_of_anything_agrees_with_single_calls(
    day_index: DayIndex, texts: list[str]
) -> None:
    together = map(result_as_tuple, geocode_many(day_index, texts))
    assert list(together) == [result_as_tuple(geocode(day_index, text)) for text in texts]


@_quick
@given(st.text(max_size=80))
def test_every_offset_leads_back_into_the_input(day_index: DayIndex, address: str) -> None:
    answer = geocode(day_index, address)
    spans = [
        answer.text.find_source_span(part.start, part.end)
        for m in answer.matches
        for part in m.components
    ]
    assert all(0 <= start <= end <= len(address) for start, end in spans)
