"""Findings store messages as ids with parameters; accounts may have any language.

The words stand in the catalogues, and a further language is one more of them.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

BEGIN = """
ALTER TABLE finding_event DISABLE TRIGGER append_only;
ALTER TABLE finding_event DROP CONSTRAINT finding_event_seen;
ALTER TABLE finding_event ADD COLUMN message jsonb;
"""
SELECT = """
SELECT e.finding_id, e.number, f.rule, f.kind, e.zh, e.en, e.measured, e.place IS NULL AS placeless,
    e.fingerprint
FROM finding_event e JOIN finding f USING (finding_id) WHERE e.zh IS NOT NULL
"""
UPDATE = """
UPDATE finding_event SET message = CAST(:message AS jsonb), fingerprint = :fingerprint
WHERE finding_id = :finding_id AND number = :number
"""
END = """
ALTER TABLE finding_event DROP COLUMN zh;
ALTER TABLE finding_event DROP COLUMN en;
ALTER TABLE finding_event ADD CONSTRAINT finding_event_seen CHECK (
    num_nulls(severity, message, fingerprint) =
        CASE WHEN step IN ('found', 'changed', 'returned') THEN 0 ELSE 3 END);
ALTER TABLE finding_event ENABLE TRIGGER append_only;
ALTER TABLE account DROP CONSTRAINT account_language;
ALTER TABLE account ADD CONSTRAINT account_language CHECK (language ~ '^[a-z]{2,3}$');
"""

Message = dict[str, Any]
KnownTexts = Mapping[tuple[str, str], Sequence[Mapping[str, str]]]

PARAMETER = re.compile(r"\{(\w+):([\w-]+)\}")
DEGREE_M = 111_000.0

UNSAID: Mapping[str, Mapping[str, Any]] = {
    "finding.TOP-HIE-01.none": {"parent": None, "count": 0},
    "finding.TOP-HIE-01.level": {"count": 1},
    "finding.TOP-VER-05.two_units": {"retired": None},
}
"""Parameters that a message has though no text showed them."""

PATTERNS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "text": (r".+?", str),
    "names": (r".+?", lambda text: text.split(", ")),
    "int": (r"\d+", int),
    "float": (r"-?\d[\d.]*(?:e[+-]?\d+)?", float),
    "percent": (r"\d[\d.]*%", lambda text: float(text.removesuffix("%")) / 100),
    "level": (r"[a-z]+", lambda text: {"message": {"id": f"level.{text}", "params": {}}}),
}
"""How a parameter stands in an English text of revision 0007, and how it is read back."""


def upgrade() -> None:
    op.execute(BEGIN)
    connection = op.get_bind()
    known = read_known_texts()
    for row in connection.execute(sa.text(SELECT)).mappings().all():
        message = recover_message(known, row["rule"], row["kind"], row["zh"], row["en"])
        fingerprint = row["fingerprint"]
        if row["placeless"]:
            fingerprint = fingerprint_placeless(row["measured"], message)
        connection.execute(
            sa.text(UPDATE),
            {
                "finding_id": row["finding_id"],
                "number": row["number"],
                "message": json.dumps(message, ensure_ascii=False),
                "fingerprint": fingerprint,
            },
        )
    op.execute(END)


def read_known_texts() -> KnownTexts:
    """What the program of revision 0007 wrote, by rule and kind; English, with parameters."""
    content = Path(__file__).with_name("r0008_finding_texts.toml").read_text("utf-8")
    texts: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for entry in tomllib.loads(content)["text"]:
        texts.setdefault((entry["rule"], entry["kind"]), []).append(entry)
    return texts


def recover_message(known: KnownTexts, rule: str, kind: str | None, zh: str, en: str) -> Message:
    """The message that a stored text came from; one that keeps both texts where none fits."""
    kinds = [kind] if kind else [other for of, other in known if of == rule]
    for entry in (entry for kind in kinds for entry in known.get((rule, kind), [])):
        match = re.fullmatch(compile_pattern(entry["en"]), en)
        if match:
            params = read_parameters(known, entry["en"], match, zh)
            return {"id": entry["id"], "params": {**UNSAID.get(entry["id"], {}), **params}}
    return {"id": "finding.recorded_text", "params": {"zh": zh, "en": en}}


def compile_pattern(template: str) -> str:
    """``{a:text} and {b:text} overlap`` as a regular expression with a group for each parameter."""
    pattern, end = "", 0
    for part in PARAMETER.finditer(template):
        name, kind = part.groups()
        form = PATTERNS[kind][0] if kind in PATTERNS else ".+"
        pattern += re.escape(template[end : part.start()]) + f"(?P<{name}>{form})"
        end = part.end()
    return pattern + re.escape(template[end:])


def read_parameters(
    known: KnownTexts, template: str, match: re.Match[str], zh: str
) -> dict[str, Any]:
    """The parameters that stand in a text, and those that follow from them."""
    params: dict[str, Any] = {}
    for name, kind in PARAMETER.findall(template):
        if kind in PATTERNS:
            params[name] = PATTERNS[kind][1](match[name])
        else:  # a finding of another rule, behind a day
            inner_zh = zh.partition("：")[2]
            params[name] = {"message": recover_message(known, kind, None, inner_zh, match[name])}
    if "resolution" in params:  # shown with two digits, used with all
        params["resolution"] = DEGREE_M * 10.0 ** -params["n"]
    if "kept its code" in template:
        params["before"] = params["after"]
    return params


def fingerprint_placeless(measured: float | None, message: Message) -> str:
    """The fingerprint of a finding without a place, as the program makes it from here on."""
    content = hashlib.blake2s(
        ("-" if measured is None else f"{measured:.6g}").encode(), digest_size=16
    )
    content.update(
        json.dumps(message, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    )
    return content.hexdigest()
