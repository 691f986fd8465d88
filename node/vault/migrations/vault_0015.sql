-- What a person was told of a message that may never have arrived, so that it can be taken back.

-- When its time was over before anybody had answered; empty again once the peer says that it had come whole.
ALTER TABLE outbox ADD COLUMN missed_at INTEGER;
