"""One organisation's node, or a relay: it remembers and carries what `protocol` decides."""
