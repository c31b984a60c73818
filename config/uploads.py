"""How much a request may bring in files."""

from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class RefuseTooMuch(FileUploadHandler):
    """Refuses the whole request before anything of it is read. Stands first in FILE_UPLOAD_HANDLERS."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],  # noqa: ARG002 - Django's signature, up to boundary
        META: dict[str, Any],  # noqa: ARG002, N803
        content_length: int,
        boundary: str,  # noqa: ARG002
        encoding: str | None = None,  # noqa: ARG002
    ) -> None:
        if content_length > settings.UPLOAD_MAX_SIZE:
            raise RequestDataTooBig("The files of this request are larger than UPLOAD_MAX_SIZE.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - Django's signature
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002 - the handlers after this one make the file
        return None
