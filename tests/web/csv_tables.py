"""CSV files sent to the service, and what comes back."""

import csv
import io
from collections.abc import Iterable

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gazetteer.search.geocoder.geocoding import join_address_parts


def sent(client: FlaskClient, path: str, content: bytes, **fields: str | list[str]) -> TestResponse:
    """The answer to a file and the fields beside it."""
    form = {**fields, "data": (io.BytesIO(content), "rows.csv")}
    return client.post(path, data=form)


def rows(content: bytes, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    """A CSV file as its rows."""
    text = content.decode(encoding)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def address(row: dict[str, str], columns: Iterable[str]) -> str:
    """The address of a row as a single call would be asked for it."""
    return join_address_parts([row[column] for column in columns])
