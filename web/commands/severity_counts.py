"""Numbers of findings by severity, as summaries show them."""

from collections import Counter
from collections.abc import Iterable

from gazetteer.messages import Message, message
from gazetteer.rules.finding import SEVERITIES


def count_severities(severities: Iterable[str]) -> list[Message]:
    """How many findings there are of each severity, the most severe first: *2 errors*, …."""
    counts = Counter(severities)
    return [message(f"cli.count.{severity}", n=counts[severity]) for severity in SEVERITIES]
