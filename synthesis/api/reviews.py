"""History and signatures of samples and furnace runs over REST: read, sign with the password, open again."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from synthesis import access, history, record_kinds, reviews, verification
from synthesis.access import Actor
from synthesis.models import Sample, Signature
from synthesis.review_rules import LOCKING
from synthesis.signed_content import Subject
from synthesis.verification import Checked


class ChangeSerializer(serializers.Serializer[Any]):
    """``field`` is empty for what is no single column: an entry of planned values, a part that came or went."""

    field = serializers.CharField(source="name")
    label = serializers.CharField()  # type: ignore[assignment]  # a field named so, not Field.label
    before = serializers.CharField()
    after = serializers.CharField()


class HappeningSerializer(serializers.Serializer[Any]):
    """``where`` is the door and the address that a change came in by; ``version`` names what it left."""

    at = serializers.DateTimeField()
    who = serializers.CharField()
    what = serializers.CharField()
    where = serializers.CharField()
    version = serializers.CharField()
    changes = ChangeSerializer(many=True)


class DeviationSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # a field named so, not Field.label
    signed = serializers.CharField()
    today = serializers.CharField()


class SignatureSerializer(serializers.Serializer[Any]):
    """``content`` is what was signed: its JSON with sorted keys and without blanks, in UTF-8, has the ``sha256``.

    It is null where it names samples that the reader may not see. ``stands``: the signature locks the record;
    ``valid``: the record still is what was signed.
    """

    id = serializers.IntegerField(source="signature.pk")
    meaning = serializers.CharField(source="signature.meaning")
    statement = serializers.CharField(source="signature.statement")
    reason = serializers.CharField(source="signature.reason")
    created_at = serializers.DateTimeField(source="signature.created_at")
    created_by = serializers.CharField(source="signature.created_by.username")
    sha256 = serializers.CharField(source="signature.sha256")
    stands = serializers.BooleanField()
    valid = serializers.BooleanField()
    verdict = serializers.CharField()
    deviations = DeviationSerializer(many=True)
    content = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "nullable": True})
    def get_content(self, checked: Checked) -> Any:
        return verification.content_for(checked.signature, self.context["actor"])


class SigningSerializer(serializers.Serializer[Any]):
    """``password`` is the account's own; a token does not replace it."""

    meaning = serializers.ChoiceField(choices=[(one.value, one.label) for one in LOCKING])
    password = serializers.CharField(write_only=True, trim_whitespace=False, max_length=200)
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class ReopeningSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(write_only=True, trim_whitespace=False, max_length=200)
    reason = serializers.CharField(max_length=500)


class Reviewed:
    """For lists of what is reviewed: what happened to a record, and its signatures."""

    actor: Actor
    get_object: Any

    @extend_schema(responses=HappeningSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None, filter_backends=(), url_path="history", url_name="history")
    def history(self, request: Request, code: str) -> Response:
        """Who changed what, newest first, at most 200."""
        record = self.get_object()
        if isinstance(record, Sample):
            found = history.of_sample(record, self.actor)
        else:
            found = history.of_record(record_kinds.of(record), record.pk, self.actor) + history.signed(record)
            found.sort(key=lambda item: item.at, reverse=True)
        return Response(HappeningSerializer(found, many=True).data)

    @extend_schema(responses=SignatureSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None, filter_backends=())
    def signatures(self, request: Request, code: str) -> Response:
        """The signatures, oldest first, each compared with the record as it is now."""
        return Response(self._shown(self.get_object()))

    @extend_schema(request=SigningSerializer, responses={201: SignatureSerializer})
    @signatures.mapping.post
    def sign(self, request: Request, code: str) -> Response:
        """Signs and locks the record. 409 says what stands against it."""
        record = self.get_object()
        given = self._given(SigningSerializer, record, request.data)
        made = reviews.sign(record, given["meaning"], self.actor, given["password"], given["reason"])
        return Response(self._one(record, made), status=201)

    @extend_schema(request=ReopeningSerializer, responses={201: SignatureSerializer})
    @action(detail=True, methods=["post"], filter_backends=())
    def reopen(self, request: Request, code: str) -> Response:
        """Opens a signed record again, with the reason."""
        record = self.get_object()
        given = self._given(ReopeningSerializer, record, request.data)
        made = reviews.reopen(record, self.actor, given["password"], given["reason"])
        return Response(self._one(record, made), status=201)

    def _given(self, kind: type[serializers.Serializer[Any]], record: Subject, data: Any) -> dict[str, Any]:
        access.require_change(self.actor, record.project)
        asked = kind(data=data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        return values

    def _shown(self, record: Subject) -> list[dict[str, Any]]:
        found = verification.check(record, self.actor)
        return list(SignatureSerializer(found, many=True, context={"actor": self.actor}).data)

    def _one(self, record: Subject, made: Signature) -> dict[str, Any]:
        return next(row for row in self._shown(record) if row["id"] == made.pk)
