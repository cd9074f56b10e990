"""People who work on drafts with programs that speak OGC API."""

from tests.web.api.conftest import people

__all__ = ["people"]
