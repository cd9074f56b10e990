"""OGC API - Features: collections of the register and of drafts."""
