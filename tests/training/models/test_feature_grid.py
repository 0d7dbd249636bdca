"""Tables over the map are read between their points, and at their edge beyond it."""

import pytest
import torch

from clave.training.models.feature_grid import FeatureGrid

EDGE = 3.0


@pytest.fixture
def grid() -> FeatureGrid:
    torch.manual_seed(0)
    return FeatureGrid((2, 5), features=3, edge=EDGE)


def test_at_a_point_of_a_table_stands_what_it_holds(grid: FeatureGrid) -> None:
    with torch.no_grad():
        read = grid(torch.tensor([[-3.0, -3.0], [3.0, -3.0], [-1.5, 0.0]]))
    coarse, fine = grid.tables
    torch.testing.assert_close(read[:2, :3], coarse.detach()[:2])
    torch.testing.assert_close(read[2, 3:], fine.detach()[2 * 5 + 1])  # row 2, column 1 of 5


def test_between_points_it_is_bilinear_also_for_gradients(grid: FeatureGrid) -> None:
    corners = torch.tensor([[-3.0, -3.0], [3.0, -3.0], [-3.0, 3.0], [3.0, 3.0]])
    middle = torch.zeros((1, 2), requires_grad=True)
    torch.testing.assert_close(grid(middle)[0, :3], grid(corners)[:, :3].mean(dim=0))
    points = torch.tensor([[0.3, -1.1], [2.2, 0.7]], dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(grid.double(), points)


def test_beyond_the_edge_it_stays_as_at_the_edge(grid: FeatureGrid) -> None:
    torch.testing.assert_close(grid(torch.tensor([[9.0, -40.0]])), grid(torch.tensor([[3.0, -3.0]])))
