"""What must reach the server: kept on disk, sent, and forgotten only on the server's word."""
