"""`/v1/documents` and `/v1/collections`: what is held, brought in and taken out."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from assistant.api import examples, schemas, schemas_ingest
from assistant.api.bodies import IngestBody
from assistant.api.described import build_described, describe, events_of
from assistant.api.events import Named, respond
from assistant.api.service import Service
from assistant.api.uploading import Sent, Upload
from assistant.errors import DuociteError, RequestError
from assistant.rights import DOCUMENTS, is_upload
from assistant.statuses import error_body
from assistant.streaming import Emit
from assistant.text.accepted import choose_language
from assistant.wire import IngestOrder, Json
from store.report import IngestProgress

MOST_FILES = 100
"""Files of one upload."""

CollectionName = Annotated[
    str, Query(max_length=500, description="The set of documents. · 文档集名称。")
]
DocumentId = Annotated[str, Query(description="As the list of documents names it. · 文档编号。")]
_LONGEST_FIELD = 10_000
_SAID = {"true": True, "false": False}
_READ = (401, 403, 404, 422, 429, 500, 503)
_STREAM = events_of(
    {
        "progress": (schemas_ingest.FileProgress, "Of an upload, on its way."),
        "report": (schemas_ingest.Upload, "What became of each file; the last event."),
        "error": (schemas.Error, "Why it breaks off; the last event."),
    },
    {},
)
_BODY: Json = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {
                        "type": "array",
                        "items": {"type": "string", "format": "binary"},
                        "minItems": 1,
                        "maxItems": MOST_FILES,
                    },
                    "collection": {"type": "string", "default": "default", "maxLength": 500},
                    "stream": {"type": "boolean", "default": False},
                },
            }
        },
        "application/json": {
            "schema": IngestBody.model_json_schema(),
            "examples": examples.INGESTS,
        },
    },
}


def build_router(service: Service) -> APIRouter:
    router = build_described("Documents · 文档")
    _add_reading(router, service)
    _add_changing(router, service)
    return router


def _add_reading(router: APIRouter, service: Service) -> None:
    owner = service.owner

    @router.get(
        "/v1/documents",
        response_model=None,
        summary="List documents · 列出文档",
        responses=describe(schemas.Documents, *_READ),
    )
    def documents(collection: CollectionName = "default") -> Json:
        rows = [row.to_json() for row in owner.documents(collection)]
        return {"collection": collection, "documents": rows}

    @router.get(
        "/v1/documents/text",
        response_model=None,
        summary="Read a document's stored text · 读取文档全文",
        responses=describe(schemas.Text, *_READ),
    )
    def text(id: DocumentId, collection: CollectionName = "default") -> Json:
        return {"id": id, "text": owner.text(id, collection)}

    @router.get(
        "/v1/documents/chunks",
        response_model=None,
        summary="List a document's chunks · 列出文档分块",
        responses=describe(schemas.Chunks, *_READ),
    )
    def chunks(id: DocumentId, collection: CollectionName = "default") -> Json:
        return {"id": id, "chunks": [row.to_json() for row in owner.chunks(id, collection)]}

    @router.get(
        "/v1/collections",
        response_model=None,
        summary="List collections · 列出文档集",
        responses=describe(schemas.Collections, 401, 403, 429, 500, 503),
    )
    def collections() -> Json:
        return {"collections": [row.to_json() for row in owner.collections()]}


def _add_changing(router: APIRouter, service: Service) -> None:
    @router.delete(
        "/v1/documents",
        response_model=None,
        summary="Take documents out · 移除文档",
        responses=describe(schemas.Removed, 409, *_READ),
    )
    def remove(
        id: Annotated[
            list[str], Query(min_length=1, description="Several are taken out together or none.")
        ],
        collection: CollectionName = "default",
    ) -> Json:
        """No answer draws on them any more. `reports/` stands for all below it.

        移除后不再据此作答；`reports/` 表示该目录下的全部文档。
        """
        return {"collection": collection, "removed": service.owner.remove(id, collection)}

    @router.post(
        "/v1/documents",
        response_model=None,
        summary="Bring documents in · 添加文档",
        openapi_extra={"requestBody": _BODY},
        responses=describe(
            schemas_ingest.Brought, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504,
            stream=_STREAM,
        ),
    )  # fmt: skip
    async def bring_in(request: Request) -> Response:
        """An upload (multipart) goes into a collection that exists; a document of the same name is
        replaced, unless its new file is refused. The answer says of each file what became of it.
        A JSON body names paths of the server's own machine, for whoever runs it; its answer is the
        report of the ingest, its events are `progress` and `report` of that form.

        以表单上传的文件会加入已有文档集；同名文档将被替换，除非新文件无法读取。回答逐一说明结果。
        JSON 请求体则列出服务器本机路径，仅供服务器管理者使用。
        """
        if is_upload(request.method, DOCUMENTS, request.headers):
            return await _upload(service, request)
        return await _ingest(service, request)


async def _ingest(service: Service, request: Request) -> Response:
    body = _read_body(await request.body())
    order = body.to_order()

    def work(emit: Emit[Named]) -> None:
        _report(service, order, emit)

    return await respond(service.workers.run(work), body.stream, request)


def _report(service: Service, order: IngestOrder, emit: Emit[Named]) -> None:
    def note(progress: IngestProgress) -> None:
        emit(("progress", progress.to_json()))

    emit(("report", service.owner.ingest(order, note).to_json()))


def _read_body(raw: bytes) -> IngestBody:
    try:
        return IngestBody.model_validate_json(raw)
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(cast(list[Any], found)) from error


async def _upload(service: Service, request: Request) -> Response:
    form = await _read_form(request)
    try:
        collection, stream = _read_fields(form)
        sent = _find_files(form)
    except RequestError:
        await form.close()
        raise

    def describe_error(error: DuociteError) -> Json:
        return error_body(error, request.headers)

    language = choose_language(None, request.headers.get("accept-language"))
    upload = Upload(service.owner, collection, sent, describe_error, language)
    return await respond(service.workers.run(upload.run), stream, request)


def _find_files(form: FormData) -> list[Sent]:
    """RequestError "no_files"."""
    sent = [
        Sent(one.filename or "", one.file)
        for one in form.getlist("files")
        if isinstance(one, UploadFile)
    ]
    if not sent:
        raise RequestError("no_files")
    return sent


async def _read_form(request: Request) -> FormData:
    """RequestError "form" for what is no form, or has too many files."""
    try:
        return await request.form(max_files=MOST_FILES, max_fields=10, max_part_size=_LONGEST_FIELD)
    except HTTPException as error:
        raise RequestError("form", limit=MOST_FILES) from error


def _read_fields(form: FormData) -> tuple[str, bool]:
    """The collection, and whether to stream. RequestError "field" for what is unknown or wrong."""
    for name in form:
        if name not in ("files", "collection", "stream"):
            raise RequestError("field", name=name)
    collection, stream = form.get("collection", "default"), form.get("stream", "false")
    if not isinstance(collection, str) or len(collection) > 500:
        raise RequestError("field", name="collection")
    if not isinstance(stream, str) or stream not in _SAID:
        raise RequestError("field", name="stream")
    return collection, _SAID[stream]
