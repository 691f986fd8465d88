-- Streams that were begun anew, what is held back until it is known, and the evidence for people.

-- Since when we wait for a peer's list of consents, because we were restored; NULL: we do not wait.
ALTER TABLE peers ADD COLUMN state_awaited INTEGER;
-- Since when a peer that began a new stream waits for a person who phones it; NULL: nobody has to.
ALTER TABLE peers ADD COLUMN confirm_awaited INTEGER;
-- 1: a person asked this peer for a new stream, and whoever it is was phoned before.
ALTER TABLE peers ADD COLUMN is_epoch_asked INTEGER NOT NULL DEFAULT 0 CHECK (is_epoch_asked IN (0, 1));
-- How far the peer's stream had come before it began this one; a hello is answered with it.
ALTER TABLE peers ADD COLUMN in_former_epoch INTEGER;
ALTER TABLE peers ADD COLUMN in_former_sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peers ADD COLUMN in_former_hash BLOB;
-- When we may ask again for numbers that never came.
ALTER TABLE peers ADD COLUMN resync_due INTEGER NOT NULL DEFAULT 0;

CREATE INDEX peers_awaited ON peers (node_id) WHERE state_awaited IS NOT NULL;

-- Another computer speaks for this node: since when we know, and the peer that showed it.
CREATE TABLE superseded (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    at INTEGER NOT NULL,
    peer BLOB NOT NULL CHECK (length(peer) = 32)
) STRICT;

-- What each side told of a consent between the two; kept for ever, and says nothing about her.
CREATE TABLE listed_consents (
    peer BLOB NOT NULL CHECK (length(peer) = 32),
    consent_id BLOB NOT NULL CHECK (length(consent_id) = 16),
    -- 1 given, 2 expired, 3 superseded, 4 withdrawn; never goes back.
    state INTEGER NOT NULL CHECK (state IN (1, 2, 3, 4)),
    since INTEGER NOT NULL,
    -- The epoch of the hello to which the peer named it last; 0: we told it, and it did not.
    heard_epoch INTEGER NOT NULL,
    PRIMARY KEY (peer, consent_id)
) STRICT, WITHOUT ROWID;

-- Which parts of a peer's list have come, for the hello of an epoch.
CREATE TABLE listed_parts (
    peer BLOB NOT NULL CHECK (length(peer) = 32),
    epoch INTEGER NOT NULL,
    part INTEGER NOT NULL,
    PRIMARY KEY (peer, epoch, part)
) STRICT, WITHOUT ROWID;

-- A consent that came from a peer which no longer names it: nothing is read or taken under it.
ALTER TABLE consents ADD COLUMN is_unlisted INTEGER NOT NULL DEFAULT 0 CHECK (is_unlisted IN (0, 1));

-- Signed skeletons that contradict each other, for people to look at: ids, hashes and times, no content.
CREATE TABLE stream_evidence (
    evidence_id INTEGER NOT NULL PRIMARY KEY,
    peer BLOB NOT NULL CHECK (length(peer) = 32),
    -- E_FORK, E_CHAIN, E_EPOCH_SUPERSEDED, or `restored`: it is older than what it signed before.
    code TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- The skeleton that was held, where there was one, and the one that came.
    held BLOB,
    came BLOB NOT NULL
) STRICT;

CREATE INDEX stream_evidence_by_peer ON stream_evidence (peer, evidence_id);

-- Found without looking at everything that ever came.
CREATE INDEX referrals_heard ON referrals (peer) WHERE is_ours = 0;

-- What came from a peer whose list of consents has not come yet: shown nowhere.
CREATE VIEW hidden_threads (thread, case_id, peer) AS
SELECT r.thread, r.case_id, r.peer FROM peers p JOIN referrals r ON r.peer = p.node_id AND r.is_ours = 0
WHERE p.state_awaited IS NOT NULL AND p.status != 'removed';

CREATE VIEW hidden_cases (case_id, number, status, owner) AS
SELECT DISTINCT o.case_id, o.number, o.status, o.owner
FROM hidden_threads h JOIN case_order o ON o.case_id = h.case_id;

-- Payloads that are kept in case they are asked for again, by when they may go.
CREATE INDEX outbox_kept ON outbox (settled_at)
    WHERE state IN ('stored', 'refused') AND payload IS NOT NULL;
