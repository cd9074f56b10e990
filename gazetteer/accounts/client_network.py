"""The network of a client, to which limits apply."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network


@lru_cache(maxsize=4096)
def derive_client_network(address: str) -> str:
    """The address itself; for IPv6 its /64, which belongs to one subscriber as a whole.

    Text that is not an address (a Unix socket has none) results in ``local``.
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
