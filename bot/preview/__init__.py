"""Pictures of a stored replay, for link previews: a timeline that is drawn from its
manifest, and a frame that a browser makes of the replay itself."""
