-- Mailboxes of ours that a relay keeps.

-- 0 until the relay has made it: before that nobody is told of it.
ALTER TABLE own_mailboxes ADD COLUMN is_made INTEGER NOT NULL DEFAULT 1 CHECK (is_made IN (0, 1));
