"""Floors: what the bare libraries do on this machine. Nothing of the product is imported here."""
