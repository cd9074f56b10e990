"""The network address that a limit is counted for."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network


@lru_cache(maxsize=4096)
def derive_client_network(address: str) -> str:
    """The address itself; for IPv6 its /64, all of which one subscriber has.

    Text that is no address (a unix socket has none) comes back as ``local``.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "local"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)
