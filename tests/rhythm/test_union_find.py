import numpy as np

from clave.rhythm.dataset.union_find import UnionFind


def test_members_that_are_linked_by_others_are_of_one_group():
    members = UnionFind(7)
    for one, other in ((0, 3), (5, 6), (3, 6), (1, 2), (2, 1)):
        members.link(one, other)
    groups = members.groups()
    assert sorted(set(groups)) == [0, 1, 2]
    expected = [{0, 3, 5, 6}, {1, 2}, {4}]
    assert {frozenset(np.flatnonzero(groups == group).tolist()) for group in groups} == set(map(frozenset, expected))


def test_without_links_each_member_is_a_group_of_its_own():
    assert UnionFind(3).groups().tolist() == [0, 1, 2]
