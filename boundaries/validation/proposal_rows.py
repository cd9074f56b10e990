"""Proposals as plain values in one language."""

from collections.abc import Sequence
from typing import Any

from boundaries.rules.proposals import Proposal
from boundaries.rules.vertex_displacements import VertexMove

MAX_MOVES = 200
"""So many vertices of a proposal are told one by one, those that move farthest."""

_WORDS = {
    "snap": (
        "{name} 的线不动，其他单位的顶点移到它上面",
        "the line of {name} stays, the vertices of the others go onto it",
    ),
    "fill": ("空隙归 {name}", "{name} gets the gap"),
    "trim": ("{name} 让出重叠部分", "{name} gives up what overlaps"),
    "clean": (
        "重叠和空隙归公共边最长的单位",
        "overlaps and gaps go to the unit with the longest common border",
    ),
}


def serialize_proposal(proposal: Proposal, names: Sequence[str], lang: str) -> dict[str, Any]:
    """A proposal with the names of its features; distances in metres, gains in square metres."""
    farthest = sorted(proposal.moves, key=lambda move: -move.distance_m)
    return {
        "way": proposal.way,
        "feature": None if proposal.feature is None else names[proposal.feature],
        "message": format_proposal(proposal, names, lang),
        "furthest_m": proposal.furthest_m,
        "gains": [
            {"feature": names[feature], "gain_m2": gain}
            for feature, gain in sorted(proposal.gain_m2.items())
        ],
        "moved": len(proposal.moves),
        "moves": [_serialize_move(move, names) for move in farthest[:MAX_MOVES]],
    }


def format_proposal(proposal: Proposal, names: Sequence[str], lang: str) -> str:
    """What would be done, how far anything moves, and who wins or loses how much."""
    name = "" if proposal.feature is None else names[proposal.feature]
    what = _WORDS[proposal.way][lang != "zh"].format(name=name)
    gains = [(names[f], gain) for f, gain in sorted(proposal.gain_m2.items())]
    won = ", ".join(f"{unit} {gain:+.2f} m²" for unit, gain in gains)
    far, count = proposal.furthest_m, len(proposal.moves)
    if lang == "zh":
        return f"{what}；{count} 个顶点改动，最远 {far:.3f} 米；{won}"
    return f"{what}; {count} vertices change, the farthest by {far:.3f} m; {won}"


def _serialize_move(move: VertexMove, names: Sequence[str]) -> dict[str, Any]:
    """A vertex: inserted without ``from``, taken out without ``to``."""
    return {
        "feature": names[move.feature],
        "from": list(move.old) if move.old else None,
        "to": list(move.new) if move.new else None,
        "distance_m": move.distance_m,
    }
