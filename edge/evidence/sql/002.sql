-- The file's SM3 beside its SHA-256, and whether the server was told of a file that is lost.
ALTER TABLE evidence ADD COLUMN sm3 TEXT;
ALTER TABLE evidence ADD COLUMN loss_told INTEGER NOT NULL DEFAULT 0 CHECK (loss_told IN (0, 1));

-- What the box's clock was worth when the clip was ordered.
ALTER TABLE clip_order ADD COLUMN clock TEXT;
