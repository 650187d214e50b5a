"""The description of the REST API, and the page that shows it."""

from __future__ import annotations

import io

import pytest
import yaml
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from synthesis.models import Role
from tests import factories, rest


@pytest.fixture
def vera(db) -> User:
    return factories.member(factories.ProjectFactory(), Role.VIEWER)


def test_the_schema_is_valid_and_made_without_a_warning():
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    paths = yaml.safe_load(out.getvalue())["paths"]
    assert {"/api/v1/files/", "/api/v1/measurements/{id}/series/", "/api/v1/samples/{code}/ledger/"} <= set(
        paths
    )


@pytest.mark.parametrize("address", ["/api/v1/alarms/", "/api/v1/channel-states/"])
def test_the_schema_promises_no_pages_where_all_stands_in_one_answer(address):
    out = io.StringIO()
    call_command("spectacular", stdout=out)
    schema = yaml.safe_load(out.getvalue())
    asked = schema["paths"][address]["get"]
    answer = asked["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert "parameters" not in asked
    assert set(schema["components"]["schemas"][answer]["properties"]) == {"results", "next"}


def test_the_docs_need_no_script_but_the_houses_own(vera):
    client = Client()
    client.force_login(vera)
    page = client.get("/api/v1/docs/")
    html = page.content.decode()
    assert page.status_code == 200
    assert "script-src 'self';" in page["Content-Security-Policy"] + ";"
    assert html.count("<script src=") == html.count("<script") == 3
    script = client.get("/api/v1/docs/", {"script": ""})
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in script.content.decode() or "../schema/" in script.content.decode()


def test_the_schema_is_for_those_who_are_known(vera):
    assert rest.Rest().get("schema/").status_code == 401
    assert rest.of(vera).get("schema/").status_code == 200


def test_an_unknown_record_and_a_broken_body_are_problems_too(db):
    api = rest.of(factories.member(factories.ProjectFactory(), Role.EDITOR))
    broken = api.client.post("/api/v1/materials/", b"{", content_type="application/json")
    assert (broken.status_code, broken["Content-Type"]) == (400, "application/problem+json")
    wrong_kind = api.client.post("/api/v1/materials/", b"a,b", content_type="text/csv")
    assert (wrong_kind.status_code, wrong_kind["Content-Type"]) == (415, "application/problem+json")
    absent = api.get("samples/NS-9999/")
    assert (absent.status_code, absent.json()["title"]) == (404, "Not Found")
