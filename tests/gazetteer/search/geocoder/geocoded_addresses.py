"""Reading the results of addresses in tests."""

from gazetteer.search.geocoder.geocoding import GeocodeResult, GeocodeStatus
from gazetteer.search.geocoder.matches import GeocodeMatch


def get_sole_match(answer: GeocodeResult) -> GeocodeMatch:
    """The match of an answer that must have just one."""
    assert answer.status is GeocodeStatus.MATCHED, [m.chain for m in answer.matches]
    return answer.matches[0]


def format_chain(match: GeocodeMatch) -> str:
    """The names of the units of a match, from the province down."""
    return "/".join(unit.name for unit in match.chain)


def list_fault_kinds(match: GeocodeMatch) -> set[str]:
    """The kinds of the faults of a match."""
    return {fault.kind.value for fault in match.faults}
