"""A SentencePiece normalisation map, in the binary form that the tokenizers library reads.

The form is a double-array trie over UTF-8 keys (Aoe, "An efficient digital search algorithm by
using a double-array structure", 1989; units as in Darts-clone), followed by the replacements, each
closed by a NUL. A unit holds the label of its own edge (bits 0-7), whether a key ends here (bit 8)
and the XOR distance to its children (bits 10-30); a key's value stands in the child with label 0.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

_HAS_VALUE = 1 << 8
_VALUE_MARK = 1 << 31
_BLOCK = 256


@dataclass(slots=True)
class _Node:
    children: dict[int, "_Node"] = field(default_factory=dict)
    value: int | None = None


def precompiled_charsmap(replacements: Mapping[str, str]) -> bytes:
    """Return the map from single characters to their replacements in binary form."""
    root, values = _Node(), bytearray()
    for key, replacement in sorted(replacements.items()):
        node = root
        for byte in key.encode():
            node = node.children.setdefault(byte, _Node())
        node.value = len(values)
        values += replacement.encode() + b"\0"
    units = _double_array(root)
    return struct.pack(f"<I{len(units)}I", 4 * len(units), *units) + bytes(values)


def _double_array(root: _Node) -> list[int]:
    """Place the trie: a block of 256 units for the children of each inner node, then the values.

    UTF-8 is prefix-free, so a node has either children or a value. Blocks that are not shared make
    it impossible to take an edge of one node for that of another.
    """
    inner = [(0, root)]
    units = [0] * _BLOCK
    values: list[tuple[int, int]] = []
    for position, node in inner:  # grows while it is walked
        base = len(units)
        units += [0] * _BLOCK
        units[position] |= (position ^ base) << 10
        for label, child in node.children.items():
            units[base + label] = label
            if child.value is None:
                inner.append((base + label, child))
            else:
                values.append((base + label, child.value))
    for position, value in values:
        units[position] |= (position ^ len(units)) << 10 | _HAS_VALUE
        units.append(_VALUE_MARK | value)
    return units + [0] * (-len(units) % _BLOCK)  # any byte may be looked up from any base
