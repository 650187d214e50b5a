"""What a deployment may say by environment variables, and what it hears where it says it wrongly."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from labsys import broker, environment
from labsys.databases import conninfo, databases, from_url
from labsys.local.home import Home, derived
from tests.processes import manage


@pytest.mark.parametrize(("said", "meant"), [("1", True), ("YES", True), ("off", False), ("", False)])
def test_a_yes_or_no_is_understood(monkeypatch: pytest.MonkeyPatch, said: str, meant: bool) -> None:
    monkeypatch.setenv("LABSYS_DEBUG", said)
    assert environment.flag("LABSYS_DEBUG") is meant


def test_what_is_neither_yes_nor_no_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABSYS_DEBUG", "maybe")
    with pytest.raises(ImproperlyConfigured, match=r"LABSYS_DEBUG is 'maybe'\. It is either 1"):
        environment.flag("LABSYS_DEBUG")


@pytest.mark.parametrize("said", ["ten", "0", "-3", "1.5"])
def test_a_number_of_bytes_is_a_whole_number_above_zero(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("LABSYS_MAX_UPLOAD_BYTES", said)
    with pytest.raises(ImproperlyConfigured, match="whole number from 1 on"):
        environment.count("LABSYS_MAX_UPLOAD_BYTES", 100)


def test_an_unknown_time_zone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABSYS_TIME_ZONE", "Europe/Atlantis")
    with pytest.raises(ImproperlyConfigured, match="'Europe/Atlantis', which is no time zone"):
        environment.time_zone("LABSYS_TIME_ZONE", "UTC")


def test_a_broker_that_is_not_known_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABSYS_BROKER_URL", "sqs://somewhere")
    with pytest.raises(ImproperlyConfigured, match=r"begins with 'sqs'.*amqp://"):
        environment.url("LABSYS_BROKER_URL", broker.SCHEMES)


def test_storage_is_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LABSYS_STORAGE_URL", f"file://{tmp_path}/raw%20files")
    assert environment.storage_folder("LABSYS_STORAGE_URL", tmp_path) == tmp_path / "raw files"
    monkeypatch.setenv("LABSYS_STORAGE_URL", "s3://bucket")
    with pytest.raises(ImproperlyConfigured, match="s3://"):
        environment.storage_folder("LABSYS_STORAGE_URL", tmp_path)


def test_a_wrong_setting_ends_a_command_with_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", LABSYS_TIME_ZONE="Atlantis")
    assert (done.returncode, done.stderr) == (
        1,
        "labsys: LABSYS_TIME_ZONE is 'Atlantis', which is no time zone. It is a name such as Europe/Berlin or UTC.\n",
    )


def test_production_settings_pass_the_deployment_check(tmp_path: Path) -> None:
    done = manage(
        tmp_path, "check", "--deploy", "--fail-level", "WARNING",
        LABSYS_PRODUCTION="1", LABSYS_ALLOWED_HOSTS="labsys.example.org",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_production_does_not_show_its_code(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", LABSYS_PRODUCTION="1", LABSYS_DEBUG="1")
    assert "with LABSYS_PRODUCTION=1 it stays off" in done.stderr


def test_a_database_url_may_hold_any_password() -> None:
    found = from_url("postgresql://lab:p%40ss%3Aw@db.example.org:6432/labsys?sslmode=require")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "lab", "p@ss:w", "db.example.org", 6432, "labsys",
    )  # fmt: skip
    assert "sslmode=require" in conninfo(found)


def test_a_database_url_without_a_name_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="database none"):
        from_url("postgresql://lab@db.example.org")


def test_work_and_migrations_never_share_a_role(tmp_path: Path) -> None:
    for owner_url in ("", "postgresql://lab:secret@db/labsys"):
        found = databases(Home(tmp_path), owner_url, "", "app password", 30)
        assert found["default"]["USER"] != found["owner"]["USER"]
        assert found["default"]["PASSWORD"] != found["owner"]["PASSWORD"]


def test_passwords_of_two_roles_tell_nothing_of_each_other() -> None:
    assert derived("secret", "one") != derived("secret", "two")
    assert len(derived("secret", "one")) == 64
