-- What the node remembers. Enumerated words are held by CHECK; history is only added to.

-- This organisation; one row.
CREATE TABLE node_self (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    node_id BLOB NOT NULL CHECK (length(node_id) = 32),
    root BLOB NOT NULL CHECK (length(root) = 32),
    -- Signs messages, consents and bundles; the root's seed is on paper only.
    signing_seed BLOB NOT NULL CHECK (length(signing_seed) = 32),
    -- The signed card and bundle as peers get them.
    card BLOB NOT NULL,
    card_sequence INTEGER NOT NULL,
    bundle BLOB NOT NULL,
    bundle_generation INTEGER NOT NULL,
    -- A demo node is refused by `serve` off loopback.
    is_demo INTEGER NOT NULL CHECK (is_demo IN (0, 1)),
    -- The latest wall clock ever seen: a clock that was set back revives nothing.
    latest_seen INTEGER NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- Where this node picks up.
CREATE TABLE own_mailboxes (
    mailbox_id BLOB NOT NULL PRIMARY KEY CHECK (length(mailbox_id) = 16),
    origin TEXT NOT NULL,
    -- The mailbox's own key, which nothing links to the node.
    seed BLOB NOT NULL CHECK (length(seed) = 32),
    -- D: peers derive the token for a deposit from it.
    deposit_secret BLOB NOT NULL CHECK (length(deposit_secret) = 32),
    -- 1: the mailbox file of this node itself; 0: on a relay.
    is_local INTEGER NOT NULL CHECK (is_local IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Whose the slots of the keyring are; with it the keyring can be sealed anew without anybody's passphrase.
CREATE TABLE slots (
    slot_id BLOB NOT NULL PRIMARY KEY CHECK (length(slot_id) = 16),
    kind INTEGER NOT NULL,
    public BLOB NOT NULL CHECK (length(public) = 32)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    user_id BLOB NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('caseworker', 'counsellor', 'supervisor', 'data_officer')),
    slot_id BLOB NOT NULL UNIQUE REFERENCES slots,
    made_at INTEGER NOT NULL,
    -- Who added this person; NULL for the first.
    made_by BLOB,
    is_active INTEGER NOT NULL CHECK (is_active IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE peers (
    node_id BLOB NOT NULL PRIMARY KEY CHECK (length(node_id) = 32),
    root BLOB NOT NULL CHECK (length(root) = 32),
    signing BLOB NOT NULL CHECK (length(signing) = 32),
    -- The signing key before this one, good until the instant beside it.
    former_signing BLOB,
    former_until INTEGER NOT NULL,
    card BLOB NOT NULL,
    card_sequence INTEGER NOT NULL,
    display_name TEXT NOT NULL,
    country TEXT NOT NULL CHECK (country IN ('IN', 'BD', 'NP')),
    bundle BLOB NOT NULL,
    bundle_generation INTEGER NOT NULL,
    -- 1 pinned, 2 verified by a person. Level 0 has no row.
    level INTEGER NOT NULL CHECK (level IN (1, 2)),
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'paused', 'suspended', 'removed')),
    verified_how TEXT CHECK (verified_how IN ('in_person', 'voice')),
    verified_by BLOB,
    verified_at INTEGER,
    -- The auth of the invite we came with, until the answer came.
    pending_auth BLOB,
    added_at INTEGER NOT NULL,
    -- The last instant anything genuine came from there; resets the waits between attempts.
    last_heard INTEGER,
    -- Our stream to the peer: the last number given, and its hash.
    out_epoch INTEGER NOT NULL,
    out_sequence INTEGER NOT NULL,
    out_hash BLOB NOT NULL,
    -- The peer's stream to us: the highest number without a gap, and its hash.
    in_epoch INTEGER,
    in_sequence INTEGER NOT NULL,
    in_hash BLOB NOT NULL,
    in_frozen INTEGER NOT NULL CHECK (in_frozen IN (0, 1)),
    -- The audit head of the newest day the peer told us of.
    day INTEGER,
    day_hash BLOB
) STRICT, WITHOUT ROWID;

-- Invites we gave out; each lets one introduction in.
CREATE TABLE invites (
    auth BLOB NOT NULL PRIMARY KEY CHECK (length(auth) = 16),
    expires INTEGER NOT NULL,
    used_by BLOB
) STRICT, WITHOUT ROWID;

-- Every message that came: its skeleton for ever, its content until it is erased or refused.
CREATE TABLE messages (
    peer BLOB NOT NULL CHECK (length(peer) = 32),
    message_id BLOB NOT NULL CHECK (length(message_id) = 16),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    previous BLOB NOT NULL,
    type TEXT NOT NULL,
    thread BLOB NOT NULL,
    reply_to BLOB,
    -- The hash of the consent it came under; only for personal messages.
    consent BLOB,
    skeleton BLOB NOT NULL,
    created INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('applied', 'early', 'withheld', 'refused')),
    code TEXT,
    -- The payload; of a personal message only encrypted under the key named beside it.
    payload BLOB,
    key_id BLOB,
    -- 1 once her withdrawal came: nobody reads it, and soon it is gone.
    is_locked INTEGER NOT NULL CHECK (is_locked IN (0, 1)),
    seen_at INTEGER,
    PRIMARY KEY (peer, message_id)
) STRICT;

CREATE INDEX messages_by_place ON messages (peer, epoch, sequence);
CREATE INDEX messages_by_thread ON messages (thread);
CREATE INDEX messages_by_consent ON messages (consent) WHERE consent IS NOT NULL;

-- What is to leave. Numbers are given when an item is first sealed.
CREATE TABLE outbox (
    -- The order in which things were queued is the order in which they are numbered.
    number INTEGER NOT NULL PRIMARY KEY,
    message_id BLOB NOT NULL UNIQUE CHECK (length(message_id) = 16),
    peer BLOB NOT NULL CHECK (length(peer) = 32),
    type TEXT NOT NULL,
    thread BLOB NOT NULL,
    reply_to BLOB,
    -- The consent an item leaves under, also where its hash does not travel (an offer).
    consent_id BLOB,
    -- Stands in the skeleton; only for personal messages.
    consent BLOB,
    -- 0 at once, 1 soon, 2 normal.
    urgency INTEGER NOT NULL CHECK (urgency IN (0, 1, 2)),
    queued_at INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('queued', 'sealed', 'deposited', 'stored', 'refused')),
    is_withheld INTEGER NOT NULL CHECK (is_withheld IN (0, 1)),
    -- The payload; of a personal message only encrypted under the key named beside it.
    payload BLOB,
    key_id BLOB,
    -- From the first sealing on.
    epoch INTEGER,
    sequence INTEGER,
    hash BLOB,
    expires INTEGER,
    skeleton BLOB,
    prekey_id BLOB,
    deposited_at INTEGER,
    settled_at INTEGER,
    -- What the peer refused it with.
    code TEXT
) STRICT;

