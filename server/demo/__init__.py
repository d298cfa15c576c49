"""The whole chain on one machine: broker, server and edge as programs, driven as people would."""
