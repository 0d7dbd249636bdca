import copy

import pytest
import torch

from clave.training.models.flow import Flow


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


class Known(Flow):
    """The velocity that carries N(0, 1) to N(condition, 1/4), known in closed form."""

    def velocity(self, x, time, condition):
        """The mean of data - noise at this place and time, of two jointly normal variables."""
        spread = (1 - time) ** 2 + time**2 / 4
        return condition + (time / 4 - (1 - time)) / spread * (x - time * condition)


def test_noise_is_carried_to_where_the_data_lie():
    start, mean = torch.randn(200, 3, generator=noise()), torch.tensor([[2.0, -1.0, 0.0]]).expand(200, 3)
    flow = Known(3, 3, 8, 1)
    torch.testing.assert_close(flow.integrate(start, mean, steps=64), mean + start / 2, atol=2e-3, rtol=0)
    torch.testing.assert_close(flow.integrate(start, mean), mean + start / 2, atol=0.1, rtol=0)  # six steps come near


def test_a_flow_learns_two_heaps_and_which_is_which():
    torch.manual_seed(0)
    flow = Flow(2, 1, 32, 1)
    adam = torch.optim.Adam(flow.parameters(), 3e-3)
    rng = noise(1)
    for _ in range(600):
        side = torch.randint(0, 2, (128, 1), generator=rng).float()
        data = 4 * side - 2 + 0.1 * torch.randn(128, 2, generator=rng)
        adam.zero_grad()
        flow.losses(data, side, rng).mean().backward()
        adam.step()
    with torch.no_grad():
        for side in (0.0, 1.0):
            there = flow.integrate(torch.randn(400, 2, generator=rng), torch.full((400, 1), side))
            torch.testing.assert_close(there.mean(0), torch.full((2,), 4 * side - 2), atol=0.15, rtol=0)
            assert there.std(0).max() < 0.4


def test_the_loss_of_the_known_velocity_is_what_cannot_be_known():
    data = 1.0 + 0.5 * torch.randn(20_000, 3, generator=noise(2))
    known, none = Known(3, 3, 8, 1), Flow(3, 3, 8, 1)
    condition = torch.ones(20_000, 3)
    assert known.losses(data, condition, noise()).mean() < 0.9 * none.losses(data, condition, noise()).mean()


def test_each_row_has_its_own_loss():
    flow = Flow(2, 1, 8, 1)
    data = torch.zeros(5, 2)
    data[3] = 100
    wrong = flow.losses(data, torch.zeros(5, 1), noise())
    assert wrong.shape == (5,)
    assert wrong.argmax() == 3


def test_weights_saved_under_old_names_are_loaded():
    """Shipped and learned spaces keep the names of their time; a copy of a model loads them too."""
    old_names = {"condition": "told", "input": "into", "output": "out", "condition_output": "usual"}
    flow = Flow(2, 1, 8, 2)
    saved = {}
    for name, value in flow.state_dict().items():
        first, *rest = name.split(".")
        old = [old_names.get(first, first), *("told" if part == "condition" else part for part in rest)]
        saved[".".join(old)] = value
    assert {"told.0.weight", "into.bias", "out.weight", "usual.bias", "blocks.1.told.weight"} <= saved.keys()
    before = dict(saved)
    other = copy.deepcopy(Flow(2, 1, 8, 2))
    other.load_state_dict(saved)
    assert saved == before  # the caller's dictionary stays as it was
    for name, value in flow.state_dict().items():
        assert torch.equal(other.state_dict()[name], value)
    with pytest.raises(RuntimeError, match="Unexpected key"):
        other.load_state_dict({**saved, "stranger": torch.zeros(1)})
