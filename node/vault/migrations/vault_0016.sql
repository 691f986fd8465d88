-- Envelopes of others that came on a stick and are carried along to a partner, sealed as they came.

CREATE TABLE ferried (
    envelope_id BLOB NOT NULL PRIMARY KEY CHECK (length(envelope_id) = 16),
    peer BLOB NOT NULL CHECK (length(peer) = 32),
    size INTEGER NOT NULL CHECK (size > 0),
    came_at INTEGER NOT NULL,
    raw BLOB NOT NULL
) STRICT;

CREATE INDEX ferried_by_peer ON ferried (peer, came_at);
