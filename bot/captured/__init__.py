"""Captured recordings in our own keeping: accepted, filed, found, forgotten."""
