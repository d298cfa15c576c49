-- Each start of the box. message_no counts here, so that pruning never makes a number come back.
CREATE TABLE boot (
    id              TEXT    NOT NULL PRIMARY KEY,   -- 16 hex digits, random
    started_at      TEXT    NOT NULL,               -- UTC
    last_message_no INTEGER NOT NULL DEFAULT 0      -- highest number given so far
) STRICT;

-- Every message ever appended, settled ones too: they prove what was raised and can be sent again.
CREATE TABLE message (
    position    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,  -- order of appending, over all boots
    id          TEXT    NOT NULL,
    boot        TEXT    NOT NULL REFERENCES boot (id),
    message_no  INTEGER NOT NULL,
    channel     TEXT    NOT NULL,
    payload     BLOB    NOT NULL,                   -- exact bytes, as published
    payload_crc INTEGER NOT NULL,                   -- CRC-32; SQLite does not check contents
    incident_id TEXT,                               -- set when the message is an event
    seq         INTEGER,
    settled_at  TEXT,                               -- UTC; NULL while the message waits
    outcome     TEXT,                               -- accepted, duplicate, quarantined, damaged
    reason      TEXT,
    CONSTRAINT message_id_is_unique UNIQUE (id),
    CONSTRAINT message_no_is_unique_in_a_boot UNIQUE (boot, message_no),
    CONSTRAINT message_is_settled_with_an_outcome CHECK ((settled_at IS NULL) = (outcome IS NULL))
) STRICT;

CREATE INDEX message_of_incident ON message (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX message_waiting ON message (position) WHERE outcome IS NULL;
CREATE INDEX message_settled ON message (settled_at) WHERE outcome IS NOT NULL;

-- The newest known state of each incident, written with its event. `mono` is not kept: it starts
-- anew with the box.
CREATE TABLE incident (
    id                      TEXT    NOT NULL PRIMARY KEY,
    camera                  TEXT    NOT NULL,
    hazard                  TEXT    NOT NULL,
    zone                    TEXT,
    started_at              TEXT    NOT NULL,
    started_uncertainty_s   REAL    NOT NULL,
    opened_at               TEXT    NOT NULL,
    opened_uncertainty_s    REAL    NOT NULL,
    last_held_at            TEXT    NOT NULL,
    last_held_uncertainty_s REAL    NOT NULL,
    seq                     INTEGER NOT NULL,
    score                   REAL    NOT NULL,
    is_open                 INTEGER NOT NULL CHECK (is_open IN (0, 1))
) STRICT;

CREATE INDEX incident_open ON incident (opened_at) WHERE is_open = 1;
