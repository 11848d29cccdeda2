"""Modals: forms of the same things that can be typed. Pure; limits of 24 letters for
titles and 3,000 for ``private_metadata`` are docs.slack.dev/reference/views's."""
