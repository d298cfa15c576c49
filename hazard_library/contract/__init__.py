"""The shared language of edge and server: messages, topics, identities and their versions."""
