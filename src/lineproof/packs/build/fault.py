"""What can go wrong while a pack is built."""

from __future__ import annotations


class BuildFault(Exception):  # noqa: N818 - what is broken is a fault here, a no is a refusal
    """A pack could not be built; the sentence says what is wrong and what to do about it."""


class UnsupportedGraph(BuildFault):
    """A source graph holds something the converter does not know; node and operator are named."""


class MalformedModel(BuildFault):
    """A source file is not what it should be; the place and what was expected are named."""
