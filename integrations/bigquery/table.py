"""An archive's index in BigQuery, through Google's own client.

Dataset and table are made where there are none; a day is replaced by a load job that
truncates its partition, so the same again changes nothing. Facts:
https://cloud.google.com/bigquery/docs/creating-partitioned-tables,
https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-parquet (types) and
https://cloud.google.com/bigquery/docs/reference/rest/v2/Job.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.errors import Refused, RetryLater, SettingsError

if TYPE_CHECKING:
    from google.cloud import bigquery

_NAME = re.compile(
    r"([a-z][a-z0-9.:-]{4,61}[a-z0-9])\.([A-Za-z0-9_]{1,1024})\.([A-Za-z0-9_-]{1,1024})"
)
_EMULATOR = "BIGQUERY_EMULATOR_HOST"
_TYPES = {
    "VARCHAR": "STRING",
    "VARCHAR[]": "STRING",
    "BIGINT": "INT64",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "DATE": "DATE",
}
_SECONDS = 30.0
_RETRY_SECONDS = 60.0
_LOAD_SECONDS = 600.0


class BigQueryTable:
    """One table; ``name`` is ``project.dataset.table``, ``columns`` the index's, by
    their SQL types, ``partition`` the one that is the day.

    Raises SettingsError where the name is none, or Google's client is not installed.
    """

    def __init__(
        self, name: str, columns: Mapping[str, str], *, partition: str
    ) -> None:
        found = _NAME.fullmatch(name)
        if found is None:
            raise SettingsError(
                f"{name!r} is no table of BigQuery's; expected project.dataset.table"
            )
        self._project, self._dataset, self._table = found.groups()
        self._name = name
        self._columns = columns
        self._partition = partition
        self._location: str | None = None
        try:
            import google.cloud.bigquery  # noqa: F401 (whether it is there)
        except ImportError:
            raise SettingsError(
                "BigQuery needs Google's client: pip install google-cloud-bigquery"
            ) from None

    def replace_day(self, day: date, rows: bytes) -> None:
        """Let the day's rows be those of the Parquet file and no others.

        Raises RetryLater or Refused.
        """
        from google.cloud import bigquery

        options = bigquery.ParquetOptions()  # type: ignore[no-untyped-call]
        options.enable_list_inference = True
        how = bigquery.LoadJobConfig(
            source_format=bigquery.SourceFormat.PARQUET,
            write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
            create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
            schema=self._schema(),
            parquet_options=options,
        )
        self.check()
        with _ours(self._name):
            job = self._client.load_table_from_file(
                io.BytesIO(rows),
                f"{self._name}${day:%Y%m%d}",
                size=len(rows),
                location=self._location,
                job_config=how,
                timeout=_SECONDS,
            )
            job.result(timeout=_LOAD_SECONDS)

    def check(self) -> None:
        """Make what is missing. Raises RetryLater or Refused."""
        if self._location is not None:
            return
        from google.api_core.exceptions import NotFound
        from google.cloud import bigquery

        # Ten minutes by itself, while a lease is held.
        how: Any = {
            "timeout": _SECONDS,
            "retry": bigquery.DEFAULT_RETRY.with_timeout(_RETRY_SECONDS),
        }
        with _ours(self._name):
            place = f"{self._project}.{self._dataset}"
            try:
                dataset = self._client.get_dataset(place, **how)
            except NotFound:
                dataset = self._client.create_dataset(place, exists_ok=True, **how)
            table = bigquery.Table(self._name, schema=self._schema())
            table.time_partitioning = bigquery.TimePartitioning(
                type_=bigquery.TimePartitioningType.DAY, field=self._partition
            )
            self._client.create_table(table, exists_ok=True, **how)
        self._location = dataset.location

    @cached_property
    def _client(self) -> bigquery.Client:
        from google.auth.credentials import AnonymousCredentials
        from google.cloud import bigquery

        if os.environ.get(_EMULATOR):
            return bigquery.Client(
                project=self._project,
                credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
            )
        return bigquery.Client(project=self._project)

    def _schema(self) -> list[bigquery.SchemaField]:
        from google.cloud import bigquery

        return [
            bigquery.SchemaField(
                name, _TYPES[kind], mode="REPEATED" if "[]" in kind else "NULLABLE"
            )
            for name, kind in self._columns.items()
        ]


@contextmanager
def _ours(name: str) -> Iterator[None]:
    """Google's errors as ours."""
    from concurrent.futures import TimeoutError as StillRunning

    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError, TransportError
    from requests.exceptions import RequestException

    later = (
        exceptions.ServerError,
        exceptions.TooManyRequests,
        exceptions.RetryError,
        StillRunning,
        TransportError,
        RequestException,
    )
    try:
        yield
    except later as error:
        raise RetryLater(f"BigQuery did not load {name}: {_said(error)}") from error
    except GoogleAuthError as error:
        raise Refused(
            f"BigQuery: no credentials for {name} ({_said(error)}); set"
            " GOOGLE_APPLICATION_CREDENTIALS to a service account's key file"
        ) from error
    except exceptions.GoogleAPICallError as error:
        raise Refused(
            f"BigQuery refused {name}: {_said(error)}; the service account needs the"
            " roles BigQuery Job User and BigQuery Data Editor, and a table that is"
            " there already must have the index's columns"
        ) from error


def _said(error: Exception) -> str:
    return str(error).partition("\n")[0][:300]
