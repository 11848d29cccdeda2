"""BigQuery's REST API as far as loading needs it, strict and with state.

Imitates https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets, …/tables,
…/jobs and https://cloud.google.com/bigquery/docs/reference/api-uploads (multipart and
resumable), and what https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-
parquet says of types. Jobs are done on the second look, as they take a while there.
"""

from __future__ import annotations

import json
import tempfile
import uuid
from email import message_from_bytes
from pathlib import Path
from typing import Any

import duckdb
from flask import Flask, Response, jsonify, request

_TYPES = {
    "VARCHAR": {"STRING"},
    "BIGINT": {"INT64", "INTEGER"},
    "TIMESTAMP WITH TIME ZONE": {"TIMESTAMP"},
    "DATE": {"DATE"},
    "VARCHAR[]": {"STRING"},
}


class BigQueryStandIn:
    """``datasets`` by name, ``tables`` with their rows by partition, ``jobs``; the next
    answers come from ``failures``, each a status, as long as there are any."""

    def __init__(self) -> None:
        self.datasets: dict[str, dict[str, Any]] = {}
        self.tables: dict[str, dict[str, Any]] = {}
        self.rows: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.failures: list[int] = []
        self.uploads: list[str] = []
        self._sessions: dict[str, tuple[dict[str, Any], bytearray]] = {}
        self.app = Flask(__name__)
        base = "/bigquery/v2/projects/<project>"
        for rule, view, method in (
            (f"{base}/datasets/<dataset>", self._get_dataset, "GET"),
            (f"{base}/datasets", self._make_dataset, "POST"),
            (f"{base}/datasets/<dataset>/tables", self._make_table, "POST"),
            (f"{base}/datasets/<dataset>/tables/<table>", self._get_table, "GET"),
            (f"/upload{base}/jobs", self._upload, "POST"),
            ("/sessions/<session>", self._go_on, "PUT"),
            (f"{base}/jobs/<job>", self._get_job, "GET"),
        ):
            self.app.add_url_rule(rule, view.__name__, view, methods=[method])
        self.app.before_request(self._fail)

    def all_rows(self, table: str) -> list[dict[str, Any]]:
        parts = self.rows.get(table, {})
        return [row for day in sorted(parts) for row in parts[day]]

    def _fail(self) -> Response | None:
        return _refused(self.failures.pop(0), "as told") if self.failures else None

    def _get_dataset(self, project: str, dataset: str) -> Response:
        found = self.datasets.get(f"{project}.{dataset}")
        return jsonify(found) if found else _refused(404, "Not found: Dataset")

    def _make_dataset(self, project: str) -> Response:
        asked = request.get_json()
        name = f"{project}.{asked['datasetReference']['datasetId']}"
        if name in self.datasets:
            return _refused(409, "Already Exists: Dataset")
        self.datasets[name] = {**asked, "location": "EU"}
        return jsonify(self.datasets[name])

    def _make_table(self, project: str, dataset: str) -> Response:
        asked = request.get_json()
        name = f"{project}.{dataset}.{asked['tableReference']['tableId']}"
        if f"{project}.{dataset}" not in self.datasets:
            return _refused(404, "Not found: Dataset")
        if name in self.tables:
            return _refused(409, "Already Exists: Table")
        partition = asked["timePartitioning"]
        columns = {one["name"]: one["type"] for one in asked["schema"]["fields"]}
        if columns.get(partition["field"]) not in ("DATE", "TIMESTAMP"):
            return _refused(400, "The field specified for partitioning is no date")
        self.tables[name] = asked
        return jsonify(asked)

    def _get_table(self, project: str, dataset: str, table: str) -> Response:
        found = self.tables.get(f"{project}.{dataset}.{table}")
        return jsonify(found) if found else _refused(404, "Not found: Table")

    def _upload(self, project: str) -> Response:
        how = request.args["uploadType"]
        self.uploads.append(how)
        if how == "resumable":
            session = uuid.uuid4().hex
            self._sessions[session] = (request.get_json(), bytearray())
            place = f"{request.host_url}sessions/{session}"
            return Response(status=200, headers={"Location": place})
        head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
        parts = message_from_bytes(head + request.get_data()).get_payload()
        described, content = (part.get_payload(decode=True) for part in parts)
        return self._begin(json.loads(described), content)

    def _go_on(self, session: str) -> Response:
        described, content = self._sessions[session]
        span, _, total = request.headers["Content-Range"][6:].partition("/")
        if int(span.partition("-")[0]) != len(content):
            return _refused(400, "the pieces do not meet")
        content += request.get_data()
        if total == "*" or len(content) < int(total):
            return Response(
                status=308, headers={"Range": f"bytes=0-{len(content) - 1}"}
            )
        return self._begin(described, bytes(content))

    def _begin(self, described: dict[str, Any], content: bytes) -> Response:
        job_id = described["jobReference"]["jobId"]
        if job_id in self.jobs:
            return _refused(409, "Already Exists: Job")
        job = {**described, "status": {"state": "RUNNING"}, "looks": 0}
        self.jobs[job_id] = job
        load = described["configuration"]["load"]
        problem = self._load(load, content)
        job["outcome"] = (
            {"errorResult": {"reason": "invalid", "message": problem}}
            if problem
            else {}
        )
        return jsonify(_shown(job))

    def _get_job(self, project: str, job: str) -> Response:
        found = self.jobs.get(job)
        place = found and found["jobReference"].get("location")
        if found is None or request.args.get("location") != place:
            return _refused(404, "Not found: Job")
        found["looks"] += 1
        if found["looks"] > 1:
            found["status"] = {"state": "DONE", **found["outcome"]}
        return jsonify(_shown(found))

    def _load(self, load: dict[str, Any], content: bytes) -> str:
        """What is wrong with the load; nothing where it was done."""
        to = load["destinationTable"]
        table, _, partition = to["tableId"].partition("$")
        name = f"{to['projectId']}.{to['datasetId']}.{table}"
        if name not in self.tables:
            return f"Not found: Table {name}"
        lists = load.get("parquetOptions", {}).get("enableListInference")
        if load["sourceFormat"] != "PARQUET" or not lists:
            return "a list would be a record named list"
        if load["writeDisposition"] != "WRITE_TRUNCATE":
            return "not what the courier needs"
        with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
            path = Path(folder, "rows.parquet")
            path.write_bytes(content)
            connection.execute("SET TimeZone = 'UTC'")
            rows = connection.execute(f"SELECT * FROM read_parquet('{path}')")
            kinds = {str(one[0]): str(one[1]) for one in rows.description}
            every = [dict(zip(kinds, row, strict=True)) for row in rows.fetchall()]
        schema = {one["name"]: one for one in self.tables[name]["schema"]["fields"]}
        for column, kind in kinds.items():
            if column not in schema:
                return f"Provided Schema does not match: cannot add field {column}"
            if schema[column]["type"] not in _TYPES[kind]:
                return f"Field {column} has changed type to {kind}"
            if ("[]" in kind) != (schema[column]["mode"] == "REPEATED"):
                return f"Field {column} has changed mode"
        field = self.tables[name]["timePartitioning"]["field"]
        if {f"{row[field]:%Y%m%d}" for row in every} - {partition}:
            return "Some rows belong to different partitions rather than destination"
        self.rows.setdefault(name, {})[partition] = every
        return ""


def _shown(job: dict[str, Any]) -> dict[str, Any]:
    hidden = ("looks", "outcome")
    return {name: value for name, value in job.items() if name not in hidden}


def _refused(status: int, text: str) -> Response:
    reasons = {403: "accessDenied", 404: "notFound", 409: "duplicate"}
    error = {"message": text, "reason": reasons.get(status, "invalid")}
    body = {"error": {"code": status, "message": text, "errors": [error]}}
    answer: Response = jsonify(body)
    answer.status_code = status
    return answer
