"""One-shots: our own synthesizer, the data sets, and the space that is learned from them."""
