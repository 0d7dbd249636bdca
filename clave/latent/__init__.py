"""A learned model as a folder, run with ONNX Runtime."""
