from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from gazetteer.accounts import account_store, api_keys, audit_log
from gazetteer.accounts.actors import ANONYMOUS, Actor
from gazetteer.accounts.roles import Action, Grant, Role, load_unit_chain
from gazetteer.ledger import audit_chain
from gazetteer.problems import Forbidden, InvalidValue, NotFound, Unauthenticated
from tests.gazetteer.accounts.community import Tree, person


def test_a_key_opens_and_names_its_account(conn: psycopg.Connection) -> None:
    account = person(conn, "system")
    made, text = api_keys.create_key(conn, account, by="test", name="permit  system")
    found, owner = api_keys.authenticate_key(conn, text)
    assert found.key_id == made.key_id
    assert found.name == "permit system"
    assert owner == account
    assert text.startswith(f"gz_{made.key_id}_")
    assert Actor(owner, found).label == f"key:{made.key_id} account:system"


def test_only_a_hash_of_the_secret_is_kept(conn: psycopg.Connection) -> None:
    _, text = api_keys.create_key(conn, person(conn, "system"), by="test", name="k")
    secret = text.split("_", 2)[2]
    kept = str(conn.execute("SELECT k::text FROM api_key k").fetchall()) + str(
        audit_log.load_audit_rows(conn, 99)
    )
    assert secret not in kept
    assert secret.encode().hex() not in kept


def test_what_is_no_key_opens_nothing(conn: psycopg.Connection) -> None:
    made, text = api_keys.create_key(conn, person(conn, "system"), by="test", name="k")
    other = api_keys.create_key(
        conn, account_store.find_account(conn, "system"), by="test", name="l"
    )[1]
    wrong = f"gz_{made.key_id}_{other.split('_', 2)[2]}"
    for nonsense in ("", "gz_", wrong, text + "x", text[:-1], text.upper(), "\0", "é", "gz_é_é"):
        with pytest.raises(Unauthenticated):
            api_keys.authenticate_key(conn, nonsense)


def test_a_revoked_key_stops_at_once_and_for_good(conn: psycopg.Connection) -> None:
    made, text = api_keys.create_key(conn, person(conn, "system"), by="test", name="k")
    api_keys.revoke_key(conn, made.key_id, by="chief")
    rows = len(audit_log.load_audit_rows(conn, 100))
    api_keys.revoke_key(conn, made.key_id, by="chief")
    assert len(audit_log.load_audit_rows(conn, 100)) == rows, "the second time changes nothing"
    with pytest.raises(Unauthenticated) as refused:
        api_keys.authenticate_key(conn, text)
    assert refused.value.message.id == "account.key_withdrawn"
    with pytest.raises(NotFound):
        api_keys.revoke_key(conn, "0" * 16, by="chief")


def test_an_expired_key_opens_nothing(conn: psycopg.Connection) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    _, text = api_keys.create_key(
        conn, person(conn, "system"), by="test", name="k", expires_at=soon
    )
    api_keys.authenticate_key(conn, text)
    conn.execute("UPDATE api_key SET expires_at = now()")
    with pytest.raises(Unauthenticated) as refused:
        api_keys.authenticate_key(conn, text)
    assert refused.value.message.id == "account.key_expired"


def test_an_expiry_in_the_past_is_refused(conn: psycopg.Connection) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    with pytest.raises(InvalidValue) as refused:
        api_keys.create_key(conn, person(conn, "system"), by="test", name="k", expires_at=past)
    assert refused.value.field == "expires_at"


def test_a_key_may_do_what_both_it_and_its_account_may(
    conn: psycopg.Connection, tree: Tree
) -> None:
    account = person(
        conn, "system", Grant(Role.NAMING_OFFICER, tree.canton), Grant(Role.REVIEWER, tree.canton)
    )
    wanted = [Grant(Role.NAMING_OFFICER, tree.tianhe)]
    _, text = api_keys.create_key(conn, account, by="test", name="k", requested=wanted)
    tianhe, conghua = load_unit_chain(conn, tree.tianhe), load_unit_chain(conn, tree.conghua)

    key, owner = api_keys.authenticate_key(conn, text)
    actor = Actor(owner, key)
    assert actor.may_perform(Action.EDIT_NAMES, tianhe)
    assert actor.may_perform_anywhere(Action.EDIT_NAMES)
    assert not actor.may_perform(Action.EDIT_NAMES, conghua), "the account may, the key may not"
    assert not actor.may_perform(Action.REVIEW, tianhe), "the account may, the key may not"

    for held in owner.grants:
        conn.execute("DELETE FROM account_grant WHERE grant_id = %s", (held.grant_id,))
    key, owner = api_keys.authenticate_key(conn, text)
    assert not Actor(owner, key).may_perform(Action.EDIT_NAMES, tianhe), (
        "what the account lost is lost"
    )


