import pytest

from crawler.guard import ForbiddenAddress, Guard


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "localhost",
        "",
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not Guard().permits(address)


@pytest.mark.parametrize("address", ["1.2.4.8", "114.114.114.114", "2400:3200::1"])
def test_public_addresses_pass(address: str) -> None:
    assert Guard().permits(address)


def test_allowed_networks_pass_and_nothing_else() -> None:
    guard = Guard(["127.0.0.0/8"])
    assert guard.permits("127.0.0.1")
    assert guard.permits("::ffff:127.0.0.1")
    assert not guard.permits("10.0.0.1")
    assert not guard.permits("::1")


def test_every_connection_of_the_reactor_is_checked() -> None:
    class Reactor:
        def __init__(self) -> None:
            self.connected: list[str] = []

        def connectTCP(self, host: str, _port: int) -> str:  # noqa: N802
            self.connected.append(host)
            return "connector"

    reactor = Reactor()
    Guard().install(reactor)
    with pytest.raises(ForbiddenAddress, match=r"127\.0\.0\.1"):
        reactor.connectTCP("127.0.0.1", 80)
    assert reactor.connectTCP("1.2.4.8", 80) == "connector"
    Guard(["127.0.0.0/8"]).install(reactor)
    reactor.connectTCP("127.0.0.1", 80)
    assert reactor.connected == ["1.2.4.8", "127.0.0.1"]
