"""Many records at once over REST: the rows of a file or a list, checked as on the page, recorded all or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.views import APIView

from synthesis.access import Actor
from synthesis.api.problems import problem
from synthesis.api.records import require_anywhere
from synthesis.api.rendering import answer
from synthesis.errors import Refusal
from synthesis.many import importing, kinds, reading_values, recording
from synthesis.many.checking import Check
from synthesis.many.columns import columns_of
from synthesis.many.kinds import ManyKind
from synthesis.many.recording import RowsRefused

_ASIDE = ("file", "sheet", "encoding", "rows", "dry_run")
ROWS = inline_serializer(
    "ImportRows",
    {
        "rows": serializers.ListField(
            child=serializers.DictField(),
            help_text="Rows by field name or by the head that a file would have.",
        ),
        "common": serializers.DictField(
            required=False, help_text="What is the same for all rows; a row's own value comes first."
        ),
    },
)
FILE = inline_serializer(
    "ImportFile",
    {
        "file": serializers.FileField(help_text="csv, tsv or xlsx. Fields beside it are common to all rows."),
        "sheet": serializers.CharField(required=False),
        "encoding": serializers.CharField(required=False),
    },
)
ANSWER = inline_serializer(
    "ImportAnswer",
    {
        "rows": serializers.IntegerField(help_text="How many rows there are."),
        "dry_run": serializers.BooleanField(),
        "notes": serializers.ListField(child=serializers.CharField(), help_text="How a file was read."),
        "left_out": serializers.ListField(
            child=serializers.CharField(), help_text="Columns that nobody knows here."
        ),
        "codes": serializers.ListField(
            child=serializers.CharField(), help_text="Of what was recorded, by row."
        ),
    },
)


class Imports(APIView):
    """Rows of one kind: `material`, `lot`, `nanosponge`, `impregnation`, `freeze-drying`, `additive`, `electrolyte`,
    `cathode`, `cell`.

    All rows are recorded in one transaction, or none: a fault in any row is answered as a problem (422) whose `errors`
    are named `rows.NUMBER.FIELD`, with the number that the row has in the file. With `?dry_run=1` nothing is recorded.
    """

    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(
        operation_id="imports_create",
        parameters=[
            OpenApiParameter("many", OpenApiTypes.STR, OpenApiParameter.PATH),
            OpenApiParameter("dry_run", OpenApiTypes.BOOL, description="Check only."),
        ],
        request={"application/json": ROWS, "multipart/form-data": FILE},
        responses={200: ANSWER, 201: ANSWER},
    )
    def post(self, request: Request, many: str) -> HttpResponse:
        found = kinds.find(many)
        if found is None:
            raise Http404(many)
        actor: Actor = request.user
        require_anywhere(actor)
        check, source, about = _checked(request, found, actor)
        dry = request.query_params.get("dry_run", "") not in ("", "0", "false")
        try:
            if dry and not check.sound:
                raise RowsRefused(check)
            made = [] if dry else recording.record(check, actor, source).records
        except RowsRefused as refused:
            return _refused(refused)
        codes = [str(record) for record in made]
        body = {"rows": len(check.entries), "dry_run": dry, **about, "codes": codes}
        return answer(body, status.HTTP_200_OK if dry else status.HTTP_201_CREATED)


def _checked(request: Request, kind: ManyKind, actor: Actor) -> tuple[Check, str, dict[str, list[str]]]:
    """The rows with their faults, the file's name, and what there is to say of how it was read."""
    data = request.data
    if not isinstance(data, Mapping):
        raise Refusal(_("Send an object with ‘rows’, or a file."))
    if request.FILES.get("file") is not None:
        file: Any = request.FILES["file"]
        given = {name: str(data[name]) for name in data if name not in _ASIDE}
        common = _common(given, kind, actor)
        found = importing.read_and_check(
            importing.content_of(file), str(file.name or ""), kind, common, actor,
            sheet=str(data.get("sheet", "")), encoding=str(data.get("encoding", "")),
        )  # fmt: skip
        return found.check, found.name, {
            "notes": found.table.notes, "left_out": [head.text for head in found.left_out],
        }  # fmt: skip
    rows, given_common = data.get("rows"), data.get("common") or {}
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Refusal(_("‘rows’ is a list of objects, one per row."), field="rows")
    if not isinstance(given_common, Mapping):
        raise Refusal(_("‘common’ is an object."), field="common")
    common = _common({str(name): str(value) for name, value in given_common.items()}, kind, actor)
    return importing.from_records(rows, kind, common, actor), "", {"notes": [], "left_out": []}


def _common(given: Mapping[str, str], kind: ManyKind, actor: Actor) -> dict[str, str]:
    """Common values as the form takes them: a project by its short name, a recipe by what it is called."""
    first = {column.name: column for column in columns_of(kind, {}, actor)}
    leading = given.get(kind.leading, "") if kind.leading else ""
    common: dict[str, str] = {}
    if leading and kind.leading in first:
        common[kind.leading] = _read(leading, first[kind.leading])
    columns = {column.name: column for column in columns_of(kind, common, actor)}
    for name, text in given.items():
        if name not in columns:
            raise Refusal(_("‘%(name)s’ is unknown here.") % {"name": name}, field=f"common.{name}")
        common.setdefault(name, _read(text, columns[name]))
    return common


def _read(text: str, column: Any) -> str:
    try:
        read = reading_values.read(text, column)
    except Refusal as refusal:
        raise Refusal(refusal.message, field=f"common.{column.name}", code=refusal.code) from refusal
    return read if isinstance(read, str) else text


def _refused(refused: RowsRefused) -> HttpResponse:
    check = refused.check
    errors = {f"common.{name}": said for name, said in check.common_faults.items()}
    for entry in check.bad:
        for name, said in entry.faults.items():
            errors[f"rows.{entry.number}.{name}" if name else f"rows.{entry.number}"] = said
    return problem(refused.status, refused.message, code=refused.code, errors=errors)
