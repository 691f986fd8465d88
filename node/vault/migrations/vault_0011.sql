-- The audit log as others witness it, and when things leave.

-- The head of every day that is over. `last_entry` is the hash of the last entry so far, and `last_number` its
-- number, also on a day without one; 0 and zeros while there is none at all.
CREATE TABLE audit_days (
    day INTEGER NOT NULL PRIMARY KEY,
    last_number INTEGER NOT NULL CHECK (last_number >= 0),
    last_entry BLOB NOT NULL CHECK (length(last_entry) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- What stands in place of the entries that were taken off: the last of them, with the head of its day as the
-- node signed it then. At most one row.
CREATE TABLE audit_cut (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    number INTEGER NOT NULL CHECK (number > 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    day INTEGER NOT NULL,
    checkpoint BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Heads that we told a peer: in which message, and the peer's own signed message that acknowledges that one.
CREATE TABLE shared_heads (
    peer BLOB NOT NULL CHECK (length(peer) = 32),
    day INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    skeleton BLOB NOT NULL,
    answer BLOB,
    PRIMARY KEY (peer, day)
) STRICT, WITHOUT ROWID;

-- Heads that peers told us, each in the signed skeleton it came in: the one that is held, and those that did not
-- fit the one that was held then.
CREATE TABLE witnessed_heads (
    number INTEGER NOT NULL PRIMARY KEY,
    peer BLOB NOT NULL CHECK (length(peer) = 32),
    day INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    epoch INTEGER NOT NULL,
    created INTEGER NOT NULL,
    message_id BLOB NOT NULL CHECK (length(message_id) = 16),
    skeleton BLOB NOT NULL,
    came_at INTEGER NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('held', 'contradicted', 'differs', 'restored'))
) STRICT;

CREATE UNIQUE INDEX witnessed_heads_held ON witnessed_heads (peer) WHERE standing = 'held';
CREATE INDEX witnessed_heads_by_peer ON witnessed_heads (peer, day);

-- What left for a peer: on which day last, and when cover is to leave today.
CREATE TABLE cadence (
    peer BLOB NOT NULL PRIMARY KEY CHECK (length(peer) = 32),
    left_on INTEGER,
    planned_for INTEGER,
    cover_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
