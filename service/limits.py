"""How often a key and an address may ask. Counted in this process alone."""

import math
import time
from ipaddress import ip_address, ip_network

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from service.refusal import too_many
from service.settings import ServiceSettings

_IPV6_PREFIX = 64


class Limits:
    """Counts requests in sliding windows; what is too many is refused."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._per_key = _limit(settings.rate_per_key)
        self._per_address = _limit(settings.rate_per_address)
        self._per_session = _limit(settings.rate_per_session)
        self._sign_ins = _limit(settings.rate_sign_in)

    def count_key(self, name: str) -> None:
        """Count a request of a key. Raises Refusal where it is one too many."""
        self._count(self._per_key, name)

    def count_address(self, address: str) -> None:
        """Count a request from an address. Raises Refusal where it is one too many."""
        self._count(self._per_address, f"address:{_network(address)}")

    def count_session(self, name: str) -> None:
        """Count a request of a widget session, or a session that an address opens."""
        self._count(self._per_session, f"session:{name}")

    def count_sign_in(self, address: str) -> None:
        """Count an attempt to sign in to the console."""
        self._count(self._sign_ins, f"sign-in:{address}")

    def _count(self, limit: RateLimitItem | None, who: str) -> None:
        if limit is not None and not self._windows.hit(limit, who):
            wait = self._windows.get_window_stats(limit, who).reset_time - time.time()
            raise too_many("http.too_many_requests", math.ceil(wait))


def _network(address: str) -> str:
    """Return an address, of IPv6 the network: whoever has one of it has them all."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(parsed.ipv4_mapped or ip_network((parsed, _IPV6_PREFIX), strict=False))


def _limit(text: str) -> RateLimitItem | None:
    return parse(text) if text else None
