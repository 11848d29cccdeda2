"""HAR 1.2 as a JSON Schema, written from the specification's tables.

Fields that begin with an underscore are allowed anywhere, others that the
specification does not name nowhere.
"""

from typing import Any

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
SIZE = {"type": "integer", "minimum": -1}
TIME = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
}
PHASE = {"type": "number", "minimum": -1}
REQUIRED_PHASE = {"type": "number", "minimum": 0}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> Any:
    return {
        "type": "object",
        "required": list(required),
        "properties": required | (optional or {}) | {"comment": TEXT},
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


def _list(of: Any) -> Any:
    return {"type": "array", "items": of}


PAIR = _object({"name": TEXT, "value": TEXT})
COOKIE = _object(
    {"name": TEXT, "value": TEXT},
    {
        "path": TEXT,
        "domain": TEXT,
        "expires": TIME,
        "httpOnly": {"type": "boolean"},
        "secure": {"type": "boolean"},
    },
)
# One or the other, never both.
POST_DATA = _object({"mimeType": TEXT}, {"text": TEXT, "params": _list(PAIR)})
REQUEST = _object(
    {
        "method": {"type": "string", "minLength": 1},
        "url": TEXT,
        "httpVersion": TEXT,
        "cookies": _list(COOKIE),
        "headers": _list(PAIR),
        "queryString": _list(PAIR),
        "headersSize": SIZE,
        "bodySize": SIZE,
    },
    {"postData": POST_DATA},
)
CONTENT = _object(
    {"size": SIZE, "mimeType": TEXT},
    {
        "compression": {"type": "integer"},
        "text": TEXT,
        "encoding": {"const": "base64"},
    },
)
RESPONSE = _object(
    {
        "status": {"type": "integer", "minimum": 0},
        "statusText": TEXT,
        "httpVersion": TEXT,
        "cookies": _list(COOKIE),
        "headers": _list(PAIR),
        "content": CONTENT,
        "redirectURL": TEXT,
        "headersSize": SIZE,
        "bodySize": SIZE,
    }
)
TIMINGS = _object(
    {"send": REQUIRED_PHASE, "wait": REQUIRED_PHASE, "receive": REQUIRED_PHASE},
    {"blocked": PHASE, "dns": PHASE, "connect": PHASE, "ssl": PHASE},
)
ENTRY = _object(
    {
        "startedDateTime": TIME,
        "time": {"type": "number", "minimum": 0},
        "request": REQUEST,
        "response": RESPONSE,
        "cache": _object({}, {"beforeRequest": {}, "afterRequest": {}}),
        "timings": TIMINGS,
    },
    {"pageref": TEXT, "serverIPAddress": TEXT, "connection": TEXT},
)
PAGE = _object(
    {
        "startedDateTime": TIME,
        "id": TEXT,
        "title": TEXT,
        "pageTimings": _object({}, {"onContentLoad": NUMBER, "onLoad": NUMBER}),
    }
)
PRODUCT = _object({"name": TEXT, "version": TEXT})
HAR = _object(
    {
        "log": _object(
            {"version": {"const": "1.2"}, "creator": PRODUCT, "entries": _list(ENTRY)},
            {"pages": _list(PAGE), "browser": PRODUCT},
        )
    }
)
