"""Whom and where: enterprises and their sites, the core of the record 一企一档."""
