"""The paths of programs: problems are JSON there, and API keys work as passwords."""

API_PATHS = (
    "/v1/",
    "/ogc/",
    "/tiles/",
    "/static/",
    "/drafts/",
    "/reconcile",
    "/compat/",
    "/openapi.json",
)
"""How the paths begin; all others are pages for people."""


def is_api_path(path: str) -> bool:
    """Whether programs request this path, and not people in a browser."""
    return path.startswith(API_PATHS)
