"""The configuration of a private cluster, written anew at every start."""

import os

from gazetteer.database.cluster_layout import PORT, ClusterLayout

_MIB = 1024 * 1024

_TEMPLATE = """\
# Written anew at every start. Put settings of your own into local.conf beside this file.
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
cluster_name = 'gazetteer'
max_connections = 100

# For one program on a machine of 2 to 8 cores that is not the database's alone.
shared_buffers = {shared_buffers}MB
effective_cache_size = {cache}MB
work_mem = 24MB
maintenance_work_mem = 256MB
random_page_cost = 1.1
effective_io_concurrency = 100
max_parallel_workers_per_gather = 2
dynamic_shared_memory_type = {dynamic_memory}
# Compiling costs more than it saves on look-ups of milliseconds.
jit = off

wal_compression = on
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

# What was committed may be lost with the machine, but not with the server or the program: so
# synchronous_commit stays on.
_NOT_DURABLE = "fsync = off\nfull_page_writes = off\n"


def format_configuration(layout: ClusterLayout, *, durable: bool) -> str:
    """The text of ``postgresql.conf``, sized by this machine's memory.

    Args:
        layout: where the socket goes.
        durable: False leaves out what makes commits survive a power cut, for tests.
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
    """Containers often get 64 MiB of /dev/shm, on which parallel queries fail."""
    try:
        filesystem = os.statvfs("/dev/shm")
    except OSError:
        return False
    return filesystem.f_bavail * filesystem.f_frsize >= 512 * _MIB
