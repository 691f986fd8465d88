"""Where sealed envelopes wait, on the node itself or on a relay, unreadable to their keeper."""
