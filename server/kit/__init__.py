"""What every module of the server stands on; it knows nothing of leads or officers."""
