-- When the last good picture of a camera was taken whose own state is the hazard.
ALTER TABLE clip_order ADD COLUMN last_good_at TEXT;
