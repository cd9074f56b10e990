"""Topology rules TOP-*: the code that checks them. Rules report and never repair."""
