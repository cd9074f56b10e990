"""Findings on the register: found by runs, answered by people, verified by later runs."""
