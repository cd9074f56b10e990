"""A small register of one province with two counties, and people in it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg

from gazetteer.accounts import account_store
from gazetteer.accounts.account_store import Account
from gazetteer.accounts.roles import Grant
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd
from gazetteer.ledger.publish import Changeset, Ledger
from gazetteer.ledger.versions import Statement
from gazetteer.records.record_kinds import NAME_KINDS
from gazetteer.records.unit_states import derive_states

PASSWORD = "heron over wet rice"


@dataclass(frozen=True)
class Tree:
    """Province 440000 > prefecture 440100 > counties 440106 and (until 2014) 440184; 440300."""

    province: UUID
    canton: UUID
    tianhe: UUID
    conghua: UUID
    shenzhen: UUID


def _unit(
    level: str, code: str, parent: UUID | None, until: date | None = None
) -> tuple[UUID, list[Statement]]:
    unit, place = uuid4(), uuid4()
    span = Period(PeriodEnd(date(1988, 1, 1)), PeriodEnd(until) if until else UNBOUNDED)
    facts: dict[str, Any] = {"level": level, "place_id": place, "subordination_parent": parent}
    coded = {"unit_id": unit, "code": code, "code_system": "mca"}
    placed = {"legal_class": "administrative", "level": level, "unit_id": unit}
    return unit, [
        Statement("unit", unit, span, facts),
        Statement("place", place, span, placed),
        Statement("code", uuid4(), span, coded),
    ]


def plant_tree(conn: psycopg.Connection) -> Tree:
    """Publish the units of :class:`Tree`."""
    province, a = _unit("province", "440000", None)
    canton, b = _unit("prefecture", "440100", province)
    tianhe, c = _unit("county", "440106", canton)
    conghua, d = _unit("county", "440184", canton, until=date(2014, 2, 12))
    shenzhen, e = _unit("prefecture", "440300", province)
    ledger = Ledger(NAME_KINDS, (derive_states,))
    ledger.publish_statements(conn, Changeset("test", "first load", "load"), [*a, *b, *c, *d, *e])
    return Tree(province, canton, tianhe, conghua, shenzhen)


def person(conn: psycopg.Connection, login: str, *grants: Grant, changed: bool = True) -> Account:
    """An account with these roles, whose owner has chosen the password already."""
    account_store.create_account(
        conn,
        by="test",
        login=login,
        display_name=login.title(),
        password=PASSWORD,
        must_change=not changed,
    )
    for grant in grants:
        account_store.grant_role(conn, login, grant.role, grant.unit_id, by="test")
    return account_store.find_account(conn, login)
