"""Reading recordings: from bytes to rrweb events, and what can be told from them.

Pure: no network, no clock. Recordings are hostile input, so sizes are bounded and what
cannot be read is an error that names it, never a guess.
"""
