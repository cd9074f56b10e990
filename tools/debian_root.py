"""A folder with a newer Debian and QGIS in it: ``python -m tools.debian_root [desktop]``.

QGIS edits the features of an OGC API from 3.32 on; Debian 12 has an older one. So a Debian 13 is
unpacked into a folder once, and its programs are started by ``chroot``. They share the network of
this machine, so that they reach a service on 127.0.0.1; nothing is mounted into the folder. With
``desktop`` it gets the window of QGIS, too, with a screen that needs no device.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.steps import ROOT, SetupError, exit_with_error, print_step, run_quietly

FOLDER_VARIABLE = "GAZETTEER_QGIS_ROOT"
_SUITE = "trixie"
_PACKAGES = ("python3-qgis", "qgis-providers")
_CONTENT = f"{_SUITE} {' '.join(_PACKAGES)}\n"
_STAMP = Path("etc", "gazetteer-interop")
"""Written last: a folder with it is complete, and made here."""
_DESKTOP_PACKAGES = (
    "qgis", "qttranslations5-l10n", "xvfb", "openbox",
    "fonts-noto-cjk", "fonts-dejavu-core", "fonts-open-sans",
)  # fmt: skip
_DESKTOP_CONTENT = f"{' '.join(_DESKTOP_PACKAGES)}\n"
_DESKTOP_STAMP = Path("etc", "gazetteer-desktop")
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy")
_SEARCH_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def find_root_folder() -> Path:
    """The folder that ``GAZETTEER_QGIS_ROOT`` names, ``var/qgis`` without it."""
    return ROOT / (os.environ.get(FOLDER_VARIABLE) or Path("var", "qgis"))


def ensure_debian_root(folder: Path) -> None:
    """Make the folder, unless it is complete.

    Raises:
        SetupError: It could not be made, or there is something else in its place.
    """
    found = _read_stamp(folder / _STAMP)
    if found == _CONTENT:
        return
    if found is None and folder.exists():
        raise SetupError(f"{folder} exists, but was not made by this command: remove it.")
    become_root = _find_root_command()
    partial = folder.with_name(f"{folder.name}.partial")
    for leftover in (partial, folder):  # of an interrupted run, or with other packages
        _remove_folder(leftover, become_root)
    mirror = _prepare_debootstrap(become_root)
    print_step(f"Unpacking Debian {_SUITE} into {folder} (a minute)")
    bootstrap = ["debootstrap", "--variant=minbase", "--include=ca-certificates"]  # for https
    run_quietly(
        [*become_root, *bootstrap, f"--keyring={_KEYRING}", _SUITE, partial, mirror],
        environment=_read_proxies(),
    )
    print_step(f"Installing {' '.join(_PACKAGES)} there (some minutes, 2 GB)")
    _install_in_root(partial, _PACKAGES, become_root)
    _write_stamp(partial / _STAMP, _CONTENT, become_root)
    run_quietly([*become_root, "mv", partial, folder])


def ensure_desktop(folder: Path) -> None:
    """Install the desktop in a folder that is complete, unless it is there.

    Raises:
        SetupError: It could not be installed.
    """
    if _read_stamp(folder / _DESKTOP_STAMP) == _DESKTOP_CONTENT:
        return
    become_root = _find_root_command()
    print_step(f"Installing the desktop of QGIS in {folder} (a minute, 0.4 GB)")
    _install_in_root(folder, _DESKTOP_PACKAGES, become_root)
    _write_stamp(folder / _DESKTOP_STAMP, _DESKTOP_CONTENT, become_root)


def run_in_root(
    folder: Path,
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    standard_input: str,
    timeout: float,
) -> "subprocess.CompletedProcess[str]":
    """Run a command of the folder's Debian; only ``environment`` is passed on.

    Raises:
        SetupError: This user may not.
        subprocess.TimeoutExpired: It took more than ``timeout`` seconds.
    """
    return subprocess.run(
        _build_chroot_command(folder, _find_root_command(), command, environment),
        input=standard_input,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def _read_stamp(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None


def _write_stamp(path: Path, content: str, become_root: Sequence[str]) -> None:
    run_quietly([*become_root, "sh", "-c", 'printf %s "$1" > "$0"', path, content])


def _remove_folder(folder: Path, become_root: Sequence[str]) -> None:
    """Remove it; an interrupted debootstrap left something mounted there, which must survive."""
    for mounted in (folder / "proc", folder / "sys"):
        if mounted.is_mount():
            run_quietly([*become_root, "umount", mounted])
    if folder.exists():
        run_quietly([*become_root, "rm", "-rf", "--one-file-system", folder])


def _prepare_debootstrap(become_root: Sequence[str]) -> str:
    """Install debootstrap where it is missing; return the mirror of Debian that apt uses."""
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    apt += ["-o", "DPkg::Lock::Timeout=600"]
    # What a mirror holds is written in the lists that are fetched here.
    run_quietly([*apt, "update"], hint="Is the machine connected?")
    if shutil.which("debootstrap", path=_SEARCH_PATH) is None:
        print_step("Installing debootstrap from the distribution")
        run_quietly([*apt, "install", "-y", "--no-install-recommends", "debootstrap"])
    return _find_mirror()


def _find_mirror() -> str:
    """The first mirror of Debian itself among the sources of apt: not of updates for security."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    command += ["Origin: Debian", "Label: Debian", "Component: main"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    for mirror in listed.stdout.split():
        if mirror.startswith(("http:", "https:", "file:")):
            return mirror
    raise SetupError("The sources of apt on this machine name no mirror of Debian.")


def _install_in_root(folder: Path, packages: Sequence[str], become_root: Sequence[str]) -> None:
    apt = 'apt-get -q update && apt-get -q install -y --no-install-recommends "$@"'
    run_quietly(
        _build_chroot_command(
            folder,
            become_root,
            ["sh", "-c", f"{apt} && apt-get -q clean", "sh", *packages],
            {"DEBIAN_FRONTEND": "noninteractive", **_read_proxies()},
        )
    )


def _build_chroot_command(
    folder: Path, become_root: Sequence[str], command: Sequence[str], environment: Mapping[str, str]
) -> list[str]:
    given = {"PATH": _SEARCH_PATH, "LC_ALL": "C.UTF-8", **environment}
    settings = [f"{name}={value}" for name, value in given.items()]
    return [*become_root, "chroot", str(folder), "/usr/bin/env", "-i", *settings, *command]


def _read_proxies() -> dict[str, str]:
    return {name: os.environ[name] for name in _PROXY_VARIABLES if name in os.environ}


def _find_root_command() -> list[str]:
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if shutil.which("sudo") and not subprocess.run([*sudo, "true"], check=False).returncode:
        return sudo
    raise SetupError("Only root may do this (it calls chroot): start it again as root.")


def prepare_debian_root() -> None:
    """Make the folder, with what the command line asks for."""
    if sys.argv[1:] not in ([], ["desktop"]):
        sys.exit("usage: python -m tools.debian_root [desktop]")
    folder = find_root_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder.parent, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)  # two at once would unpack into the same folder
    try:
        ensure_debian_root(folder)
        if sys.argv[1:]:
            ensure_desktop(folder)
    except SetupError as error:
        exit_with_error(error)
    finally:
        os.close(lock)


if __name__ == "__main__":
    prepare_debian_root()
