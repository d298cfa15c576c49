"""What proves an incident: key frame, clip, manifest, and the store that keeps them."""
