"""Files of evidence: approvals, agreements, maps, photos; checked, stored by hash, backed up."""
