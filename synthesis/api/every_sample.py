"""Samples of all kinds: one list, the chain of each with amounts, and its ledger."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response

from synthesis import access, genealogy, ledger
from synthesis.api import chains
from synthesis.api.chains import ChainSerializer
from synthesis.api.fields import AmountField, NumberField, person, quantity
from synthesis.api.filters import By, Words
from synthesis.api.gates import GateActions
from synthesis.api.portions import Portions
from synthesis.api.reviews import Reviewed
from synthesis.api.samples import SampleKind, SampleSerializer
from synthesis.models import LedgerEntry, Sample


class EntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    """One line of a ledger: ``amount`` is negative for what went out.

    ``product`` is null where the reader may not see it.
    """

    amount = NumberField(source="delta")
    unit = serializers.CharField(source="sample.unit")
    product = serializers.SerializerMethodField()
    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = LedgerEntry
        fields = (
            "id",
            "kind",
            "amount",
            "unit",
            "product",
            "role",
            "entered",
            "reason",
            "created_at",
            "created_by",
        )

    def get_product(self, entry: LedgerEntry) -> str | None:
        seen = self.context.get("seen_projects")
        product = entry.product
        if product is None or (seen is not None and product.project_id not in seen):
            return None
        return product.code


class Bookable(TextChoices):
    """What can be booked by hand; what was made is booked when a sample is recorded."""

    USE = LedgerEntry.Kind.USE.value, LedgerEntry.Kind.USE.label
    CORRECT = LedgerEntry.Kind.CORRECT.value, LedgerEntry.Kind.CORRECT.label
    DISCARD = LedgerEntry.Kind.DISCARD.value, LedgerEntry.Kind.DISCARD.label


class BookingSerializer(serializers.Serializer[Any]):
    """``amount`` is above zero for a use or a discard, signed for a correction, which like a discard needs a reason."""

    kind = serializers.ChoiceField(choices=Bookable.choices)
    amount = AmountField()
    unit = serializers.CharField(required=False, default="")
    reason = serializers.CharField(required=False, default="", max_length=300, allow_blank=True)
    role = serializers.CharField(required=False, default="", max_length=80, allow_blank=True)


class BookedSerializer(EntrySerializer):
    sample = serializers.CharField(source="sample.code")
    amount_left = NumberField(source="sample.amount_left")

    class Meta(EntrySerializer.Meta):
        fields = (*EntrySerializer.Meta.fields, "sample", "amount_left")  # type: ignore[assignment]  # a longer tuple


class Samples(Portions, GateActions, Reviewed, SampleKind):
    """Samples of all kinds. A new one is created in the list of its kind."""

    queryset = Sample.objects.select_related("project", "created_by")
    serializer_class: Any = SampleSerializer
    filters: ClassVar[dict[str, By | Words]] = {**SampleKind.filters, "kind": By("kind")}

    @extend_schema(exclude=True)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        """A sample has no kind here, so it is created where its kind is listed."""
        raise MethodNotAllowed("POST", _("A sample is created in the list of its kind."))

    @extend_schema(responses=ChainSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def ancestors(self, request: Request, code: str) -> Response:
        """What the sample is made of, with the amount on every edge."""
        return self._chain("ancestors")

    @extend_schema(responses=ChainSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def descendants(self, request: Request, code: str) -> Response:
        """What came of the sample, with the amount on every edge."""
        return self._chain("descendants")

    @extend_schema(responses=EntrySerializer(many=True), filters=False)
    @action(detail=True, url_path="ledger", url_name="ledger", filter_backends=(),
            orderings={"id": "id", "created_at": "created_at"})  # fmt: skip
    def entries(self, request: Request, code: str) -> Response:
        """Every gram that was made, taken, corrected or thrown away; newest first."""
        sample = self.get_object()
        rows = LedgerEntry.objects.filter(sample=sample).select_related("sample", "product", "created_by")
        page = self.paginate_queryset(rows)
        seen = set(access.visible_projects(self.actor).values_list("pk", flat=True))
        shown = EntrySerializer(page, many=True, context={"seen_projects": seen})
        return self.get_paginated_response(shown.data)

    @extend_schema(request=BookingSerializer, responses={201: BookedSerializer})
    @entries.mapping.post
    def book(self, request: Request, code: str) -> Response:
        """Books a use, a correction or a discard. 409 says what is left where more was asked."""
        sample = self.get_object()
        access.require_change(self.actor, sample.project)
        asked = BookingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with transaction.atomic():
            entry = _book(sample, asked.validated_data, person(self.actor))
            entry.sample.refresh_from_db(fields=["amount_left"])
        return Response(BookedSerializer(entry).data, status=201)

    def _chain(self, direction: genealogy.Direction) -> Response:
        sample = self.get_object()
        return Response(chains.written(sample, self.actor, direction))


def _book(sample: Sample, asked: dict[str, Any], by: Any) -> LedgerEntry:
    amount = quantity(asked["amount"], asked["unit"], sample.unit, "amount")
    if asked["kind"] == Bookable.USE:
        return ledger.use(ledger.Take(sample, amount, asked["role"]), by=by, reason=asked["reason"])
    act = ledger.correct if asked["kind"] == Bookable.CORRECT else ledger.discard
    return act(sample, amount, by=by, reason=asked["reason"])
