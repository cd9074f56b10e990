"""Every name in the register finds itself."""

from gazetteer.search.geocoder.geocoding import geocode
from gazetteer.search.index.day_index import DayIndex


def test_every_unit_is_found_by_its_full_name(day_index: DayIndex) -> None:
    """From the province down; 社旗县, names with a note, and 大(土郎)村 too."""
    lost = []
    for node in range(len(day_index.states)):
        if day_index.states[node] < 0 or not day_index.index.is_unit(node):
            continue
        address = "".join(unit.name for unit in day_index.get_chain(node))
        matches = geocode(day_index, address).matches
        if [match.leaf.node for match in matches] != [node]:
            lost.append(address)
    assert lost == []


def test_every_county_is_found_by_its_own_name(day_index: DayIndex) -> None:
    """Alone, or among those that bear it too."""
    lost = []
    for node in range(len(day_index.states)):
        if day_index.states[node] < 0 or day_index.index.levels[day_index.states[node]] > 2:
            continue
        unit = day_index.get_unit(node)
        if node not in [match.leaf.node for match in geocode(day_index, unit.name).matches]:
            lost.append(unit.name)
    assert lost == []
