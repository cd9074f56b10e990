"""OGC API - Features: collections of the register and of drafts."""

from web.ogc import draft_features, draft_projects, register_features, register_tiles

OGC_APIS = (register_features.api, register_tiles.api, draft_features.api, draft_projects.api)
