"""Several blocks in one program: each node has a column for every block, and blocks stay apart."""

from __future__ import annotations

from collections.abc import Iterator

from liangtian.planning.network import Network
from liangtian.planning.program import Row


def apart(network: Network, count: int) -> Iterator[Row]:
    """No node in two blocks, none beside a node of another, and what stands beside a node goes with it."""
    if count < 2:
        return
    size = len(network)
    copies = [size * copy for copy in range(count)]
    ones = (1.0,) * count
    for node in range(size):
        yield Row(tuple(node + copy for copy in copies), ones, most=1.0)
    pairs = list(zip(network.one.tolist(), network.other.tolist(), strict=True))
    standing = network.standing.tolist()
    for here, there in (*pairs, *((other, one) for one, other in pairs)):
        for mine in copies:
            others = tuple(there + copy for copy in copies if copy != mine)
            yield Row((here + mine, *others), ones, most=1.0)
            if standing[there]:
                yield Row((there + mine, here + mine), (1.0, -1.0), least=0.0)
