"""Runs programs written for the Classify API on Pegasus."""

__all__: list[str] = []
