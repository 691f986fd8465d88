-- What goes with a mailbox of ours that a relay keeps.

-- The pin of the key with which the relay speaks TLS; NULL where only authorities vouch for it.
ALTER TABLE own_mailboxes ADD COLUMN pin BLOB CHECK (pin IS NULL OR length(pin) = 32);

-- A deposit secret that the relay has still to be told of: until then partners go on with the one they have.
ALTER TABLE own_mailboxes ADD COLUMN next_secret BLOB CHECK (next_secret IS NULL OR length(next_secret) = 32);

-- The deposit secret before this one, with which the relay still lets deposit, and until when.
ALTER TABLE own_mailboxes ADD COLUMN former_secret BLOB
    CHECK (former_secret IS NULL OR length(former_secret) = 32);
ALTER TABLE own_mailboxes ADD COLUMN former_until INTEGER
    CHECK ((former_until IS NULL) = (former_secret IS NULL));
