"""Uploads: the parts of a multipart form, read into memory. Nothing of them touches a disk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser

from lineproof.reading.chip_files import file_name
from lineproof.web.context import Ctx
from lineproof.web.problems import Problem, WebCode

FIELD_BYTES = 512
"""Of a part that is no file."""


class InMemoryParser(MultiPartParser):
    """Starlette's parser, which would write parts of more than a megabyte to the disk."""

    spool_max_size = 0
    """For SpooledTemporaryFile 0 means: never on the disk."""
    ended = False
    """Whether the form's last boundary came: without it the body stopped half-way."""

    def on_end(self) -> None:
        """Note the last boundary."""
        self.ended = True

    def close(self) -> None:
        """Let go of every part, also of one that never ended."""
        for file in self._files_to_close_on_error:
            file.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What was uploaded."""

    files: Mapping[str, tuple[tuple[str, bytes], ...]] = field(repr=False)
    """For each part's name the files, in order, by their file names."""
    fields: Mapping[str, str] = field(repr=False)

    def pictures(self, name: str) -> list[bytes]:
        """Give the files of a part's name."""
        return [content for _, content in self.files.get(name, ())]

    def chip(self) -> dict[str, bytes]:
        """Give a chip's files by the chip's names; raises Problem for another file."""
        found: dict[str, bytes] = {}
        for written, content in self.files.get("chip", ()):
            name = file_name(written)
            if name is None or name in found:
                raise invalid("chip", "chip_file_unknown" if name is None else "chip_file_twice")
            found[name] = content
        return found


def invalid(where: str, what: str) -> Problem:
    """Give the problem of a part that is not what the interface asks for."""
    sentence = "Something in the upload is not what the interface asks for; errors says where."
    errors = [{"where": f"body.{where}" if where else "body", "what": what}]
    return Problem(WebCode.REQUEST_INVALID, sentence, more={"errors": errors})


def upload_of(
    files: Mapping[str, tuple[int, int]], fields: tuple[str, ...] = ()
) -> Callable[[Request, Ctx], AsyncIterator[Upload]]:
    """Give the dependency that reads an upload; it comes after the one that knows the caller.

    ``files``: for each part's name the least and the most files; ``fields``: names of parts that
    are text, each exactly once. Anything else is refused.
    """

    async def read(request: Request, ctx: Ctx) -> AsyncIterator[Upload]:
        content_type = request.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
            sentence = "Pictures come as multipart/form-data."
            raise Problem(WebCode.MEDIA_TYPE_NOT_SUPPORTED, sentence)
        with ctx.gate.upload(request.state.caller):
            yield await _read(request, files, fields)

    return read


async def _read(
    request: Request, files: Mapping[str, tuple[int, int]], fields: tuple[str, ...]
) -> Upload:
    parser = InMemoryParser(
        request.headers,
        request.stream(),
        max_files=sum(most for _, most in files.values()),
        max_fields=len(fields),
        max_part_size=FIELD_BYTES,
    )
    try:
        form = await parser.parse()
        if not parser.ended:
            raise _malformed()
        return await _sorted(form, files, fields)
    except MultiPartException:
        raise _malformed() from None
    finally:
        parser.close()


async def _sorted(
    form: FormData, files: Mapping[str, tuple[int, int]], fields: tuple[str, ...]
) -> Upload:
    """Put each part where it belongs; raises Problem for one that belongs nowhere or is missing."""
    found: dict[str, list[tuple[str, bytes]]] = {}
    text: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and name in fields and name not in text:
            # Whatever charset the body claims: what is asked for in text is ASCII.
            if not value.isascii():
                raise invalid(name, "string_not_ascii")
            text[name] = value
        elif not isinstance(value, str) and name in files:
            found.setdefault(name, []).append((value.filename or "", await value.read()))
        else:
            raise invalid(name if name in {*files, *fields} else "", "unexpected_part")
    for name in fields:
        if name not in text:
            raise invalid(name, "missing")
    for name, (least, most) in files.items():
        if not least <= len(found.get(name, ())) <= most:
            raise invalid(name, "missing" if len(found.get(name, ())) < least else "too_many")
    return Upload(files={name: tuple(each) for name, each in found.items()}, fields=text)


def _malformed() -> Problem:
    sentence = "The body is no whole multipart form, or has too many or too long parts."
    return Problem(WebCode.MALFORMED, sentence)


def form(files: Mapping[str, tuple[int, int]], fields: tuple[str, ...] = ()) -> dict[str, Any]:
    """Describe an upload in the OpenAPI, which the framework cannot do for it."""
    pictures = {
        name: {
            "type": "array",
            "minItems": least,
            "maxItems": most,
            "items": {"type": "string", "format": "binary"},
        }
        for name, (least, most) in files.items()
    }
    texts = {name: {"type": "string", "maxLength": FIELD_BYTES} for name in fields}
    required = [name for name, (least, _) in files.items() if least] + list(fields)
    schema = {
        "type": "object",
        "properties": {**pictures, **texts},
        "required": required,
        "additionalProperties": False,
    }
    return {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    }
