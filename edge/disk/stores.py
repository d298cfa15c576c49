"""What lies where in a box's stores, the one folder of everything that is kept.

Beside these: what `edge.config` keeps of configurations (`config/`), what was taught (`taught/`).
"""

OUTBOX = "outbox.db"
EVIDENCE_DATABASE = "evidence.db"
#: Files of evidence, by kind and hash.
EVIDENCE = "evidence"
#: Who the box is: what `patrol edge enrol` fetched, and the key that signs evidence.
IDENTITY = "identity"
CERTIFICATE = f"{IDENTITY}/device.pem"
SIGNING_KEY = f"{IDENTITY}/signing-key.pem"
#: What the cameras of the last run did.
FIGURES = "cameras.json"
#: Held by the box that runs on this folder.
LOCK = "lock"
