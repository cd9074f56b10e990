"""OGC API - Features: collections of the register and of drafts."""

from web.ogc import draft_features, register_features

OGC_APIS = (register_features.api, draft_features.api)
