-- What is kept, what of it waits for the server and what is lost, kept up to date by the database
-- itself: a box asks with every file, and its rows grow for years.
CREATE TABLE evidence_sum (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    used_bytes    INTEGER NOT NULL,
    waiting_bytes INTEGER NOT NULL,
    lost_files    INTEGER NOT NULL
) STRICT;
CREATE VIEW evidence_counted AS SELECT
    coalesce(sum(bytes) FILTER (WHERE state = 'kept'), 0) AS used_bytes,
    coalesce(sum(bytes) FILTER (WHERE state = 'kept' AND uploaded_at IS NULL), 0) AS waiting_bytes,
    count(*) FILTER (WHERE state != 'kept' AND uploaded_at IS NULL) AS lost_files
    FROM evidence;
INSERT INTO evidence_sum SELECT 1, * FROM evidence_counted;

CREATE TRIGGER evidence_sum_insert AFTER INSERT ON evidence BEGIN
    UPDATE evidence_sum SET
        used_bytes = used_bytes + NEW.bytes * (NEW.state = 'kept'),
        waiting_bytes = waiting_bytes
            + NEW.bytes * (NEW.state = 'kept' AND NEW.uploaded_at IS NULL),
        lost_files = lost_files + (NEW.state != 'kept' AND NEW.uploaded_at IS NULL);
END;
CREATE TRIGGER evidence_sum_delete AFTER DELETE ON evidence BEGIN
    UPDATE evidence_sum SET
        used_bytes = used_bytes - OLD.bytes * (OLD.state = 'kept'),
        waiting_bytes = waiting_bytes
            - OLD.bytes * (OLD.state = 'kept' AND OLD.uploaded_at IS NULL),
        lost_files = lost_files - (OLD.state != 'kept' AND OLD.uploaded_at IS NULL);
END;
CREATE TRIGGER evidence_sum_update AFTER UPDATE OF bytes, state, uploaded_at ON evidence BEGIN
    UPDATE evidence_sum SET
        used_bytes = used_bytes
            + NEW.bytes * (NEW.state = 'kept') - OLD.bytes * (OLD.state = 'kept'),
        waiting_bytes = waiting_bytes
            + NEW.bytes * (NEW.state = 'kept' AND NEW.uploaded_at IS NULL)
            - OLD.bytes * (OLD.state = 'kept' AND OLD.uploaded_at IS NULL),
        lost_files = lost_files
            + (NEW.state != 'kept' AND NEW.uploaded_at IS NULL)
            - (OLD.state != 'kept' AND OLD.uploaded_at IS NULL);
END;

-- Losses are asked for once a second, among all that ever went.
CREATE INDEX evidence_untold ON evidence (no)
    WHERE state != 'kept' AND uploaded_at IS NULL AND loss_told = 0;
