"""Repair proposals as plain values in one language."""

from collections.abc import Sequence
from typing import Any

from boundaries.rules.proposals import Proposal
from boundaries.rules.vertex_displacements import VertexMove
from gazetteer.messages import Lang, message

MAX_MOVES = 200
"""The most vertices of a proposal that are listed one by one, those with the longest moves."""


def serialize_proposal(proposal: Proposal, names: Sequence[str], lang: Lang) -> dict[str, Any]:
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


def format_proposal(proposal: Proposal, names: Sequence[str], lang: Lang) -> str:
    """The change, how far vertices move, and the area that each unit gains or loses."""
    unit = None if proposal.feature is None else names[proposal.feature]
    summary = message(
        "proposal.summary",
        change=message(f"proposal.{proposal.way}", unit=unit),
        n=len(proposal.moves),
        distance=proposal.furthest_m,
        gains=[
            message("proposal.gain", unit=names[feature], area=gain)
            for feature, gain in sorted(proposal.gain_m2.items())
        ],
    )
    return summary.text(lang)


def _serialize_move(move: VertexMove, names: Sequence[str]) -> dict[str, Any]:
    """A vertex; inserted ones have no ``from``, removed ones no ``to``."""
    return {
        "feature": names[move.feature],
        "from": list(move.old) if move.old else None,
        "to": list(move.new) if move.new else None,
        "distance_m": move.distance_m,
    }
