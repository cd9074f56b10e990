"""Problems of uploaded files, and of the store that holds them."""

from gazetteer.problems import InvalidValue, Problem, Unavailable


class UnsupportedFile(Problem):
    """The content of a file is of a type that is not accepted, whatever its name says."""

    kind, code = "unsupported", "unsupported_file"


class DamagedFile(InvalidValue):
    """A file is empty, cut off, damaged or locked, so that it cannot be read completely."""

    code = "damaged_file"


class StorageFull(Problem):
    """The disk of the file store, or the quota on it, has no space left for the file."""

    kind, code = "storage_full", "storage_full"


class StorageUnavailable(Unavailable):
    """The file store is missing, cannot be read or written, or has lost the file."""

    code = "storage_unavailable"
