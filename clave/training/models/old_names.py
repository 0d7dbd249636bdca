"""Weights that were saved when the parts of a model had other names."""

from collections.abc import Mapping
from typing import Any

from torch import nn


def accept_old_names(module: nn.Module, names: Mapping[str, str]) -> None:
    """Let `module.load_state_dict` take weights under these old names too, given as old name -> name now.

    A name is that of a part or a buffer of the module itself; what lies below it keeps its own name.
    """

    def rename(_module: nn.Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
        for old, new in names.items():
            for key in list(state):
                if key == prefix + old or key.startswith(f"{prefix}{old}."):
                    state[prefix + new + key.removeprefix(prefix + old)] = state.pop(key)

    module.register_load_state_dict_pre_hook(rename)
