"""Checks of proposed names by the naming rules: ``/v1/naming/check``."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from flask import Response

from gazetteer.ledger.as_of import today
from web.http.connections import connection
from web.http.endpoints import Api
from web.http.language import request_language
from web.services.naming_list import NameList
from web.services.naming_models import NameCheckBody, NameCheckModel
from web.services.naming_proposals import build_proposal
from web.services.naming_serializers import serialize_examined
from web.services.naming_service import examine_proposal
from web.uploads.batch_forms import NameListForm
from web.uploads.csv_uploads import copy_small_upload, open_table, stream_csv

api = Api()


@api.write("POST", "/v1/naming/check", NameCheckModel, requires_account=False)
def check_name(body: NameCheckBody) -> dict[str, Any]:
    """Check a proposed name by all naming rules.

    Returns what each rule says, with the article that it rests on, names in the register that are
    the same or sound alike, and the romanization. A rule that lacks data says that it cannot be
    examined. Nothing is stored.
    """
    at = body.at or today()
    with connection() as conn:
        proposal = build_proposal(conn, body)
        examined = examine_proposal(conn, proposal, at, with_suggestions=body.suggest)
    return {**serialize_examined(examined, request_language()), "at": at.isoformat()}


@api.write("POST", "/v1/naming/check/csv", "text/csv", requires_account=False)
def check_name_list(form: NameListForm) -> Response:
    """Check a CSV file of proposed names.

    Each row is checked as by `/v1/naming/check` and returned unchanged, followed by `result_*`
    columns. The columns are found by their headings, in English or Chinese: `name`, `legal_class`,
    `level`, `within`, `lon`, `lat`, `former_name`, `cause` and `romanized`. A row that cannot be
    checked says why in `result_detail`, as does one whose name stands in an earlier row.
    """
    stream, csv_file = open_table(copy_small_upload(), form.encoding, form.delimiter)
    names = NameList(
        csv_file, request_language(), form.at or today(), form.legal_class, form.within
    )
    return stream_csv(_iter_checked(names, stream), csv_file)


def _iter_checked(names: NameList, stream: BinaryIO) -> Iterator[str]:
    with connection() as conn:
        yield from names.iter_results(conn, stream)
