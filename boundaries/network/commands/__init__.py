"""Commands on the boundary network: what a step of a draft does to edges, nodes and units."""
