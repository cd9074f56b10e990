"""Drafts: private lists of steps over what is published, seen only by their people.

Start at :mod:`~gazetteer.ledger.drafts.step_play` (what a step makes of what is known, pure), then
:mod:`~gazetteer.ledger.drafts.draft_life` (who may do what to a draft, and when).
"""
