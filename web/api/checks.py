"""Data quality checks on the register: ``/v1/checks``."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field

from gazetteer.rules.finding import Severity
from web.http.endpoints import Api, Parameters
from web.services.self_check_service import load_check_page

api = Api()

CHECK_PATTERN = r"^[A-Za-z0-9_-]{1,60}$"


class CheckResultModel(BaseModel):
    """A check result: what it concerns, what is wrong, and how to resolve it."""

    check: str
    severity: Severity
    subject: str = Field(description="Subject of the result: a code, a record id or two codes")
    detail_zh: str
    detail_en: str
    hint_zh: str
    hint_en: str
    begins_on: str | None = Field(
        description="Day to come from which on it is present; null if it is present today"
    )


class CheckCountModel(BaseModel):
    """The number of results of a check; a check without results is not listed."""

    check: str
    severity: Severity
    count: int


class CheckResultsModel(BaseModel):
    """The results of the last run of the checks, errors first.

    While the register has not been examined, `seq` is null: that there are no results then says
    nothing about the register.
    """

    seq: int | None = Field(
        description="Sequence number of the state that was examined; null if none was yet"
    )
    at: str | None = Field(description="Day as of which it was examined")
    finished_at: str | None
    current: bool = Field(
        description="Whether that is the newest state, examined today; otherwise the next run is"
        " about to begin or under way"
    )
    counts: list[CheckCountModel] = Field(description="All checks with results, unfiltered")
    matched: int = Field(description="Number of matching results on all pages")
    findings: list[CheckResultModel]
    next: int | None = Field(
        description="Value of `after` for the next page; null on the last page"
    )


class ChecksQuery(Parameters):
    """Filters for check results."""

    check: str | None = Field(
        None,
        pattern=CHECK_PATTERN,
        description="Return only results of the check with this id",
        examples=["unit_without_area"],
    )
    severity: Severity | None = Field(None, description="Return only results of this severity")
    limit: int = Field(
        100, ge=1, le=1000, description="Maximum number of results, 1 to 1000; default: 100"
    )
    after: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        description="Value of `next` on the previous page; default: 0, the first page",
    )


@api.get("/v1/checks", CheckResultsModel)
def list_check_results(query: ChecksQuery) -> dict[str, Any]:
    """List the results of the data quality checks.

    Workers run the checks after every publication and at the beginning of every day, as of that day
    and of every day to come on which a published change takes effect.
    """
    page = load_check_page(
        check=query.check, severity=query.severity, after=query.after, limit=query.limit
    )
    report = page.report
    counts = report.count_results() if report else []
    return {
        "seq": report.seq if report else None,
        "at": report.at.isoformat() if report else None,
        "finished_at": _serialize_moment(report.finished_at) if report else None,
        "current": page.is_current,
        "counts": [
            {"check": check, "severity": severity, "count": number}
            for check, severity, number in counts
        ],
        "matched": page.matched,
        "findings": [result.serialize() for result in page.results],
        "next": page.next,
    }


def _serialize_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
