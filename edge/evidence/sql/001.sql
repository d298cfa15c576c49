-- Files of evidence. A row without a file says so in `state`; nothing is forgotten silently.
CREATE TABLE evidence (
    no          INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256      TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
    kind        TEXT NOT NULL,
    media_type  TEXT NOT NULL,
    redaction   TEXT NOT NULL,
    bytes       INTEGER NOT NULL CHECK (bytes > 0),
    created_at  TEXT NOT NULL,
    uploaded_at TEXT,
    state       TEXT NOT NULL DEFAULT 'kept' CHECK (state IN ('kept', 'evicted', 'missing')),
    reason      TEXT
) STRICT;
CREATE INDEX evidence_waiting ON evidence (state, uploaded_at, no);

-- Clips that were ordered and not sealed yet: after a crash each still gets its manifest.
CREATE TABLE clip_order (
    incident   TEXT PRIMARY KEY,
    camera     TEXT NOT NULL,
    hazard     TEXT NOT NULL,
    trigger_at TEXT NOT NULL,
    files      TEXT NOT NULL,
    lost       TEXT NOT NULL
) STRICT;

-- Manifests in the order they were sealed; each names the hash of the one before it.
CREATE TABLE sealed (
    no        INTEGER PRIMARY KEY AUTOINCREMENT,
    incident  TEXT NOT NULL UNIQUE,
    sha256    TEXT NOT NULL CHECK (length(sha256) = 64),
    manifest  TEXT NOT NULL,
    signature TEXT NOT NULL,
    announced INTEGER NOT NULL DEFAULT 0 CHECK (announced IN (0, 1))
) STRICT;
