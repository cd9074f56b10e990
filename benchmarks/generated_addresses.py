"""Addresses generated from the register, each of another place.

The same seed gives the same addresses from the same register. Their forms are those of real files:
upper levels left out, short forms, a road with a house number, a building with rooms.
"""

from random import Random

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.index.day_index import DayIndex, UnitRef

SEED = 20261122
_ROADS = ("路", "大道", "街", "东路", "一路", "北街")
_SHORTENED = "省市区县镇"


def generate_addresses(day_index: DayIndex, count: int, seed: int = SEED) -> list[str]:
    """Addresses in townships and villages that are in force, no two of them alike."""
    return list(generate_cases(day_index, count, seed))


def generate_cases(
    day_index: DayIndex, count: int, seed: int = SEED
) -> dict[str, tuple[UnitRef, ...]]:
    """The same addresses, each with the chain of the village from whose names it is made."""
    chance = Random(seed)
    villages = [n for n in range(len(day_index.index.ids)) if _is_village(day_index, n)]
    cases: dict[str, tuple[UnitRef, ...]] = {}
    while len(cases) < count:
        chain = day_index.get_chain(chance.choice(villages))
        cases[_generate_address(chance, day_index, chain, villages)] = chain
    return cases


def _is_village(day_index: DayIndex, node: int) -> bool:
    state = day_index.states[node]
    return state >= 0 and day_index.index.levels[state] == LEVELS.index(Level.VILLAGE)


def _generate_address(
    chance: Random, day_index: DayIndex, chain: tuple[UnitRef, ...], villages: list[int]
) -> str:
    names = [unit.name for unit in chain]
    if chance.random() < 0.5:
        names.pop()
    if chance.random() < 0.3:
        names = names[1:]
    if chance.random() < 0.1:
        names = [_shorten_name(name) for name in names]
    if chance.random() < 0.8:
        named_after = day_index.get_chain(chance.choice(villages))[-1].name
        names.append(f"{named_after[:2]}{chance.choice(_ROADS)}{chance.randint(1, 999)}号")
    if chance.random() < 0.4:
        names.append(
            f"{chance.randint(1, 30)}栋{chance.randint(1, 4)}单元{chance.randint(101, 999)}室"
        )
    return "".join(names)


def _shorten_name(name: str) -> str:
    return name[:-1] if name[-1] in _SHORTENED and len(name) > 2 else name
