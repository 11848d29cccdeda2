"""Files: uploaded first, then taken by a comment, served to whoever has the address."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from urllib.parse import quote

from bot.demo.zendesk.records import Json

_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


@dataclass
class Upload:
    token: str
    attachment_id: int
    filename: str
    content_type: str
    content: bytes
    expires_at: float
    content_token: str
    """Part of the file's own address; another one than ``token``."""
    used: bool = False
    inline: bool = False
    """Whether a comment's text shows it."""

    @property
    def path(self) -> str:
        return f"/attachments/token/{self.content_token}/?name={quote(self.filename)}"

    def redact(self) -> None:
        """Replace the file by nothing, for good."""
        self.filename, self.content_type = "redacted.txt", "text/plain"
        self.content, self.inline = b"", False

    def attachment(self, base: str) -> Json:
        width, height = image_size(self.content)
        return {
            "url": f"{base}/api/v2/attachments/{self.attachment_id}.json",
            "id": self.attachment_id,
            "file_name": self.filename,
            "content_url": base + self.path,
            "mapped_content_url": base + self.path,
            "content_type": self.content_type,
            "size": len(self.content),
            "width": width,
            "height": height,
            "inline": self.inline,
            "deleted": False,
            "malware_access_override": False,
            "malware_scan_result": "not_scanned",
            "thumbnails": [],
        }


def image_size(content: bytes) -> tuple[int | None, int | None]:
    """Width and height of a PNG image; of anything else, nothing is known."""
    if not content.startswith(_PNG) or len(content) < len(_PNG) + 8:
        return None, None
    width, height = struct.unpack_from(">II", content, len(_PNG))
    return width, height
