"""Connected components: members that share a key, directly or through other members."""

from collections.abc import Hashable, Iterable


def find_components(links: Iterable[tuple[int, Hashable]]) -> list[list[int]]:
    """The groups of connected members, each ascending; ``links`` are pairs of member and key."""
    parent: dict[int, int] = {}
    first: dict[Hashable, int] = {}
    for member, key in links:
        parent.setdefault(member, member)
        other = first.setdefault(key, member)
        a, b = _find_root(parent, member), _find_root(parent, other)
        parent[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for member in sorted(parent):
        groups.setdefault(_find_root(parent, member), []).append(member)
    return list(groups.values())


def _find_root(parent: dict[int, int], member: int) -> int:
    while parent[member] != member:
        parent[member] = parent[parent[member]]
        member = parent[member]
    return member
