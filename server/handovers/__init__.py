"""Transfers 移送: what another department is competent for."""
