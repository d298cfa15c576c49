-- Areas that were burnt in at the camera when the clip was ordered.
ALTER TABLE clip_order ADD COLUMN masks TEXT NOT NULL DEFAULT '[]';
