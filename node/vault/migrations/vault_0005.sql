-- Cases in the order in which they were opened here, counted, and found by the words about each of them.

-- The case a text is about; NULL where there is none, and once it may no longer be read.
ALTER TABLE search_texts ADD COLUMN case_id BLOB;

UPDATE search_texts SET case_id = owner WHERE owner_kind = 'case';

UPDATE search_texts SET case_id = (
    SELECT r.case_id FROM messages m JOIN referrals r ON r.thread = m.thread
    WHERE m.message_id = search_texts.owner AND m.is_locked = 0 AND m.payload IS NOT NULL
) WHERE owner_kind = 'message';

INSERT INTO search_texts (owner, owner_kind, text, case_id)
SELECT case_id, 'case', case_number, case_id FROM cases c
WHERE NOT EXISTS (SELECT 1 FROM search_texts s WHERE s.owner = c.case_id AND s.text = c.case_number);

CREATE INDEX search_texts_by_case ON search_texts (case_id) WHERE case_id IS NOT NULL;

-- Narrow, so that any page of a long list is found by walking over few pages of the file.
CREATE TABLE case_order (
    -- Grows with each case that is opened.
    number INTEGER NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL UNIQUE REFERENCES cases,
    status TEXT NOT NULL,
    owner BLOB NOT NULL
) STRICT;

CREATE INDEX case_order_by_status ON case_order (status);
CREATE INDEX case_order_by_owner ON case_order (owner, status);

-- How many cases there are, without counting them each time.
CREATE TABLE case_counts (
    owner BLOB NOT NULL,
    status TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (owner, status)
) STRICT, WITHOUT ROWID;

-- One text for each case, so that two words are found together wherever they stand.
CREATE TABLE case_words (
    number INTEGER NOT NULL PRIMARY KEY REFERENCES case_order,
    -- Prepared for matching, as `search_texts` is.
    words TEXT NOT NULL,
    -- Status and owner as words of their own: a search is narrowed inside the index.
    marks TEXT NOT NULL
) STRICT;

-- As `search`. With a prefix of one letter too, a search answers from the first key on.
CREATE VIRTUAL TABLE case_search USING fts5(
    words,
    marks,
    content = 'case_words',
    content_rowid = 'number',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'",
    prefix = '1 2 3'
);

INSERT INTO case_search (case_search, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER case_words_inserted AFTER INSERT ON case_words BEGIN
    INSERT INTO case_search (rowid, words, marks) VALUES (new.number, new.words, new.marks);
END;

CREATE TRIGGER case_words_changed AFTER UPDATE ON case_words
WHEN old.words IS NOT new.words OR old.marks IS NOT new.marks BEGIN
    INSERT INTO case_search (case_search, rowid, words, marks)
    VALUES ('delete', old.number, old.words, old.marks);
    INSERT INTO case_search (rowid, words, marks) VALUES (new.number, new.words, new.marks);
END;

CREATE TRIGGER case_words_deleted AFTER DELETE ON case_words BEGIN
    INSERT INTO case_search (case_search, rowid, words, marks)
    VALUES ('delete', old.number, old.words, old.marks);
END;

INSERT INTO case_order (case_id, status, owner)
SELECT case_id, status, owner FROM cases ORDER BY opened_at, case_id DESC;

INSERT INTO case_counts (owner, status, count)
SELECT owner, status, count(*) FROM cases GROUP BY owner, status;

INSERT INTO case_words (number, words, marks)
SELECT o.number, coalesce((SELECT group_concat(text, char(10))
    FROM (SELECT text FROM search_texts WHERE case_id = o.case_id ORDER BY search_id)), ''),
    'status' || o.status || ' owner' || lower(hex(o.owner))
FROM case_order o;

CREATE TRIGGER cases_opened AFTER INSERT ON cases BEGIN
    INSERT INTO case_order (case_id, status, owner) VALUES (new.case_id, new.status, new.owner);
    INSERT INTO case_words (number, words, marks)
    SELECT number, '', 'status' || status || ' owner' || lower(hex(owner))
    FROM case_order WHERE case_id = new.case_id;
    INSERT INTO case_counts (owner, status, count) VALUES (new.owner, new.status, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER cases_moved AFTER UPDATE OF status, owner ON cases
WHEN old.status IS NOT new.status OR old.owner IS NOT new.owner BEGIN
    UPDATE case_order SET status = new.status, owner = new.owner WHERE case_id = new.case_id;
    UPDATE case_words SET marks = 'status' || new.status || ' owner' || lower(hex(new.owner))
    WHERE number = (SELECT number FROM case_order WHERE case_id = new.case_id);
    UPDATE case_counts SET count = count - 1 WHERE owner = old.owner AND status = old.status;
    INSERT INTO case_counts (owner, status, count) VALUES (new.owner, new.status, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER cases_deleted BEFORE DELETE ON cases BEGIN
    DELETE FROM case_words
    WHERE number = (SELECT number FROM case_order WHERE case_id = old.case_id);
    DELETE FROM case_order WHERE case_id = old.case_id;
    UPDATE case_counts SET count = count - 1 WHERE owner = old.owner AND status = old.status;
END;

-- What ends soon, what is to be done on which day, and whether a withdrawal has arrived.
CREATE INDEX consents_by_end ON consents (expires) WHERE case_id IS NOT NULL;
CREATE INDEX follow_ups_by_due ON follow_ups (due);
CREATE INDEX outbox_withdrawals ON outbox (peer) WHERE type = 'consent.withdrawn/1';
