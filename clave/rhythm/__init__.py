"""Bars: what one hears in them, our own grooves, and the space that is learned from them."""
