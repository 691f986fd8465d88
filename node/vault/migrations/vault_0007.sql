-- The life of keys: what is known of the clock, the key before this one, and what was done when.

-- One row: our own clock as it was when it was last trusted; NULL before anybody looked.
CREATE TABLE clock (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    trusted_at INTEGER
) STRICT;

INSERT INTO clock (singleton, trusted_at) SELECT 1, (SELECT latest_seen FROM node_self);

-- What others said the time is, beside what our own clock said when we heard it; a few for each of them.
CREATE TABLE clock_samples (
    number INTEGER NOT NULL PRIMARY KEY,
    -- A node id, or the hash of the address of a mailbox.
    source BLOB NOT NULL CHECK (length(source) = 32),
    said INTEGER NOT NULL,
    heard_at INTEGER NOT NULL
) STRICT;

CREATE INDEX clock_samples_by_source ON clock_samples (source, number);

-- Whom a person overruled: what it says is not counted for a while, unless it agrees again.
CREATE TABLE clock_overruled (
    source BLOB NOT NULL PRIMARY KEY CHECK (length(source) = 32),
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When a mailbox was last found empty, by a clock that was trusted.
ALTER TABLE own_mailboxes ADD COLUMN emptied_at INTEGER;

-- The signing key before this one, for partners who do not have the newer card yet; gone after the instant
-- beside it.
ALTER TABLE node_self ADD COLUMN former_seed BLOB CHECK (length(former_seed) = 32);
ALTER TABLE node_self ADD COLUMN former_until INTEGER;

-- A newer card that waits for the signature of the root, and the signing key it is for.
CREATE TABLE card_next (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    seed BLOB NOT NULL CHECK (length(seed) = 32),
    body BLOB NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- For how many months after the last message of a thread its skeletons are kept.
CREATE TABLE retention (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    skeleton_months INTEGER NOT NULL CHECK (skeleton_months BETWEEN 3 AND 84)
) STRICT;

INSERT INTO retention (singleton, skeleton_months) VALUES (1, 24);

-- When each periodic job was last done; what is due after a sleep or a power cut is found here.
CREATE TABLE jobs_done (
    job TEXT NOT NULL PRIMARY KEY,
    done_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