def test_a_key_without_grants_only_reads_what_is_public(conn: psycopg.Connection) -> None:
    account = person(conn, "chief", Grant(Role.ADMINISTRATOR))
    key, _ = api_keys.create_key(conn, account, by="test", name="k")
    assert not any(Actor(account, key).may_perform(action) for action in Action)
    assert not any(ANONYMOUS.may_perform(action) for action in Action)
    assert not any(ANONYMOUS.may_perform_anywhere(action) for action in Action)


def test_nobody_makes_a_key_stronger_than_the_account(conn: psycopg.Connection, tree: Tree) -> None:
    account = person(conn, "system", Grant(Role.REVIEWER, tree.tianhe))
    for wanted in (
        Grant(Role.REVIEWER),
        Grant(Role.REVIEWER, tree.conghua),
        Grant(Role.REVIEWER, tree.canton),
        Grant(Role.ADMINISTRATOR, tree.tianhe),
    ):
        with pytest.raises(Forbidden):
            api_keys.create_key(conn, account, by="test", name="k", requested=[wanted])
    assert api_keys.list_keys(conn) == []


def test_keys_of_an_account_that_is_switched_off_stop(conn: psycopg.Connection) -> None:
    person(conn, "chief", Grant(Role.ADMINISTRATOR))
    _, text = api_keys.create_key(conn, person(conn, "system"), by="test", name="k")
    account_store.set_active(conn, "system", False, by="test")
    with pytest.raises(Unauthenticated):
        api_keys.authenticate_key(conn, text)


def test_use_is_written_at_most_once_a_minute(conn: psycopg.Connection) -> None:
    made, text = api_keys.create_key(conn, person(conn, "system"), by="test", name="k")

    def used() -> datetime | None:
        return api_keys.find_key(conn, made.key_id).last_used_at

    assert used() is None
    api_keys.authenticate_key(conn, text)
    first = used()
    assert first is not None
    api_keys.authenticate_key(conn, text)
    assert used() == first
    conn.execute("UPDATE api_key SET last_used_at = now() - interval '61 seconds'")
    api_keys.authenticate_key(conn, text)
    assert used() >= first  # type: ignore[operator]


def test_making_and_stopping_a_key_leaves_rows_in_an_intact_audit(
    conn: psycopg.Connection, tree: Tree
) -> None:
    account = person(conn, "system", Grant(Role.VIEWER))
    made, _ = api_keys.create_key(
        conn, account, by="chief", name="k", requested=[Grant(Role.VIEWER, tree.tianhe)]
    )
    api_keys.revoke_key(conn, made.key_id, by="chief")
    stopped, created = audit_log.load_audit_rows(conn, 2)
    assert (created.action, created.actor, created.subject) == (
        "key.create",
        "chief",
        "account:system",
    )
    assert created.detail["grants"] == [{"role": "viewer", "unit_id": str(tree.tianhe)}]
    assert (stopped.action, stopped.detail) == ("key.revoke", {"key": made.key_id})
    with conn.transaction():
        assert audit_chain.find_broken_row(conn) is None


def test_keys_are_listed_by_account_the_newest_first(conn: psycopg.Connection) -> None:
    one, two = person(conn, "one"), person(conn, "two")
    made = [
        api_keys.create_key(conn, who, by="test", name="k")[0].key_id for who in (one, two, one)
    ]
    assert [key.key_id for key in api_keys.list_keys(conn)] == made[::-1]
    assert [key.key_id for key in api_keys.list_keys(conn, one.account_id)] == [made[2], made[0]]
