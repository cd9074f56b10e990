"""What can be wrong with the database, told to the person at the terminal.

Each error says what happened and what to do about it. These are matters of the machine, not of a
request: over HTTP they become one neutral "temporarily unavailable".
"""


class DatabaseFault(Exception):
    """The database cannot be used; ``happened`` says why and ``remedy`` what to do."""

    def __init__(self, happened: str, remedy: str) -> None:
        super().__init__(f"{happened}\n{remedy}")
        self.happened, self.remedy = happened, remedy


class DatabaseNotInstalled(DatabaseFault):
    """No PostgreSQL that fits is on this machine."""


class PostGISMissing(DatabaseFault):
    """The server has no PostGIS, or the account may not switch it on."""


class DatabaseUnsuitable(DatabaseFault):
    """PostgreSQL or PostGIS is too old, or the database is not in UTF-8."""


class DatabaseUnreachable(DatabaseFault):
    """The address does not answer, or it refuses the account."""


class DiskFull(DatabaseFault):
    """No space is left where the database keeps its files."""


class ClusterDirectoryInUse(DatabaseFault):
    """The directory of the cluster belongs to something or somebody else."""


class ClusterFailed(DatabaseFault):
    """The server did not start or stop; the end of its log is part of the text."""
