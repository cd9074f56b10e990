"""The boundary network: every border stored once, between two nodes, with a unit on each side."""
