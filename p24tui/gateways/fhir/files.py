"""Attachments: taken as data, never fetched from an address."""

import binascii
import re
from base64 import b64decode

from p24tui.gateways.fhir.element import Element
from p24tui.gateways.fhir.model import Issue, SentFile, Severity, Unusable

UNKNOWN_TYPE = "application/octet-stream"

_CONTENT_TYPE = re.compile(r"[A-Za-z0-9.+_-]+/[A-Za-z0-9.+_-]+", re.ASCII)


def read_file(attachment: Element) -> SentFile:
    """Raises ``Unusable`` for an attachment by address alone, without content, or with malformed base64."""
    if not attachment.text("data").strip():
        if attachment.has("url"):
            raise Unusable(attachment.at("url"), "nothing is fetched from an address: send the content as data")
        raise Unusable(attachment.path, "has no data")
    try:
        data = b64decode("".join(attachment.text("data").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unusable(attachment.at("data"), "is not base64") from error
    content_type = attachment.line("contentType", 100)
    return SentFile(
        attachment.line("title") or attachment.line("contentType", 100),
        content_type if _CONTENT_TYPE.fullmatch(content_type) else UNKNOWN_TYPE,
        data,
    )


def file_or_issue(parent: Element, name: str) -> SentFile | None:
    """The file; none where it cannot be taken, which becomes an issue while the rest goes on."""
    try:
        attachment = parent.child(name)
        return read_file(attachment) if attachment else None
    except Unusable as error:
        parent.reading.issues.append(Issue(error.path, error.problem, Severity.ERROR))
        return None
