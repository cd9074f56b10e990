"""Finding the PostgreSQL programs of the distribution."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gazetteer.database.errors import DatabaseNotInstalled, PostGISMissing
from gazetteer.messages import message

OLDEST_MAJOR = 15
_DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True, order=True)
class Binaries:
    """The programs of one PostgreSQL release."""

    major: int
    directory: Path

    def program_path(self, program: str) -> str:
        """The full path of ``initdb``, ``pg_ctl`` or another program."""
        return str(self.directory / program)

    def has_postgis(self) -> bool:
        """Whether PostGIS is installed for this release."""
        sharedir = _run_program(self.program_path("pg_config"), "--sharedir")
        return Path(sharedir, "extension", "postgis.control").is_file()


def find_binaries(major: int | None = None, *, search: tuple[Path, ...] | None = None) -> Binaries:
    """The newest installed PostgreSQL (15 or later) with PostGIS.

    Args:
        major: this release and no other; data on disk can be read only by their own release.
        search: directories that may hold the programs; by default those of the distribution and
            the one on the ``PATH``.

    Raises:
        DatabaseNotInstalled: there is none.
        PostGISMissing: PostgreSQL is there, PostGIS for it is not.
    """
    inspected = [_inspect_directory(directory) for directory in search or _list_usual_directories()]
    fitting = sorted(
        (b for b in inspected if b and (b.major == major if major else b.major >= OLDEST_MAJOR)),
        reverse=True,
    )
    if not fitting:
        raise _not_installed_error(major)
    complete = next((b for b in fitting if b.has_postgis()), None)
    if complete is None:
        raise PostGISMissing(message("database.postgis_not_installed", major=fitting[0].major))
    return complete


def _not_installed_error(major: int | None) -> DatabaseNotInstalled:
    if major is None:
        return DatabaseNotInstalled(message("database.not_installed", oldest=OLDEST_MAJOR))
    return DatabaseNotInstalled(message("database.release_not_installed", major=major))


def _list_usual_directories() -> tuple[Path, ...]:
    on_path = shutil.which("initdb")
    more = (Path(on_path).resolve().parent,) if on_path else ()
    return (*_DEBIAN.glob("*/bin"), *more)


def _inspect_directory(directory: Path) -> Binaries | None:
    """The release in a directory; None if a program is missing or does not run."""
    if not all((directory / name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
        return None
    match = re.search(r"\) (\d+)", _run_program(str(directory / "postgres"), "--version"))
    return Binaries(int(match[1]), directory) if match else None


def _run_program(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
