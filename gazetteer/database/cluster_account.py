"""The system user that runs the server.

PostgreSQL refuses to run as root, so a program started as root runs its server as an unprivileged
user. An ordinary user runs the server as itself. What the server's user can access is always
determined *as that user*: permission bits alone do not decide it (mounts, ACLs, containers in which
root cannot inspect the processes of other users).
"""

import errno
import os
import pwd
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gazetteer.database.errors import ClusterFailed
from gazetteer.messages import message

# Fixed, so that messages are in English and no PG* variable of the caller has an effect.
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "HOME": "/"}


@dataclass(frozen=True)
class SystemAccount:
    """A system user, and whether this process must change to it."""

    name: str
    uid: int
    gid: int
    needs_switch: bool

    def run_command(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command as this user and wait for it; its output includes that to stderr.

        Raises:
            ClusterFailed: this process may not switch to the user.
        """
        identity = (
            {"user": self.uid, "group": self.gid, "extra_groups": []} if self.needs_switch else {}
        )
        try:
            result: subprocess.CompletedProcess[str] = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
                cwd="/",
                env=_ENVIRONMENT,
                umask=0o077,
                **identity,  # type: ignore[call-overload]
            )
        except PermissionError as error:
            raise ClusterFailed(
                message("database.cannot_switch_user", user=self.name, error=str(error))
            ) from error
        return result

    def can_enter(self, directory: Path) -> bool:
        """Whether this user can enter the directory, including all its parents."""
        return self.run_command(["/usr/bin/test", "-x", str(directory)]).returncode == 0

    def make_private_directory(self, directory: Path) -> None:
        """Create a directory, unless it exists, that only this user (and root) can enter.

        Raises:
            FileExistsError: the path belongs to another user; it is not modified.
        """
        with suppress(FileExistsError):
            directory.mkdir(mode=0o700)
        try:
            descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:
            raise FileExistsError(error.errno, error.strerror, str(directory)) from error
        try:
            if os.fstat(descriptor).st_uid not in (self.uid, os.geteuid()):
                raise FileExistsError(errno.EEXIST, "of another user", str(directory))
            if self.needs_switch:
                os.fchown(descriptor, self.uid, self.gid)
            os.fchmod(descriptor, 0o700)
        finally:
            os.close(descriptor)

    def replace_file(self, path: Path, text: str) -> None:
        """Replace a file of this user in one step; a kill leaves the old one or the new one."""
        draft = path.with_name(path.name + ".new")
        draft.unlink(missing_ok=True)
        # "x": never through a link that the less trusted user may have placed there.
        with draft.open("x", encoding="utf-8") as file:
            file.write(text)
            if self.needs_switch:
                os.fchown(file.fileno(), self.uid, self.gid)
        draft.rename(path)

    def find_server_processes(self, data: Path) -> set[int]:
        """The running PostgreSQL processes of a data directory, including those of crashed servers.

        A process id in a file proves nothing after a crash, as the id may belong to another program
        by now; a process of the server is identified by its name and its working directory.
        """
        listing = self.run_command(
            ["/usr/bin/find", "/proc", "-maxdepth", "2", "-name", "cwd", "-printf", "%p\t%l\n"]
        )
        links = (line.split("\t", 1) for line in listing.stdout.splitlines() if "\t" in line)
        return {
            pid
            for path, target in links
            if target == str(data)
            and _read_command_name(pid := int(path.split("/")[2])) == "postgres"
        }


def choose_server_account(files: Path) -> SystemAccount:
    """The user for the server: the present one, or an unprivileged one if that is root.

    Args:
        files: the directory of the server; root continues as the user to whom it belongs.
    """
    if os.geteuid() != 0:
        return SystemAccount(
            _find_user_name(os.geteuid()), os.geteuid(), os.getegid(), needs_switch=False
        )
    if files.exists() and (file_stat := files.lstat()).st_uid != 0:
        return SystemAccount(
            _find_user_name(file_stat.st_uid), file_stat.st_uid, file_stat.st_gid, needs_switch=True
        )
    system_users = {entry.pw_name: entry for entry in pwd.getpwall()}
    # The distribution's own user for this purpose, which exists wherever its package is installed.
    entry = system_users.get("postgres") or system_users["nobody"]
    return SystemAccount(entry.pw_name, entry.pw_uid, entry.pw_gid, needs_switch=True)


def _find_user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # containers run processes under ids without a name
        return str(uid)


def _read_command_name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:  # it ended in the meantime
        return ""
