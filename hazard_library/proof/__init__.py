"""What proves that evidence is what a box captured: hashes, signatures, the chain of manifests."""
