"""Geocoding the rows of a file, with the result of a single call as cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat, zip_longest
from typing import Any

from boundaries.batch.column_headings import guess_address_columns
from boundaries.batch.csv_files import CsvFile
from boundaries.batch.result_columns import ColumnSet
from boundaries.batch.row_processing import RowInput
from gazetteer.messages import Lang, message
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.search.geocoder.address_fields import WrittenAddress, join_address_fields
from gazetteer.search.geocoder.geocodejson import JsonObject, serialize_geocode_result
from gazetteer.search.geocoder.geocoding import geocode_many
from gazetteer.search.index.day_index import DayIndex

MAX_ADDRESS = 10_000
"""Characters; longer than an address may be is a fault, longer than this is refused."""
MAX_PART = 100
"""Characters of the part of one level in a structured address."""
NO_CANDIDATE = "none"
"""The choice of a person who finds none of the candidates right."""
DECIDED_BY_PERSON = "person"
"""Who decided, in the column ``result_decided_by``; it is empty where nobody had to."""


@dataclass(frozen=True, slots=True)
class AddressColumns:
    """The columns of the address: those of levels first, then the others in their order.

    A text of ``columns`` may name several between commas.
    """

    columns: tuple[str, ...] = ()
    levels: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_names(
        cls, columns: Sequence[str], levels: Mapping[str, str | None]
    ) -> "AddressColumns":
        """From the names of columns, and the column of each level that has one."""
        level_columns = ((level, levels.get(level)) for level in UNIT_LEVELS)
        named = tuple(column for column in columns if column.strip())
        return cls(named, tuple((level, name) for level, name in level_columns if name))

    def find_positions(self, csv_file: CsvFile) -> tuple[int, ...]:
        """The indexes of the columns in a file; without names, of those that their headings tell.

        Raises:
            InvalidValue: no heading is that of an address, or a named column does not exist.
        """
        if not self.columns and not self.levels:
            guessed = tuple(guess_address_columns(csv_file.header))
            if not guessed:
                words = message("batch.no_address_column", columns=csv_file.header)
                raise InvalidValue(words, field="columns")
            return guessed
        level_positions = [csv_file.find_position(column, level) for level, column in self.levels]
        return (
            *level_positions,
            *(
                csv_file.find_position(column)
                for column in csv_file.resolve_column_names(self.columns)
            ),
        )

    def build_address(self, row_input: RowInput) -> WrittenAddress:
        """The address of a row.

        Raises:
            InvalidValue: it has none, or one that a single call would refuse.
        """
        levels = [level for level, _ in self.levels]
        for level, part in zip(levels, row_input, strict=False):
            _check_text(part, level, MAX_PART)
        parts = zip_longest(levels, row_input)
        address = join_address_fields(((level,) if level else (), part) for level, part in parts)
        if not address.text:
            raise InvalidValue(message("geocode.no_address"), field="address")
        _check_text(address.text, "address", MAX_ADDRESS)
        return address


def _check_text(text: str, field: str, max_length: int) -> None:
    if "\0" in text:
        raise InvalidValue(message("request.null_character", name=field), field=field)
    if len(text) > max_length:
        raise InvalidValue(message("request.text_too_long", name=field, n=max_length), field=field)


_PLACE_FIELDS = (
    "code", "name", "label", "level", "match_level", "coordinate_level", "score", "matched_by",
    "matched_name", "via_former_name", "unmatched", "place_id", "unit_id",
)  # fmt: skip

_ALL_COLUMNS = (
    "result_status", "result_code", "result_name", "result_label", "result_level",
    "result_match_level", "result_coordinate_level", "result_lon", "result_lat", "result_score",
    "result_matched_by", "result_matched_name", "result_via_former_name", "result_former_names",
    "result_faults", "result_unmatched", "result_elements",
    *(f"result_{level}" for level in UNIT_LEVELS),
    "result_place_id", "result_unit_id", "result_candidates", "result_deciding_field",
    "result_detail", "result_candidate_ids", "result_decided_by", "result_at", "result_known_at",
)  # fmt: skip
_NOT_IN_FULL = {"result_candidate_ids", "result_decided_by", "result_at", "result_known_at"}

ADDRESS_COLUMNS = ColumnSet(
    available=_ALL_COLUMNS,
    short=(
        "result_status", "result_code", "result_label", "result_score", "result_lon", "result_lat",
        "result_candidates", "result_detail",
    ),
    full=tuple(name for name in _ALL_COLUMNS if name not in _NOT_IN_FULL),
)  # fmt: skip
"""The columns that can be added to addresses."""


def build_answer_cells(answer: JsonObject, names: Sequence[str]) -> list[str]:
    """The result of a single call as the cells of a row."""
    values = _build_as_of_values(answer)
    if values["result_status"] == "matched":
        values.update(_build_match_values(answer["features"][0]))
    elif values["result_status"] == "ambiguous":
        values.update(_build_candidate_values(answer))
    return _select_cells(values, names)


def build_decided_cells(
    answer: JsonObject, choice: str, names: Sequence[str], lang: Lang
) -> list[str]:
    """The cells of a row about which a person decided, among the candidates of the result.

    Args:
        answer: the result of a single call.
        choice: the ``unit_id`` or ``place_id`` of a candidate, its code if no other candidate has
            it, or :data:`NO_CANDIDATE`.
        names: the result columns.
        lang: the language of the detail where the choice does not fit the result.
    """
    values = _build_as_of_values(answer)
    if values["result_status"] == "ambiguous":
        values.update(_build_candidate_values(answer))
        chosen = _find_chosen(answer["features"], choice)
        if choice == NO_CANDIDATE:
            values |= {"result_status": "not_found", "result_decided_by": DECIDED_BY_PERSON}
        elif chosen is None:
            words = message("batch.choice_is_no_candidate", choice=choice)
            values["result_detail"] = words.text(lang)
        else:
            decided = {"result_status": "matched", "result_decided_by": DECIDED_BY_PERSON}
            values |= _build_match_values(chosen) | decided
        return _select_cells(values, names)
    if values["result_status"] == "matched":
        values.update(_build_match_values(answer["features"][0]))
    values["result_detail"] = message("batch.nothing_to_decide").text(lang)
    return _select_cells(values, names)


def _build_as_of_values(answer: JsonObject) -> dict[str, Any]:
    geocoding = answer["geocoding"]
    return {
        "result_status": geocoding["status"],
        "result_deciding_field": geocoding["deciding_field"],
        "result_at": geocoding["at"],
        "result_known_at": geocoding["known_at"],
    }


def _build_candidate_values(answer: JsonObject) -> dict[str, Any]:
    places = [feature["properties"]["geocoding"] for feature in answer["features"]]
    return {
        "result_candidates": ";".join([f"{p['code'] or ''} {p['label']}" for p in places]),
        "result_candidate_ids": ";".join([str(p["unit_id"] or p["place_id"]) for p in places]),
    }


def _find_chosen(features: Sequence[JsonObject], choice: str) -> JsonObject | None:
    """The feature that a choice names; None if none does, or several have the code."""
    for name in ("unit_id", "place_id", "code"):
        fitting = [f for f in features if str(f["properties"]["geocoding"][name] or "") == choice]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _select_cells(values: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    return [format_cell(values.get(name)) for name in names]


def _build_match_values(feature: JsonObject) -> dict[str, Any]:
    place, geometry = feature["properties"]["geocoding"], feature["geometry"]
    values = {f"result_{name}": place[name] for name in _PLACE_FIELDS}
    if geometry:
        values["result_lon"], values["result_lat"] = geometry["coordinates"]
    values |= {f"result_{d['level']}": d["name"] for d in place["divisions"]}
    values["result_faults"] = ";".join(
        [f"{f['fault']}:{f['level'] or ''}:{f['text'] or ''}" for f in place["faults"]]
    )
    values["result_detail"] = "; ".join(
        [": ".join(filter(None, (f["detail"], f["text"]))) for f in place["faults"]]
    )
    values["result_former_names"] = ";".join(
        [f"{f['text']} {f['from'] or ''}..{f['to'] or ''}" for f in place["former_names"]]
    )
    values["result_elements"] = ";".join([f"{e['kind']}:{e['text']}" for e in place["elements"]])
    return values


def format_cell(value: Any) -> str:
    """A value as a cell: empty for None, and booleans as in JSON."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@dataclass(frozen=True, slots=True)
