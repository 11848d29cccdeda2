"""Pictures, fonts and style sheets that a recording names by URL but does not hold.

``names`` finds them in the events, ``wishes`` keeps what is wanted, ``collect`` decides
what is fetched and how much, ``fetch`` asks for one, ``guard`` says whom may be asked,
``kinds`` what an answer is, and ``index`` is how the manifest lists what came of it.
"""
