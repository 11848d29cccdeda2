"""BigQuery: a table that holds an archive's index, a day's partition at a time."""

from integrations.bigquery.table import BigQueryTable

__all__ = ["BigQueryTable"]
