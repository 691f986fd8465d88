-- Who belongs: charters, suspends, what a removal leaves to do, and mailboxes that are being left.

-- Every version that was applied, as it travels. The newest is the one that is held.
CREATE TABLE charters (
    version INTEGER NOT NULL PRIMARY KEY CHECK (version >= 1),
    signed BLOB NOT NULL,
    applied_at INTEGER NOT NULL,
    -- Who applied it; NULL where it came as a message and followed the one that was held.
    applied_by BLOB
) STRICT;

-- A first charter that a partner sent: nothing of it counts before a person has looked at it.
CREATE TABLE charters_offered (
    peer BLOB NOT NULL PRIMARY KEY CHECK (length(peer) = 32),
    chain BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Every suspend that was ever taken: one that was used up has no effect when it is shown again.
CREATE TABLE suspends (
    -- Of the body: the same suspend may come with other signatures.
    body_hash BLOB NOT NULL PRIMARY KEY CHECK (length(body_hash) = 32),
    node_id BLOB NOT NULL CHECK (length(node_id) = 32),
    -- It holds up to this card; a newer one uses it up.
    card_sequence INTEGER NOT NULL,
    signed BLOB NOT NULL,
    -- Since when it holds: its own date, or its coming.
    since INTEGER NOT NULL,
    came_at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_by TEXT CHECK (ended_by IN ('newer_card', 'charter', 'verified'))
) STRICT, WITHOUT ROWID;

CREATE INDEX suspends_live ON suspends (node_id) WHERE ended_at IS NULL;

-- Who was removed; as long as is_moved is 0, the removed one still knows where we pick up.
CREATE TABLE removals (
    node_id BLOB NOT NULL PRIMARY KEY CHECK (length(node_id) = 32),
    at INTEGER NOT NULL,
    -- Who did it; zeros for the node itself, as the charter says.
    removed_by BLOB NOT NULL,
    is_moved INTEGER NOT NULL CHECK (is_moved IN (0, 1))
) STRICT, WITHOUT ROWID;

-- When a mailbox that was left is deleted; NULL for the one that we tell others of.
ALTER TABLE own_mailboxes ADD COLUMN ends INTEGER;

-- A withdrawal that a suspended partner told locks at once; a person confirms before it erases. Whose word
-- it is that is to be confirmed; NULL where nothing waits.
ALTER TABLE erasures ADD COLUMN unconfirmed BLOB;
