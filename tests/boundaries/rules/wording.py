"""Checks of what findings say, in every language."""

import re
from collections.abc import Iterable

from boundaries.rules.common.spatial_finding import SpatialFinding
from gazetteer.messages import LANGS

HAN = re.compile(r"[一-鿿]")
FULL_STOP = {"zh": "。", "en": "."}


def assert_worded(findings: Iterable[SpatialFinding]) -> None:
    """Each finding has a full sentence in every language."""
    for finding in findings:
        for lang in LANGS:
            text = finding.text(lang)
            assert text.endswith(FULL_STOP[lang]), text
            assert "{" not in text, text
        assert HAN.search(finding.text("zh")), finding.message
