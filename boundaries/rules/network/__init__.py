"""The rules TOP-LIN, TOP-NOD, TOP-ATT, and areas against edges: the network of a moment."""
