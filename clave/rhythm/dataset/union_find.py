"""Groups that grow by linking two members at a time (union-find)."""

import numpy as np

from clave.music.shapes import Int


class UnionFind:
    """So many members, each a group of its own until it is linked."""

    def __init__(self, members: int) -> None:
        self._parent = list(range(members))

    def link(self, one: int, other: int) -> None:
        """Make one group of the groups of both."""
        self._parent[self._root(one)] = self._root(other)

    def linked(self, one: int, other: int) -> bool:
        """Whether both are in one group."""
        return self._root(one) == self._root(other)

    def groups(self) -> Int[np.ndarray, " member"]:
        """The group of each member, numbered from 0 in the order of their roots."""
        roots = np.array([self._root(member) for member in range(len(self._parent))])
        return np.unique(roots, return_inverse=True)[1]

    def _root(self, member: int) -> int:
        parent = self._parent
        while parent[member] != member:
            parent[member] = member = parent[parent[member]]
        return member
