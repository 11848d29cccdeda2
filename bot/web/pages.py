"""The small pages that say one thing: a link is closed, a service is up."""

from __future__ import annotations

import html

from flask import Response

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --ink: #1b1d22; --soft: #626875; --page: #f5f6f8;
  --card: #fff; --line: #e1e4ea; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #eceef2; --soft: #9aa1ae;
  --page: #131519; --card: #1c1f25; --line: #2c313a; }} }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center;
  background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }}
main {{ background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 32px 40px; max-width: 28rem; margin: 16px; text-align: center; }}
h1 {{ font-size: 1.25rem; margin: 0 0 8px; }}
p {{ margin: 0; color: var(--soft); }}
p + p {{ margin-top: 16px; }}
a {{ color: inherit; font-weight: 600; }}
</style></head>
<body><main><h1>{title}</h1><p>{text}</p>{link}</main></body></html>
"""


def message_page(
    status: int, title: str, text: str, *, link: tuple[str, str] | None = None
) -> Response:
    """A page with a heading and a sentence; nothing is loaded and nothing runs.

    ``link`` is a label and where it leads.
    """
    body = _PAGE.format(
        title=html.escape(title), text=html.escape(text), link=_anchor(link)
    )
    response = Response(body, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = framed_policy("'none'")
    return response


def framed_policy(ancestors: str) -> str:
    """The policy of such a page in the frames of ``ancestors``."""
    return f"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors {ancestors}"


def _anchor(link: tuple[str, str] | None) -> str:
    if link is None:
        return ""
    label, url = map(html.escape, link)
    return f'<p><a href="{url}">{label}</a></p>'