class AddressProcessor:
    """Geocodes the addresses of rows with one index: one state of the register for all.

    If it ``takes_decisions``, the input of each row ends with what a person decided, if anything.
    """

    day_index: DayIndex
    columns: AddressColumns
    lang: Lang
    takes_decisions: bool = False

    def iter_answers(self, inputs: Sequence[RowInput]) -> Iterator[JsonObject | InvalidValue]:
        """The result of a single call, or the problem that it raises."""
        addresses: list[WrittenAddress | InvalidValue] = []
        for row_input in inputs:
            try:
                addresses.append(self.columns.build_address(row_input))
            except InvalidValue as refused:
                addresses.append(refused)
        valid_addresses = (a for a in addresses if not isinstance(a, InvalidValue))
        geocoded = geocode_many(self.day_index, valid_addresses)
        for address in addresses:
            if isinstance(address, InvalidValue):
                yield address
            else:
                yield serialize_geocode_result(
                    self.day_index, address.text, next(geocoded), self._find_point, self.lang
                )

    def iter_result_cells(
        self, inputs: Sequence[RowInput], names: Sequence[str]
    ) -> Iterator[list[str]]:
        """The answers as cells."""
        choices: Iterator[str] = repeat("")
        if self.takes_decisions:
            choices = iter([row_input[-1] for row_input in inputs])
            inputs = [row_input[:-1] for row_input in inputs]
        for answer, choice in zip(self.iter_answers(inputs), choices, strict=False):
            if isinstance(answer, InvalidValue):
                yield build_refused_cells(answer, names, self.lang)
            elif choice:
                yield build_decided_cells(answer, choice, names, self.lang)
            else:
                yield build_answer_cells(answer, names)

    def _find_point(self, node: int) -> tuple[float, float] | None:
        return self.day_index.index.points.find_point(node, self.day_index.day)


def build_refused_cells(problem: InvalidValue, names: Sequence[str], lang: Lang) -> list[str]:
    """The cells of a row that a single call would refuse."""
    values = {"result_status": "invalid", "result_detail": problem.text(lang)}
    return [values.get(name, "") for name in names]
