"""Leads 线索: what boxes suspect, joined; and what officers decide of it."""
