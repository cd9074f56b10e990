"""The configuration of a private cluster, rewritten at every start."""

import os

from gazetteer.database.cluster_layout import PORT, ClusterLayout

_MIB = 1024 * 1024

_TEMPLATE = """\
# Rewritten at every start. Put settings of your own into local.conf beside this file.
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
cluster_name = 'gazetteer'
max_connections = 100

# For one program on a machine of 2 to 8 cores that the database shares with others.
shared_buffers = {shared_buffers}MB
effective_cache_size = {cache}MB
work_mem = 24MB
maintenance_work_mem = 256MB
random_page_cost = 1.1
effective_io_concurrency = 100
max_parallel_workers_per_gather = 2
dynamic_shared_memory_type = {dynamic_memory}
# Compiling costs more than it saves on lookups of milliseconds.
jit = off

# The older pglz took a quarter of the processor time of a load.
wal_compression = lz4
max_wal_size = 2GB
min_wal_size = 128MB
checkpoint_timeout = 15min
{durability}
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] '
log_checkpoints = off

include_if_exists = 'local.conf'
"""

# Commits may be lost if the machine fails, but not if only the server or the program does: so
# synchronous_commit stays on.
_NOT_DURABLE = "fsync = off\nfull_page_writes = off\n"


def format_configuration(layout: ClusterLayout, *, durable: bool) -> str:
    """The text of ``postgresql.conf``, sized by this machine's memory.

    Args:
        layout: the directory of the socket.
        durable: False for tests: commits need not survive a power cut.
    """
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MIB
    return _TEMPLATE.format(
        port=PORT,
        sockets=str(layout.socket_directory).replace("'", "''"),
        shared_buffers=min(max(memory // 8, 128), 2048) if durable else 128,
        cache=max(memory // 2, 256),
        dynamic_memory="posix" if _has_roomy_shared_memory() else "mmap",
        durability="" if durable else _NOT_DURABLE,
    )


def _has_roomy_shared_memory() -> bool:
    """Whether /dev/shm is large enough: containers often have 64 MiB, and parallel queries fail."""
    try:
        filesystem = os.statvfs("/dev/shm")  # noqa: S108  only its size is read
    except OSError:
        return False
    return filesystem.f_bavail * filesystem.f_frsize >= 512 * _MIB
