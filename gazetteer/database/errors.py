"""Faults of the database, for the person at the terminal.

Each states what happened and what to do about it. They concern the machine, not a request: over
HTTP they become one neutral "temporarily unavailable".
"""

from gazetteer.messages import Lang, Message


class DatabaseFault(Exception):
    """The database cannot be used.

    ``happened`` says why; ``remedy``, the message ``<id>.remedy`` with the same parameters, says
    what to do.
    """

    def __init__(self, happened: Message) -> None:
        self.happened = happened
        self.remedy = Message(f"{happened.id}.remedy", happened.params)
        super().__init__(happened)

    def __str__(self) -> str:
        """The English text, for logs and tracebacks."""
        return self.text("en")

    def text(self, lang: Lang) -> str:
        """What happened and what to do, in a language; two or more lines."""
        return f"{self.happened.text(lang)}\n{self.remedy.text(lang)}"


class DatabaseNotInstalled(DatabaseFault):
    """No suitable PostgreSQL is installed on this machine."""


class PostGISMissing(DatabaseFault):
    """The server has no PostGIS, or the account may not enable it."""


class DatabaseUnsuitable(DatabaseFault):
    """PostgreSQL or PostGIS is too old, or the database is not encoded in UTF-8."""


class DatabaseUnreachable(DatabaseFault):
    """The address does not respond, or it refuses the account."""


class DiskFull(DatabaseFault):
    """No space is left on the disk of the database."""


class ClusterDirectoryInUse(DatabaseFault):
    """The directory of the cluster belongs to something or somebody else."""


class ClusterFailed(DatabaseFault):
    """The server did not start or stop; the text includes the end of its log."""


class DatabaseProgramFailed(DatabaseFault):
    """A program of PostgreSQL failed; the text includes what it reported."""
