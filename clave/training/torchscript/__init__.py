"""A space as TorchScript: modules for nn~ in Max, Pd and SuperCollider, which `torch.jit.load` alone can run.

Annotations are plain tensors here and shapes stand in comments, because TorchScript compiles these classes itself.
"""
