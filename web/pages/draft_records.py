"""The records and arguments of a draft as a person reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import shapely

from boundaries.register_ledger import LEDGER
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.record_kind import Field, FieldType
from gazetteer.ledger.versions import Attributes
from gazetteer.messages import Lang, has_message, message
from web.pages.display import format_share

RECORD_ORDER = ("act", "unit", "code", "name", "spelling", "place", "succession")
"""The order in which records are read; others follow."""

_SHOWN: Mapping[str, tuple[str, ...]] = {
    "unit": ("level", "unit_type", "subordination_parent", "custody_parent", "seat"),
    "code": ("code",),
    "place": ("level", "legal_class", "class_code", "within", "location"),
    "name": ("text",),
    "spelling": ("text", "status"),
    "succession": ("to_unit", "link_kind", "share_from"),
    "functional_area": ("name", "code", "within"),
    "jurisdiction": ("grantor_unit", "holder_unit"),
}
"""The fields that say something to a reader, by kind of record."""

_LABELLED = frozenset({"unit", "place"})
"""The kinds whose values do not say by themselves what they are values of."""

_HIDDEN = frozenset(
    {"unit", "into", "parent", "custody_parent", "within", "edge", "node", "place_id", "name_id"}
)
"""Arguments that are ids."""


@dataclass(frozen=True)
class RecordWording:
    """Words records of a draft in a language; ``states`` are where the names of units are found.

    The first state that knows a unit or a place names it.
    """

    states: Sequence[DayRecords]
    lang: Lang

    def word_fields(self, kind: str, attributes: Attributes | None) -> dict[str, str]:
        """The fields of a record that say something, in words, by their names."""
        if attributes is None:
            return {}
        fields = {field.name: field for field in LEDGER.kinds[kind].fields}
        return {
            name: self._label_text(kind, name, self._word_field(fields[name], attributes[name]))
            for name in _SHOWN.get(kind, ())
            if attributes.get(name) is not None
        }

    def describe_owner(self, kind: str, record_id: UUID, attributes: Attributes) -> str:
        """Which unit or place a record is about, by name; empty where that has none."""
        owner = ""
        match kind:
            case "unit":
                owner = self.name_unit(record_id)
            case "place":
                owner = self.name_place(record_id)
            case "code":
                owner = self.name_unit(attributes["unit_id"])
            case "name":
                owner = self.name_place(attributes["place_id"])
            case "spelling":
                name = self.find_attributes("name", attributes["name_id"])
                owner = "" if name is None else name["text"]
            case "succession":
                owner = self.name_unit(attributes["from_unit"])
        return owner

    def find_attributes(self, kind: str, record_id: UUID) -> Attributes | None:
        """A record of the first state that has it in force."""
        found = (records.find_record(kind, record_id) for records in self.states)
        return next((one for one in found if one is not None), None)

    def name_place(self, place_id: UUID) -> str:
        """The standard name of a place, else another Chinese one; empty if it has none."""
        for records in self.states:
            names = records.select_records("name", "place_id", place_id).values()
            texts = {name["name_kind"]: name["text"] for name in names if _is_chinese(name)}
            if texts:
                return str(texts.get("standard") or next(iter(texts.values())))
        return ""

    def name_unit(self, unit_id: UUID) -> str:
        """The standard name of a unit; empty if it has none."""
        unit = self.find_attributes("unit", unit_id)
        return self.name_place(unit["place_id"]) if unit and unit["place_id"] else ""

    def _label_text(self, kind: str, name: str, text: str) -> str:
        if kind not in _LABELLED:
            return text
        label = message(f"difference.field.{name}")
        return message("difference.value", field=label, value=text).text(self.lang)

    def _word_field(self, field: Field, value: Any) -> str:
        if field.type is FieldType.POINT:
            lon, lat = shapely.get_coordinates(shapely.from_wkb(bytes.fromhex(value)))[0]
            return f"{lon:.6f},{lat:.6f}"
        if field.target_kind == "unit":
            return self.name_unit(value) or str(value)
        if field.name.startswith("share"):
            return format_share(value, self.lang)
        return word_value(str(value), self.lang)


def list_argument_texts(arguments: Mapping[str, Any]) -> list[str]:
    """The arguments of a step that are short texts."""
    texts = []
    for name, value in arguments.items():
        if name not in _HIDDEN and isinstance(value, str):
            texts.append(value)
        elif isinstance(value, Mapping):
            texts += list_argument_texts({k: v for k, v in value.items() if k != "type"})
    return texts


def word_value(value: str, lang: Lang) -> str:
    """A value in words: a level, a kind of name or of succession, a class of the law, a status."""
    ids = (
        f"level.{value}",
        f"name_kind.{value}",
        f"legal_class.{value}",
        f"spelling.{value}",
        f"kind.{value}",
    )
    return next((message(id_).text(lang) for id_ in ids if has_message(id_, lang)), value)


def _is_chinese(name: Attributes) -> bool:
    return str(name["language"]).startswith("zh-Han")
