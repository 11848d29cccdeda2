"""Archives: all recordings of a source on storage of one's own, with an index.

A run is a row, and so is each recording in it. They are worked on as the ledger's
requests are: by whoever has the lease, from whatever the rows say. An object is written
whole before the row that names it; the Parquet index of a day is made of the rows.
"""
