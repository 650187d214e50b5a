"""Projects and their members."""

from __future__ import annotations

from typing import Any

from synthesis.models import Project
from tests.factories import UserFactory
from tests.synthesis.pages.conftest import Lab


def test_a_manager_admits_changes_and_takes_out_a_member(lab: Lab) -> None:
    dora: Any = UserFactory(username="dora")
    client = lab.as_(lab.alice)
    assert client.post("/projects/asslb/", {"username": "dora", "role": "viewer"}).status_code == 302
    assert client.post("/projects/asslb/", {"username": "dora", "role": "editor"}).status_code == 302
    membership = lab.project.memberships.get(user=dora)
    assert membership.role == "editor"
    client.post(f"/projects/asslb/members/{membership.pk}/remove/")
    assert not lab.project.memberships.filter(user=dora).exists()


def test_an_unknown_person_is_named(lab: Lab) -> None:
    answer = lab.as_(lab.alice).post("/projects/asslb/", {"username": "zoe", "role": "viewer"})
    assert answer.status_code == 422
    assert "Nobody is called zoe." in answer.content.decode()


def test_the_last_manager_stays(lab: Lab) -> None:
    own = lab.project.memberships.get(user=lab.alice)
    answer = lab.as_(lab.alice).post(f"/projects/asslb/members/{own.pk}/remove/")
    assert answer.status_code == 400
    assert lab.project.memberships.filter(pk=own.pk).exists()


def test_the_last_manager_is_not_made_a_viewer_either(lab: Lab) -> None:
    answer = lab.as_(lab.alice).post("/projects/asslb/", {"username": "alice", "role": "viewer"})
    assert answer.status_code == 400
    assert lab.project.memberships.get(user=lab.alice).role == "manager"


def test_an_editor_may_not_admit_and_a_stranger_sees_no_project(lab: Lab) -> None:
    sent = {"username": "vera", "role": "manager"}
    assert lab.as_(lab.bob).post("/projects/asslb/", sent).status_code == 403
    assert lab.as_(lab.charlie).get("/projects/asslb/").status_code == 404
    assert lab.as_(lab.charlie).post("/projects/asslb/", sent).status_code == 404


def test_staff_found_a_project_and_manage_it(lab: Lab) -> None:
    answer = lab.as_(lab.alice).post("/projects/", {"name": "Sulfide pouch cells"})
    founded = Project.objects.get(slug="sulfide-pouch-cells")
    assert answer["Location"] == "/projects/sulfide-pouch-cells/"
    assert founded.memberships.get().role == "manager"
    assert lab.as_(lab.bob).post("/projects/", {"name": "Mine"}).status_code == 403
    again = lab.as_(lab.alice).post("/projects/", {"name": "Sulfide Pouch cells"})
    assert "nearly so" in again.content.decode()
