"""Zendesk: a ticket asks for its customer's replays and gets one internal note.

``webhook`` takes what Zendesk delivers, ``destination`` writes the note, ``setup``
makes the webhook and triggers. zenpy is GPL-3.0 and stays behind ``client``.
"""