CREATE INDEX outbox_due ON outbox (peer, urgency, number)
    WHERE state IN ('queued', 'sealed', 'deposited');
-- A receipt finds what it settles here, however long the stream behind it has become.
CREATE INDEX outbox_unsettled ON outbox (peer, epoch, sequence)
    WHERE state IN ('sealed', 'deposited');
CREATE INDEX outbox_by_place ON outbox (peer, epoch, sequence) WHERE sequence IS NOT NULL;
CREATE INDEX outbox_by_consent ON outbox (consent_id) WHERE consent_id IS NOT NULL;

-- What is still to be answered with a receipt; a row goes when the receipt is sealed.
CREATE TABLE receipts_due (
    peer BLOB NOT NULL,
    message_id BLOB NOT NULL,
    hash BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    -- 1 may be told as part of a range.
    in_range INTEGER NOT NULL CHECK (in_range IN (0, 1)),
    status INTEGER NOT NULL,
    at INTEGER NOT NULL,
    code TEXT,
    PRIMARY KEY (peer, message_id, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE cases (
    case_id BLOB NOT NULL PRIMARY KEY CHECK (length(case_id) = 16),
    -- For people, inside this organisation only.
    case_number TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL
        CHECK (status IN ('intake', 'active', 'accompanying', 'closed', 'reopened')),
    owner BLOB NOT NULL,
    age_band TEXT NOT NULL CHECK (age_band IN ('under_18', 'adult')),
    language TEXT NOT NULL,
    opened_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE case_facts (
    case_id BLOB NOT NULL REFERENCES cases,
    field TEXT NOT NULL,
    -- SCE, so that a value is read as strictly as one from the wire.
    value BLOB NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB NOT NULL,
    PRIMARY KEY (case_id, field)
) STRICT, WITHOUT ROWID;

-- Her own words; never edited: another wording is another row.
CREATE TABLE sentences (
    sentence_id BLOB NOT NULL PRIMARY KEY CHECK (length(sentence_id) = 16),
    case_id BLOB NOT NULL REFERENCES cases,
    category INTEGER NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sentences_by_case ON sentences (case_id);

-- The random name of one survivor at one peer.
CREATE TABLE handles (
    handle BLOB NOT NULL PRIMARY KEY CHECK (length(handle) = 16),
    case_id BLOB REFERENCES cases,
    peer BLOB NOT NULL,
    UNIQUE (case_id, peer)
) STRICT;

-- Every consent there ever was, issued here or copied to us.
CREATE TABLE consents (
    consent_id BLOB NOT NULL PRIMARY KEY CHECK (length(consent_id) = 16),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    signed BLOB NOT NULL,
    handle BLOB NOT NULL,
    holder BLOB NOT NULL,
    recipient BLOB NOT NULL,
    purpose TEXT NOT NULL,
    expires INTEGER NOT NULL,
    -- The case it is about, where it is one of ours.
    case_id BLOB REFERENCES cases,
    is_issued_here INTEGER NOT NULL CHECK (is_issued_here IN (0, 1)),
    asked_by BLOB,
    -- Her words about her conditions; never leave except in the copy for the other party.
    words TEXT,
    -- The code on the card she carries; no peer knows it.
    receipt_id BLOB
) STRICT, WITHOUT ROWID;

CREATE INDEX consents_by_case ON consents (case_id);
CREATE INDEX consents_by_handle ON consents (handle);

-- What happened to each consent; only added to, each event bound to the one before it.
CREATE TABLE consent_events (
    number INTEGER NOT NULL PRIMARY KEY,
    consent_id BLOB NOT NULL REFERENCES consents,
    event TEXT NOT NULL CHECK (event IN ('requested', 'deferred', 'given', 'confirmed_by_holder',
        'refused', 'withdrawn', 'expired', 'superseded', 'invalidated', 'unknown')),
    at INTEGER NOT NULL,
    by_user BLOB,
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX consent_events_by_consent ON consent_events (consent_id);

-- The sentences she ticked one by one for a consent.
CREATE TABLE ticks (
    consent_id BLOB NOT NULL REFERENCES consents,
    text_hash BLOB NOT NULL CHECK (length(text_hash) = 32),
    ticked_at INTEGER NOT NULL,
    PRIMARY KEY (consent_id, text_hash)
) STRICT, WITHOUT ROWID;

-- A consent withdrawn between this node and a peer; refuses a later grant for ever.
CREATE TABLE tombstones (
    peer BLOB NOT NULL,
    consent_id BLOB NOT NULL,
    handle BLOB,
    withdrawn_at INTEGER NOT NULL,
    PRIMARY KEY (peer, consent_id)
) STRICT, WITHOUT ROWID;

-- Withdrawals we told somebody of, until they are answered.
CREATE TABLE withdrawals_told (
    consent_id BLOB NOT NULL,
    peer BLOB NOT NULL,
    wanted TEXT NOT NULL,
    told_at INTEGER NOT NULL,
    repeat_due INTEGER NOT NULL,
    -- 0 asked, 1 locked, 2 erased, 3 legal hold.
    status INTEGER NOT NULL CHECK (status IN (0, 1, 2, 3)),
    locked_at INTEGER,
    erased_at INTEGER,
    -- The hashes of the peer's signed answers.
    locked_answer BLOB,
    erased_answer BLOB,
    PRIMARY KEY (consent_id, peer)
) STRICT, WITHOUT ROWID;

-- What we have to destroy because she withdrew.
CREATE TABLE erasures (
    consent_id BLOB NOT NULL PRIMARY KEY,
    -- Who told us, and is answered; NULL where she told us herself.
    told_by BLOB,
    locked_at INTEGER NOT NULL,
    erase_by INTEGER NOT NULL,
    erased_at INTEGER
) STRICT, WITHOUT ROWID;

-- Every leaving of data, in the same transaction as its outbox row.
CREATE TABLE disclosures (
    message_id BLOB NOT NULL PRIMARY KEY,
    consent_id BLOB NOT NULL,
    peer BLOB NOT NULL,
    categories TEXT NOT NULL,
    fields TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX disclosures_by_consent ON disclosures (consent_id);

CREATE TABLE referrals (
    thread BLOB NOT NULL PRIMARY KEY CHECK (length(thread) = 16),
    peer BLOB NOT NULL,
    -- 1: we refer; 0: we were asked.
    is_ours INTEGER NOT NULL CHECK (is_ours IN (0, 1)),
    case_id BLOB REFERENCES cases,
    consent_id BLOB,
    state TEXT NOT NULL,
    -- The C0 body as SCE.
    offer BLOB NOT NULL,
    answer_by INTEGER NOT NULL,
    -- The accepting side's named worker, first step and date.
    worker TEXT,
    first_step TEXT,
    from_date INTEGER,
    -- SHA-256 of the dossier's content: what was sent, or what arrived.
    dossier_hash BLOB,
    arrived_at INTEGER,
    made_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX referrals_by_case ON referrals (case_id);
CREATE INDEX referrals_by_consent ON referrals (consent_id);

CREATE TABLE referral_events (
    number INTEGER NOT NULL PRIMARY KEY,
    thread BLOB NOT NULL REFERENCES referrals,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    -- 1: the other side told us.
    is_heard INTEGER NOT NULL CHECK (is_heard IN (0, 1)),
    at INTEGER NOT NULL,
    -- A code that belongs to the event: a question, an answer, a reason.
    detail TEXT
) STRICT;

CREATE INDEX referral_events_by_thread ON referral_events (thread);

CREATE TABLE follow_ups (
    follow_up_id BLOB NOT NULL PRIMARY KEY CHECK (length(follow_up_id) = 16),
    thread BLOB NOT NULL,
    peer BLOB NOT NULL,
    -- 1: we asked for it; 0: we do it.
    is_asked_by_us INTEGER NOT NULL CHECK (is_asked_by_us IN (0, 1)),
    due INTEGER NOT NULL,
    state TEXT NOT NULL,
    -- Seen or not, and when; NULL until reported.
    was_seen INTEGER CHECK (was_seen IN (0, 1)),
    seen_at INTEGER,
    -- The message that carries her words, where one does.
    report BLOB,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX follow_ups_by_thread ON follow_ups (thread);

-- What a person is to do.
CREATE TABLE tasks (
    task_id INTEGER NOT NULL PRIMARY KEY,
    task TEXT NOT NULL,
    peer BLOB NOT NULL,
    thread BLOB,
    due INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    done_at INTEGER,
    done_by BLOB
) STRICT;

CREATE INDEX tasks_open ON tasks (due) WHERE done_at IS NULL;
CREATE INDEX tasks_open_by_subject ON tasks (peer, thread, task) WHERE done_at IS NULL;

-- Half-written answers; go with what they are about.
CREATE TABLE drafts (
    user_id BLOB NOT NULL,
    -- What is being written, such as `case` or `thread` with its id.
    place TEXT NOT NULL,
    about BLOB NOT NULL,
    text TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, place, about)
) STRICT, WITHOUT ROWID;

-- Words that can be searched for: each text with the row it belongs to.
CREATE TABLE search_texts (
    search_id INTEGER NOT NULL PRIMARY KEY,
    -- The id of the case or of the message.
    owner BLOB NOT NULL,
    -- `case` or `message`.
    owner_kind TEXT NOT NULL CHECK (owner_kind IN ('case', 'message')),
    -- Prepared for matching: composed form, without joiners.
    text TEXT NOT NULL
) STRICT;

CREATE INDEX search_texts_by_owner ON search_texts (owner);

-- Who did what, each entry bound to the one before it. Objects are named by a salted hash only.
CREATE TABLE audit (
    number INTEGER NOT NULL PRIMARY KEY,
    epoch INTEGER NOT NULL,
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    at INTEGER NOT NULL,
    actor BLOB NOT NULL CHECK (length(actor) = 16),
    event TEXT NOT NULL,
    object BLOB NOT NULL CHECK (length(object) = 32),
    details BLOB NOT NULL CHECK (length(details) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- What the hashes stand for; may be erased without breaking the chain.
CREATE TABLE audit_details (
    number INTEGER NOT NULL PRIMARY KEY,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    object BLOB NOT NULL,
    details TEXT NOT NULL
) STRICT;
