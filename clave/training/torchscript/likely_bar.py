"""The bar that plays at a map point, in torch: the twin of `clave.rhythm.likely_bar` and `clave.rhythm.hands`."""

import math

import torch
from torch import Tensor, nn

from clave.music.kit import VOICES, voice
from clave.rhythm.hands import BY_HAND, EXTRA_HANDS, HANDS, SUBSETS, SURE
from clave.rhythm.likely_bar import ALTERNATIVES, LEAST_SHARE, POOLED


class LikelyBar(nn.Module):
    """Which cells sound, chosen together, from the logit of each."""

    alike: Tensor  # [voice, voice]: 1 where one voice stands for the other
    subsets: Tensor  # [subset, 5]: of the voices that hands play
    extra: Tensor  # [subset]: hands beyond two
    by_hand: Tensor  # [5]

    def __init__(self, threshold: float) -> None:
        super().__init__()
        groups = torch.zeros(len(ALTERNATIVES), len(VOICES))
        for row, group in enumerate(ALTERNATIVES):
            groups[row, [voice(name).index for name in group]] = 1
        self.register_buffer("alike", groups.T @ groups)
        self.register_buffer("subsets", torch.from_numpy(SUBSETS).float())
        self.register_buffer("extra", torch.from_numpy(EXTRA_HANDS).float())
        self.register_buffer("by_hand", torch.tensor(BY_HAND))
        self.threshold = threshold
        self.passing = max(POOLED, 1 / (1 + math.exp(-threshold)))
        self.least_share = LEAST_SHARE
        self.hands, self.sure = HANDS, SURE
        self.closed, self.open, self.cymbal = (voice(name).index for name in ("closed hi-hat", "open hi-hat", "cymbal"))
        self.snare, self.tom = voice("snare").index, voice("tom").index

    def forward(self, logit: Tensor, shift: float) -> Tensor:
        """Of logits [voice, step], which cells sound, bool; `shift` says how much more readily, in logits."""
        shifted = torch.sigmoid(logit + shift)
        hits = logit > self.threshold - shift
        of_others = self.alike @ shifted
        likeliest = shifted == (self.alike.unsqueeze(2) * shifted.unsqueeze(0)).amax(dim=1)
        pooled = torch.where(likeliest, of_others, shifted)
        hits = hits | ((pooled > self.passing) & ((self.alike @ hits.float()) == 0))
        missing = int(torch.ceil(self.least_share * shifted.sum()).item()) - int(hits.sum().item())
        if missing > 0:
            left = torch.where(hits, torch.full_like(pooled, -1.0), pooled).flatten()
            added = torch.zeros_like(left)
            added[left.topk(missing).indices] = 1.0
            hits = hits | (added.view_as(pooled) > 0)
        return self.playable(hits, torch.sigmoid(logit))

    def playable(self, hits: Tensor, probability: Tensor) -> Tensor:
        """The likeliest strokes of these [voice, step] that two hands can play, and what is so sure that it sounds."""
        hat = hits[self.open] | (hits[self.closed] & ~hits[self.cymbal])
        count = hat.long() + hits[self.snare].long() + hits[self.tom].long() + hits[self.cymbal].long()
        struck, likely = hits[self.by_hand].float(), probability[self.by_hand]
        value = self.subsets @ likely - (self.sure * self.extra).unsqueeze(1)
        silent = (self.subsets @ (1 - struck)) > 0
        best = torch.where(silent, torch.full_like(value, -1e9), value).argmax(dim=0)
        kept = torch.where((count > self.hands).unsqueeze(0), self.subsets[best].T > 0, struck > 0)
        playable = hits.clone()
        playable[self.by_hand] = kept
        return playable
