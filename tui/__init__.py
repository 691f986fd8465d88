"""The desk: what a person sees of her own node, and the client through which it asks."""
