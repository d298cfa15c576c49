-- What goes first (severity; manifests after all events), and what may go when there is no room.
ALTER TABLE message ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;   -- 1 to 4: severity; 0: manifest
ALTER TABLE message ADD COLUMN is_update INTEGER NOT NULL DEFAULT 0;  -- 1: newer changes say it all

UPDATE message SET
    priority = coalesce(json_extract(CAST(payload AS TEXT), '$.severity'), 0),
    is_update = coalesce(json_extract(CAST(payload AS TEXT), '$.change') = 'updated', 0)
WHERE outcome IS NULL AND json_valid(CAST(payload AS TEXT));

DROP INDEX message_waiting;
CREATE INDEX message_waiting ON message (priority DESC, position) WHERE outcome IS NULL;
