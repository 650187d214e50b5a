"""What an answer tells browsers and caches."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ],
)
def test_every_answer_says(client: Client, name: str, value: str) -> None:
    assert client.get(reverse("healthz")).headers[name] == value


def test_scripts_come_from_here_alone(client: Client) -> None:
    policy = client.get(reverse("healthz")).headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy


def test_what_alice_sees_is_kept_by_no_cache(client: Client) -> None:
    client.force_login(User.objects.create_superuser("alice"))
    assert "no-store" in client.get(reverse("admin:index")).headers["Cache-Control"]


def test_ready_names_the_part_that_is_missing(client: Client) -> None:
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 503
    assert answer.json()["parts"] == {
        "database": "ok",
        "broker": "ok",
        "storage": "ok",
        "worker": "no worker was heard yet",
    }


@pytest.mark.parametrize(
    "address", ["/search/?q=%00", "/samples/NS%00/", "/api/v1/samples/?q=a%00b", "/api/v1/samples/N%00/"]
)
def test_an_address_that_no_database_can_look_up_is_refused_in_words(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert "Remove %00 from it" in answer.content.decode()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
