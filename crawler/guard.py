"""No connection to an address that is not public, whatever name or redirect led there.

The check sits where connections are made and sees the resolved address, so that it holds for
pages, robots.txt and every hop alike, for numeric tricks (0x7f000001, 127.1) and for names that
resolve to private addresses. Scrapy itself follows all of these.
"""

import ipaddress
from collections.abc import Sequence
from typing import Any

# NAT64: an address inside it stands for any IPv4 address, also a private one (RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class ForbiddenAddress(ConnectionError):
    """A connection to an address that is not public was refused."""


class Guard:
    """Which addresses may be connected to: public ones, and `allowed` networks."""

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        """Take networks such as "127.0.0.0/8" that are allowed all the same."""
        self._allowed = [ipaddress.ip_network(network) for network in allowed]

    def permits(self, address: str) -> bool:
        """Whether `address`, a resolved IP address, may be connected to."""
        try:
            ip = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False  # a name: what it resolves to is unknown here
        mapped = getattr(ip, "ipv4_mapped", None)
        if mapped is not None:
            ip = mapped
        if any(ip in network for network in self._allowed if network.version == ip.version):
            return True
        return ip.is_global and not ip.is_multicast and not (ip.version == 6 and ip in _NAT64)  # noqa: PLR2004

    def install(self, reactor: Any) -> None:
        """Check every TCP connection that `reactor` makes from now on.

        Installing again replaces the rule: tests run crawls with different ones in one process.
        """
        connect = getattr(reactor, "_xiaobao_connect_tcp", reactor.connectTCP)

        def guarded(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            if not self.permits(host):
                raise ForbiddenAddress(f"{host} port {port} is not a public address")
            return connect(host, port, *args, **kwargs)

        reactor._xiaobao_connect_tcp = connect  # noqa: SLF001
        reactor.connectTCP = guarded
