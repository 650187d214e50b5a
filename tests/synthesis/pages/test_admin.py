"""The administration shows the ledger and writes nothing into it."""

from __future__ import annotations

import pytest
from django.contrib import admin

from synthesis.models import LedgerEntry
from tests.factories import UserFactory, additive
from tests.synthesis.pages.conftest import Lab

HOUSE = {"synthesis", "cells"}


@pytest.mark.parametrize(
    "model",
    [model for model in admin.site._registry if model._meta.app_label in HOUSE],
    ids=lambda model: model._meta.label,
)
def test_every_table_opens_for_the_administration_and_for_nobody_else(lab: Lab, model) -> None:
    additive(lab.project)
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    assert lab.as_(UserFactory(is_superuser=True, is_staff=True)).get(address).status_code == 200
    assert lab.as_(lab.bob).get(address).status_code == 302


def test_a_ledger_entry_is_neither_added_nor_changed_nor_deleted_there(lab: Lab) -> None:
    additive(lab.project)
    entry = LedgerEntry.objects.get()
    client = lab.as_(UserFactory(is_superuser=True, is_staff=True))
    assert client.get("/admin/synthesis/ledgerentry/add/").status_code == 403
    assert client.post(f"/admin/synthesis/ledgerentry/{entry.pk}/change/", {"delta": "1"}).status_code == 403
    assert client.post(f"/admin/synthesis/ledgerentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
