"""Packages of the distribution: PostgreSQL with PostGIS, Chinese fonts, a browser for tests."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tools.steps import SetupError, print_step, run_quietly

# While this file exists, the packages of PostgreSQL do not create and start a cluster, which would
# not be used. It is in a directory that they read but do not write to, and is removed afterwards.
_NO_MAIN_CLUSTER = Path("/etc/postgresql-common/createcluster.d/gazetteer.conf")
_OLDEST_POSTGRESQL = 15


def ensure_system_packages(*, database: bool, browser: bool) -> None:
    """Install missing packages.

    Raises:
        SetupError: This user may not install them; the text has the command to run.
    """
    missing = [*_list_python_packages(), *_list_font_packages()]
    if database:
        missing += _list_postgis_packages()
    if browser and shutil.which("chromium") is None:
        missing.append("chromium")
    if missing:
        _install_packages(missing)


def _list_python_packages() -> Iterable[str]:
    """Debian has virtual environments in a package of their own."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        yield "python3-venv"


def _list_font_packages() -> Iterable[str]:
    if not any(Path("/usr/share/fonts").rglob("NotoSansCJK*")):
        yield "fonts-noto-cjk"


def _list_postgis_packages() -> Iterable[str]:
    servers = [
        int(initdb.parts[-3])
        for initdb in Path("/usr/lib/postgresql").glob("*/bin/initdb")
        if initdb.parts[-3].isdigit() and int(initdb.parts[-3]) >= _OLDEST_POSTGRESQL
    ]
    if not servers:
        yield "postgresql-postgis"
    elif not any(_has_postgis(major) for major in servers):
        yield f"postgresql-{max(servers)}-postgis-3"


def _has_postgis(major: int) -> bool:
    return Path(f"/usr/share/postgresql/{major}/extension/postgis.control").is_file()


def _install_packages(missing: list[str]) -> None:
    become_root = _find_root_command(missing)
    names = " ".join(missing)
    print_step(f"Installing {names} from the distribution (some minutes)")
    new_server = not Path("/usr/share/postgresql-common").exists()
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    apt += ["-o", "DPkg::Lock::Timeout=600"]
    if new_server:
        script = 'mkdir -p "$(dirname "$0")" && echo create_main_cluster=false > "$0"'
        run_quietly([*become_root, "sh", "-c", script, _NO_MAIN_CLUSTER])
    try:
        run_quietly([*apt, "update"], hint="Is the machine connected?")
        run_quietly([*apt, "install", "-y", "--no-install-recommends", *missing])
    finally:
        if new_server:
            run_quietly([*become_root, "rm", "-f", _NO_MAIN_CLUSTER])


def _find_root_command(missing: list[str]) -> list[str]:
    names = " ".join(missing)
    if shutil.which("apt-get") is None:
        raise SetupError(
            f"This is not Debian, so these packages cannot be installed automatically: {names}.\n"
            "Install the corresponding packages, then start again."
        )
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _can_run("sudo", "-n", "true"):
        return ["sudo", "-n"]
    raise SetupError(
        f"Missing on this machine: {names}. Installing packages requires a password.\n"
        "Run this command, then start again:\n\n"
        f"    {'sudo ' if shutil.which('sudo') else ''}sh -c "
        f"'apt-get update && apt-get install -y --no-install-recommends {names}'"
        f"{'' if shutil.which('sudo') else '    (as root)'}"
    )


def _can_run(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
