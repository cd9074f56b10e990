"""Files that appear under their name only when they are complete."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def replace_when_complete(path: Path, name: str) -> Iterator[Path]:
    """Where to write the file ``name``, beside ``path``; it takes its place at the end.

    Where ``path`` is a link, what it leads to is replaced.

    Raises:
        OSError: It cannot be written there.
    """
    target = path.resolve()
    with TemporaryDirectory(prefix=".writing-", dir=target.parent) as folder:
        part = Path(folder) / name
        yield part
        part.replace(target)
