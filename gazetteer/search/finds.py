"""Everything whose name begins with a text: by Han characters, pinyin, initials, Latin names."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gazetteer.records.levels import LEVELS
from gazetteer.search.forms import Form
from gazetteer.search.prefixes import Prefixes, best, stretch
from gazetteer.search.ranking import BY, cost
from gazetteer.search.view import Via, View

Allowed = NDArray[np.bool_] | None
"""Which nodes may be found; None lets all through."""

MEANINGS = 200
"""Meanings of one text that are looked at; nobody reads on to the 200th 新村."""


class Find(NamedTuple):
    """A node, and why: the name or spelling that matched, with its period (ordinals).

    ``by`` is a key of :data:`gazetteer.search.ranking.BY`. ``state`` is what the node is shown
    as: that of the day, or the nearest if it has none then.
    """

    cost: float
    node: int
    state: int
    matched: str
    by: str
    former: bool
    whole: bool
    since: int
    until: int


class Typed(NamedTuple):
    """How much of a name was typed: all of it, or all but so many characters."""

    whole: bool
    missing: int


_FORMS = {Form.STANDARD: "standard", Form.FORMER: "former", Form.ALIAS: "alias"}
_GENERICS: Mapping[str, Sequence[str]] = {
    "province": ("sheng", "shi", "zizhiqu", "tebiexingzhengqu"),
    "prefecture": ("shi", "diqu", "zizhizhou", "meng"),
    "county": ("qu", "xian", "shi", "zizhixian", "qi", "zizhiqi", "linqu", "tequ"),
    "township": ("zhen", "xiang", "jiedao", "minzuxiang"),
    "village": ("cun", "cunminweiyuanhui", "juminweiyuanhui", "shequ", "shequjuminweiyuanhui"),
}
"""Readings of generic parts: whoever types a name in pinyin leaves them out."""
_READINGS = [frozenset(("", *_GENERICS.get(level, ()))) for level in LEVELS]
_INITIALS = [frozenset(word[:1] for word in words) for words in _READINGS]
_NOTHING = [frozenset(("",)) for _ in LEVELS]


def named(view: View, text: str, allowed: Allowed, most: int) -> Iterator[Find]:
    """By a name in Han characters; ``most`` texts are looked at, the likeliest ones."""
    index = view.index
    low, high = stretch(index.keys, text)
    if low == high:
        return
    leads = None if allowed is None else allowed | (np.asarray(view.states) < 0)
    positions = _leading(low, high, index.meaning_at, index.meaning_node, leads)
    for key in best(index.key_rank, positions, most):
        missing = len(index.keys[key]) - len(text)
        yield from meant(view, key, Typed(not missing, missing), allowed)


def _leading(
    low: int, high: int, row_at: Sequence[int], nodes: Sequence[int], leads: Allowed
) -> NDArray[np.intp]:
    """The texts of a stretch with a row whose node leads to something that may be found."""
    positions = np.arange(low, high)
    if leads is None or low == high:
        return positions
    bounds = np.asarray(row_at)[low : high + 1]
    found = leads[np.asarray(nodes)[bounds[0] : bounds[-1]]]
    return positions[np.logical_or.reduceat(found, bounds[:-1] - bounds[0])]


def meant(
    view: View, key: int | None, typed: Typed, allowed: Allowed, by: str | None = None
) -> Iterator[Find]:
    """What one name means on the day; ``by`` tells how it was found if not by itself."""
    if key is None:
        return
    index = view.index
    written = index.keys[key]
    claims = [claim for claim in view.claims(key) if claim.via is not Via.GAVE]
    passing = claims if allowed is None else [c for c in claims if allowed[c.node]]
    for claim in islice(passing, MEANINGS):
        former = claim.via is not Via.NAME
        how = by or ("former" if former else _FORMS.get(claim.form, "short"))
        value = cost(how, claim.level, typed.missing, whole=typed.whole)
        value += BY["former"] if former and by else 0.0
        state = view.states[claim.node]
        yield Find(
            value, claim.node, state, written, how, former, typed.whole, claim.since, claim.until
        )
    if by is None:
        yield from _at_other_times(view, key, typed, allowed, {claim.named for claim in claims})


def _at_other_times(
    view: View, key: int, typed: Typed, allowed: Allowed, told: set[int]
) -> Iterator[Find]:
    """What bears the name later, or bore it and ended with nothing after it."""
    index, states = view.index, view.states
    for row in range(index.meaning_at[key], index.meaning_at[key + 1])[:MEANINGS]:
        node = index.meaning_node[row]
        later = index.meaning_start[row] > view.day
        if node in told or (allowed is not None and not allowed[node]):
            continue
        if not later and (states[node] >= 0 or node in index.linked):
            continue
        by = "later" if later else "ended"
        other = index.state_at[node] if later else index.state_at[node + 1] - 1
        state = states[node] if states[node] >= 0 else other
        value = cost(by, index.levels[state], typed.missing, whole=typed.whole)
        since, until = index.meaning_start[row], index.meaning_end[row]
        yield Find(value, node, state, index.keys[key], by, not later, typed.whole, since, until)


def spelt(view: View, latin: str, allowed: Allowed, most: int) -> Iterator[Find]:
    """By pinyin, by initials, and by other names in Latin letters."""
    index = view.index
    yield from _spelt(view, index.pinyin, latin, "pinyin", _READINGS, allowed, most)
    yield from _spelt(view, index.initials, latin, "initials", _INITIALS, allowed, most)
    yield from _spelt(view, index.latin, latin, "latin", _NOTHING, allowed, most)


def _spelt(
    view: View,
    texts: Prefixes,
    latin: str,
    by: str,
    generics: Sequence[frozenset[str]],
    allowed: Allowed,
    most: int,
) -> Iterator[Find]:
    index = view.index
    low, high = stretch(texts.texts, latin)
    leads = None if allowed is None else allowed | (np.asarray(view.states) < 0)
    for position in best(texts.rank, _leading(low, high, texts.row_at, texts.nodes, leads), most):
        rest = texts.texts[position][len(latin) :]
        for row in texts.rows(position)[:MEANINGS]:
            node, state = texts.nodes[row], texts.states[row]
            level = index.levels[state]
            typed = Typed(rest in generics[level], len(rest))
            now = view.states[node]
            if now >= 0 and index.names[now] == index.names[state]:
                if allowed is None or allowed[node]:
                    matched = texts.shown[row] if texts.shown else index.romanized[state] or ""
                    value = cost(by, level, typed.missing, whole=typed.whole)
                    span = index.starts[now], index.ends[now]
                    yield Find(value, node, now, matched, by, False, typed.whole, *span)
            else:
                yield from meant(view, index.key(index.names[state]), typed, allowed, by)
