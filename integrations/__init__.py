"""One folder per vendor: everything that knows its API, and nothing else does.

A folder holds what turns the vendor's words into ours (``bot.model``) and back, a
README that says how to set the vendor's side up and why each permission is needed,
and no knowledge of queues, disks or the other vendors. ``bot.wiring`` introduces it.
"""
