"""A rhythm space as an instrument for nn~: map x, map y and the phase of the bar in, strokes out."""

from typing import Any

import torch
from torch import Tensor, nn

from clave.latent.code import generator
from clave.latent.space_folder import SpaceFolder
from clave.music.kit import VOICES
from clave.music.units import steps_per_bar
from clave.rhythm.dynamics import LATEST_OFFSET, MAX_OFFSET, MIN_VELOCITY, dynamics_noise
from clave.rhythm.map_decoder import DENSITY_LOGITS
from clave.training.torchscript.likely_bar import LikelyBar
from clave.training.torchscript.networks import torchscript, traced_networks

SEEK = 0.25  # of a bar, from one sample to the next: so far a phase jumps, it does not play what lies between
EXACTLY = 1e-6  # of a bar: a stroke so near behind the place of a jump still sounds
INLETS = ["map x", "map y", "phase of the bar, 0 to 1"]


class RhythmPlayer(nn.Module):
    """`forward` takes [batch, 3, sample] and gives [batch, 16, sample]: of each voice its hit, then its velocity.

    A hit is 1 in the sample in which the phase passes a stroke, else 0; a velocity in [0, 1] stays until the next one.
    The bar is that of `RhythmSpace.at` without variation, at the point of the last sample of a block.
    """

    step_counts: Tensor  # [meter]
    phase: Tensor  # [batch]: of the last sample; -1 before the first
    held: Tensor  # [batch, voice]: velocities
    point: Tensor  # [2]: that of the bar below
    voice: Tensor  # [stroke]
    place: Tensor  # [stroke]: share of the bar
    velocity: Tensor  # [stroke]
    noise: Tensor  # [meter, 3, voice, step]: with which `RhythmSpace.at` plays bars without variation

    def __init__(self, space: SpaceFolder, networks: list[Any]) -> None:
        super().__init__()
        settings: dict[str, Any] = space.settings
        self.map_decoder, self.feel_prior, self.dynamics = networks
        self.likely_bar = LikelyBar(float(settings["threshold"]))
        meters = [(beats, unit) for beats, unit in settings["network_meters"]]
        self.styles, self.sections, self.meters = len(settings["styles"]), len(settings["sections"]), len(meters)
        self.known_meters = [meters.index((beats, unit)) for beats, unit in settings["meters"]]
        self.style_now, self.meter_now, self.density_now = -1, 0, 0.5
        self.voices, self.density_logits = len(VOICES), DENSITY_LOGITS
        self.softest, self.earliest, self.latest = MIN_VELOCITY, -float(MAX_OFFSET), LATEST_OFFSET
        self.seek, self.exactly, self.stale = SEEK, EXACTLY, True
        self.register_buffer("step_counts", torch.tensor([steps_per_bar(meter) for meter in meters]))
        longest = max(map(steps_per_bar, meters))
        self.register_buffer("noise", torch.stack([_noise(steps_per_bar(meter), longest) for meter in meters]))
        for name, empty in (("phase", (0,)), ("held", (0, self.voices)), ("point", (2,)), ("place", (0,))):
            self.register_buffer(name, torch.zeros(empty))
        self.register_buffer("voice", torch.zeros(0, dtype=torch.long))
        self.register_buffer("velocity", torch.zeros(0))
        self.register_buffer("forward_params", torch.tensor([len(INLETS), 1, 2 * self.voices, 1]))
        self.forward_input_labels = INLETS
        self.forward_output_labels = [f"{each.name} {what}" for each in VOICES for what in ("hit", "velocity")]
        for name, kind in (("style", 1), ("meter", 1), ("density", 2)):
            self.register_buffer(f"{name}_params", torch.tensor([kind]))

    def forward(self, x: Tensor) -> Tensor:
        """Play a block."""
        if self.phase.shape[0] != x.shape[0]:
            self.phase = torch.full([x.shape[0]], -1.0, dtype=torch.float64, device=x.device)
            self.held = torch.zeros(x.shape[0], self.voices, device=x.device)
        played = torch.zeros(x.shape[0], 2 * self.voices, x.shape[2], device=x.device)
        for row in range(x.shape[0]):
            self.find_bar(x[row, :2, -1])
            now = torch.remainder(x[row, 2].double(), 1.0)
            before = torch.cat([self.phase[row : row + 1], now[:-1]])
            advance = torch.remainder(now - before, 1.0)
            jumps = (advance > self.seek) | (before < 0)
            behind = torch.where(jumps, torch.full_like(advance, self.exactly), advance)
            since = torch.remainder(now.unsqueeze(0) - self.place.unsqueeze(1), 1.0)  # [stroke, sample]
            played[row, 1::2] = self.held[row].unsqueeze(1)
            fired = torch.nonzero(since < behind.unsqueeze(0))
            for index in torch.argsort(fired[:, 1], stable=True):
                stroke, sample = int(fired[index, 0].item()), int(fired[index, 1].item())
                voice = int(self.voice[stroke].item())
                played[row, 2 * voice, sample] = 1.0
                played[row, 2 * voice + 1, sample:] = self.velocity[stroke]
            self.phase[row] = now[-1]
            self.held[row] = played[row, 1::2, -1]
        return played

    def find_bar(self, point: Tensor) -> None:
        """Decode the bar at this point [2], unless it is the one that plays; what is not finite counts as 0."""
        point = torch.nan_to_num(point, 0.0, 0.0, 0.0)
        if not self.stale and bool(torch.equal(point, self.point)):
            return
        self.point, self.stale = point.clone(), False
        hits, velocity, offset = self.bar(point)
        struck = torch.nonzero(hits)
        self.voice = struck[:, 0]
        steps = int(self.step_counts[self.meter_now].item())
        at = struck[:, 1].double() + offset[hits].double()
        self.place = torch.remainder(at / steps, 1.0)
        self.velocity = velocity[hits]

    @torch.jit.export
    def bar(self, point: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of a point [2]: which cells [voice, step] are struck, how loud in [0, 1], and how many steps late."""
        row = point.unsqueeze(0)
        style, section = row.new_zeros(1, self.styles), row.new_zeros(1, self.sections)
        meter = row.new_zeros(1, self.meters)
        section[0, 0] = meter[0, self.meter_now] = 1.0
        if self.style_now >= 0:
            style[0, self.style_now] = 1.0
        steps = int(self.step_counts[self.meter_now].item())
        logit = self.map_decoder(row, style, section, meter)
        hits = torch.zeros(logit.shape[1:], dtype=torch.bool, device=row.device)
        shift = self.density_logits * (2 * self.density_now - 1)
        hits[:, :steps] = self.likely_bar(logit[0, :, :steps], shift)
        feel = self.feel_prior(row, style, section, meter)[0]
        cells = self.dynamics(hits.float().unsqueeze(0), feel, row, meter)
        velocity, offset = self.played(cells[2][0], cells[3][0], cells[4][0], cells[1][0], cells[5][0])
        return hits, velocity, offset

    def played(
        self, kind_logit: Tensor, level: Tensor, level_std: Tensor, offset: Tensor, offset_std: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Velocity and offset of each cell [voice, step]: what `clave.rhythm.dynamics.PlayedCells.draw` draws."""
        of_kind, of_level, of_offset = self.noise[self.meter_now].unbind(0)
        order = level.argsort(dim=0)
        passed = kind_logit.softmax(dim=0).gather(0, order).cumsum(dim=0) < torch.special.ndtr(of_kind).unsqueeze(0)
        place = passed.sum(dim=0, keepdim=True).clamp(max=level.shape[0] - 1)
        kind = order.gather(0, place)
        loud = level.gather(0, kind)[0] + level_std.gather(0, kind)[0] * of_level
        late = offset + offset_std * of_offset
        return loud.clamp(self.softest, 1.0), late.clamp(self.earliest, self.latest)

    @torch.jit.export
    def get_methods(self) -> list[str]:
        """What nn~ may call."""
        return ["forward"]

    @torch.jit.export
    def get_attributes(self) -> list[str]:
        """What nn~ may set."""
        return ["style", "meter", "density"]

    @torch.jit.export
    def get_style(self) -> int:
        """Which style, counted from 0; -1 for none."""
        return self.style_now

    @torch.jit.export
    def set_style(self, value: int) -> int:
        """0 if there is such a style, else -1, and nothing changes."""
        if value < -1 or value >= self.styles:
            return -1
        self.style_now, self.stale = value, True
        return 0

    @torch.jit.export
    def get_meter(self) -> int:
        """Which meter, counted from 0."""
        return self.meter_now

    @torch.jit.export
    def set_meter(self, value: int) -> int:
        """0 if the space has learned this meter, else -1, and nothing changes."""
        if value not in self.known_meters:
            return -1
        self.meter_now, self.stale = value, True
        return 0

    @torch.jit.export
    def get_density(self) -> float:
        """From 0, sparse, to 1, busy; 0.5 is as learned."""
        return self.density_now

    @torch.jit.export
    def set_density(self, value: float) -> int:
        """0 for a share in [0, 1], else -1, and nothing changes."""
        if not 0 <= value <= 1:
            return -1
        self.density_now, self.stale = value, True
        return 0


def _noise(steps: int, longest: int) -> Tensor:
    """The noise of bars of so many steps, 0 beyond their end."""
    noise = torch.zeros(3, len(VOICES), longest)
    noise[:, :, :steps] = torch.from_numpy(dynamics_noise(generator(0), steps)[:, 0])
    return noise


def rhythm_player(space: SpaceFolder) -> torch.jit.ScriptModule:
    """The rhythm space of this folder as a compiled module; ExportError for a space that is a map alone."""
    networks = traced_networks(space, ("map_decoder", "feel_prior", "dynamics"))
    with torchscript():
        return torch.jit.script(RhythmPlayer(space, networks).eval())
