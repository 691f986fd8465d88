-- What a person over there has seen, and not only their computer.

-- As the peer told it, once, in a receipt of its own; empty where it did not, or where nobody has looked.
ALTER TABLE outbox ADD COLUMN seen_at INTEGER;
