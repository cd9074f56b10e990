"""The ledger: nothing is overwritten; every change has an author, a reason and an act.

Start at :mod:`~gazetteer.ledger.versions` (the arithmetic of timelines, pure), then
:mod:`~gazetteer.ledger.publish` (the only way in which changes enter).
"""
