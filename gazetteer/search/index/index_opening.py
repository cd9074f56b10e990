"""An index over its columns, wherever these are; and the one that holds nothing."""

import numpy as np
from numpy.typing import NDArray

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.index.columns import Column, Columns, pack_texts, pack_values
from gazetteer.search.index.key_finder import KeyFinder, build_key_finder
from gazetteer.search.index.link_columns import list_linked_units, open_succession, parse_links
from gazetteer.search.index.name_index import IndexHeader, NameIndex
from gazetteer.search.index.node_points import open_node_points
from gazetteer.search.index.prefix_index import compute_rank, open_prefix_index
from gazetteer.search.index.string_pool import OptionalStringPool, SortedStringPool, StringPool
from gazetteer.search.index.unit_attributes import UnitAttributes
from gazetteer.search.text.name_forms import NameForm

_HIGH_LEVEL_RANK = compute_rank(LEVELS.index(Level.TOWNSHIP), 0)
"""Keys of a rank below this mean a county or more."""

_TEXTS = (
    "ids", "places", "codes", "names", "romanized", "keys", "succession.texts",
    "pinyin.texts", "initials.texts", "latin.texts", "latin.display",
)  # fmt: skip
_OFFSETS = (
    "state_offsets", "meaning_offsets",
    "pinyin.row_offsets", "initials.row_offsets", "latin.row_offsets",
)  # fmt: skip
_PLAIN_FIELDS = (
    "id_order", "kinds", "last_descendant", "state_offsets", "levels", "parents", "starts", "ends",
    "meaning_offsets", "meaning_node", "meaning_form", "meaning_start", "meaning_end",
)  # fmt: skip
"""The fields of an index that are columns as they are."""
_VALUES_BY_TYPE = {
    "b": "kinds levels meaning_form",
    "h": "legal_classes unit_types start_precisions end_precisions key_rank pinyin.rank"
    " initials.rank latin.rank",
    "i": "last_descendant id_order parents starts ends subordinations custodies sorted_states"
    " key_serials meaning_node meaning_start meaning_end pinyin.nodes pinyin.states"
    " initials.nodes initials.states latin.nodes latin.states linked_nodes incomplete_nodes"
    " succession.nodes points.nodes points.starts points.ends seats.nodes seats.starts seats.ends",
    "q": "sorted_codes",
    "d": "points.lons points.lats seats.lons seats.lats",
}


def build_empty_index(lineage: str) -> NameIndex:
    """The index of a register without names, the first of a lineage."""
    columns: dict[str, Column] = {"links": Column("B", b"{}")}
    for name in _TEXTS:
        columns.update(pack_texts(name, ()))
    for name in _OFFSETS:
        columns[name] = pack_values("i", [0])
    for typecode, names in _VALUES_BY_TYPE.items():
        columns.update((name, Column(typecode, b"")) for name in names.split())
    return open_name_index(IndexHeader(0, None, lineage, 0, (), has_cycle=False), columns)


def open_name_index(
    header: IndexHeader, columns: Columns, earlier: KeyFinder | None = None
) -> NameIndex:
    """The index over its columns; the finder of an earlier one, if given, is used where it can."""
    keys = SortedStringPool.from_columns(columns, "keys")
    key_rank = columns["key_rank"].array_view
    has_generic, is_generic_only = _flag_generic_keys(columns)
    links = parse_links(columns["links"])
    linked = list(zip(list_linked_units(links), columns["linked_nodes"].value_view, strict=True))
    return NameIndex(
        seq=header.seq,
        recorded_at=header.recorded_at,
        header=header,
        columns=columns,
        **{name: columns[name].value_view for name in _PLAIN_FIELDS},
        ids=StringPool.from_columns(columns, "ids"),
        places=OptionalStringPool(StringPool.from_columns(columns, "places")),
        points=open_node_points(columns, "points"),
        attributes=_open_unit_attributes(header, columns),
        codes=OptionalStringPool(StringPool.from_columns(columns, "codes")),
        names=StringPool.from_columns(columns, "names"),
        romanized=OptionalStringPool(StringPool.from_columns(columns, "romanized")),
        keys=keys,
        key_finder=build_key_finder(
            keys, columns["key_serials"].array_view, header.lineage, header.next_serial, earlier
        ),
        key_rank=key_rank,
        high_level_keys=np.flatnonzero(key_rank < _HIGH_LEVEL_RANK).tolist(),
        pinyin=open_prefix_index(columns, "pinyin"),
        initials=open_prefix_index(columns, "initials"),
        latin=open_prefix_index(columns, "latin"),
        links=links,
        linked_units={node: unit for unit, node in linked if node >= 0 and unit in links},
        linked_nodes={unit: node for unit, node in linked if node >= 0},
        key_has_generic=has_generic,
        key_is_generic_only=is_generic_only,
        key_is_high_level=_pack_flags(key_rank < _HIGH_LEVEL_RANK),
    )


def _flag_generic_keys(columns: Columns) -> tuple[bytes, bytes]:
    """Which keys are names with their generic part, and which are nothing else."""
    forms, offsets = columns["meaning_form"].array_view, columns["meaning_offsets"].array_view[:-1]
    if not len(offsets):
        return b"", b""
    has_generic = np.minimum.reduceat(forms, offsets) <= NameForm.GENERIC_ONLY
    is_generic_only = np.logical_or.reduceat(forms == NameForm.GENERIC_ONLY, offsets)
    return _pack_flags(has_generic), _pack_flags(is_generic_only)


def _pack_flags(flags: NDArray[np.bool_]) -> bytes:
    """Flags as bytes: of all sequences the fastest to read from, and small enough to copy."""
    return flags.astype(np.int8).tobytes()


def _open_unit_attributes(header: IndexHeader, columns: Columns) -> UnitAttributes:
    return UnitAttributes(
        words=header.words,
        legal_classes=columns["legal_classes"].value_view,
        unit_types=columns["unit_types"].value_view,
        start_precisions=columns["start_precisions"].value_view,
        end_precisions=columns["end_precisions"].value_view,
        subordinations=columns["subordinations"].value_view,
        custodies=columns["custodies"].value_view,
        sorted_codes=columns["sorted_codes"].value_view,
        sorted_states=columns["sorted_states"].value_view,
        seats=open_node_points(columns, "seats"),
        succession_json=open_succession(columns),
        incomplete_nodes=frozenset(columns["incomplete_nodes"].value_view),
    )
