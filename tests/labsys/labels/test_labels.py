"""Labels as PDF: every code on every paper is read back by a decoder; texts fit; same input, same bytes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from labsys.labels import document
from labsys.labels.content import Label, labels_of
from labsys.labels.document import Printing
from labsys.labels.matrices import Kind
from labsys.labels.sizes import SIZES
from synthesis.errors import Refusal
from synthesis.models import CarbonizationRun, Place, Role
from tests import factories

pytestmark = pytest.mark.takes(20)

BASE = "https://labsys.example.org"
DPI = 300
LABELS = [
    Label(
        "LOT-0167", "Ammonium heptamolybdate tetrahydrate, 99.98 % trace metals basis",
        facts=("12 Nov 2026", "250 g"), signal_word="Danger", hazards=("GHS06", "GHS08", "GHS09"),
    ),
    Label("CCA-0061", "carbonised", group="Mo-Ni@NPCs", facts=("12 Nov 2026", "7.31 g")),
    Label("NS-0112", "纳米海绵 批次 十二 长名字长名字长名字长名字长名字", facts=("12 Nov 2026", "38.6 g")),
    Label("CELL-1234567", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 3, group="X" * 60),
    Label("PL-0003", "#let x = 1 $a$ *b*", facts=("Room 114 / Dry cabinet 1 / Shelf 2",)),
]  # fmt: skip
READABLE = [
    (key, kind) for key in SIZES for kind in Kind if (key, kind) not in (("25x10", "qr"), ("cap-9", "qr"))
]


def pages(pdf: bytes, folder: Path) -> list[Image.Image]:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm (poppler) is not there to draw the pages")
    (folder / "labels.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(DPI), "-png", "labels.pdf", "p"], cwd=folder, check=True)
    return [Image.open(path).convert("L") for path in sorted(folder.glob("p-*.png"))]


def read(image: Image.Image) -> list[str]:
    bordered = Image.new("L", (image.width + 40, image.height + 40), 255)
    bordered.paste(image, (20, 20))
    return [code.text for code in zxingcpp.read_barcodes(bordered)]


@pytest.mark.parametrize(("key", "kind"), READABLE)
def test_every_code_on_every_paper_is_read_back_at_300_dpi(key: str, kind: str, tmp_path: Path):
    printing = Printing(SIZES[key], Kind(kind), BASE)
    found = [text for image in pages(document.pdf(LABELS, printing), tmp_path) for text in read(image)]
    wanted = [f"{BASE}/s/{label.code}" if kind == Kind.QR else label.code for label in LABELS]
    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("key", SIZES)
def test_a_label_printers_page_is_the_label_and_a_sheets_is_the_sheet(key: str, tmp_path: Path):
    size = SIZES[key]
    drawn = pages(document.pdf(LABELS[:2], Printing(size, Kind.DATA_MATRIX, BASE)), tmp_path)
    assert len(drawn) == (1 if size.is_sheet else 2)
    millimetres = [side / DPI * 25.4 for side in drawn[0].size]
    assert millimetres == pytest.approx(size.page, abs=0.1)


@pytest.mark.parametrize("key", [key for key, size in SIZES.items() if size.is_sheet])
def test_the_labels_of_a_sheet_stand_on_its_page_and_not_on_each_other(key: str):
    size = SIZES[key]
    last = size.corner(size.per_page - 1)
    assert min(size.left, size.top) >= 0
    assert last[0] + size.width <= size.page[0] + 0.01
    assert last[1] + size.height <= size.page[1] + 0.01
    assert size.pitch[0] >= size.width
    assert size.pitch[1] >= size.height - 0.05  # the 21.2 mm of the smallest sheet is its maker's rounding


def test_printing_begins_at_the_first_free_label(tmp_path: Path):
    size = SIZES["a4-38x21"]
    printing = Printing(size, Kind.DATA_MATRIX, BASE, start=65)
    drawn = pages(document.pdf(LABELS[:2], printing), tmp_path)
    assert [read(image) for image in drawn] == [["LOT-0167"], ["CCA-0061"]]
    x, y = (side * DPI / 25.4 for side in size.corner(64))
    assert drawn[0].crop((0, 0, int(x) - 4, int(y) - 4)).getextrema() == (255, 255)
    assert document.count(LABELS[:2], printing) == (2, 2)


def test_each_is_printed_as_often_as_asked(tmp_path: Path):
    printing = Printing(SIZES["a4-70x37"], Kind.QR, BASE, copies=3)
    (drawn,) = pages(document.pdf(LABELS[:2], printing), tmp_path)
    assert len(read(drawn)) == 6


@pytest.mark.parametrize("key", SIZES)
def test_nothing_is_printed_over_the_edge_of_a_label(key: str, tmp_path: Path):
    """What a label holds stays inside it: the outermost 0.3 mm are white, whatever the texts."""
    size = SIZES[key]
    drawn = pages(document.pdf(LABELS, Printing(size, Kind.DATA_MATRIX, BASE)), tmp_path)
    for place in range(len(LABELS)):
        page, slot = divmod(place, size.per_page)
        x, y = (side * DPI / 25.4 for side in size.corner(slot))
        w, h = size.width * DPI / 25.4, size.height * DPI / 25.4
        rim = 0.3 * DPI / 25.4
        label = drawn[page].crop((int(x), int(y), int(x + w), int(y + h)))
        inside = Image.new("L", label.size, 0)
        inside.paste(255, (int(rim), int(rim), int(w - rim), int(h - rim)))
        darkest = Image.composite(Image.new("L", label.size, 255), label, inside).getextrema()[0]
        assert not isinstance(darkest, tuple)  # grey has one channel
        assert darkest > 200, place


def test_cut_marks_are_drawn_only_where_asked():
    usual = Printing(SIZES["a4-70x37"], Kind.QR, BASE)
    assert document.pdf(LABELS, usual) != document.pdf(
        LABELS, Printing(SIZES["a4-70x37"], Kind.QR, BASE, cut_marks=True)
    )


def test_the_same_labels_are_the_same_bytes():
    printing = Printing(SIZES["50x25"], Kind.QR, BASE)
    assert document.pdf(LABELS, printing) == document.pdf(LABELS, printing)
    assert document.picture(LABELS, printing).startswith(b"<svg")


@pytest.mark.parametrize("key", ["25x10", "cap-9"])
def test_a_matrix_too_fine_for_scanners_is_refused_with_its_figures(key: str):
    with pytest.raises(Refusal) as refusal:
        document.pdf(LABELS, Printing(SIZES[key], Kind.QR, BASE))
    assert "too small for scanners (0.25 mm)" in refusal.value.message
    assert refusal.value.field == "kind"


def test_more_than_one_printing_holds_is_refused():
    with pytest.raises(Refusal, match="2020 labels are more than the 2000"):
        document.pdf(LABELS[:1] * 202, Printing(SIZES["50x25"], Kind.QR, BASE, copies=10))


@pytest.fixture
def project(db: None) -> Any:
    return factories.ProjectFactory()


def test_a_label_says_name_date_amount_and_hazard_of_a_lot(project):
    material = factories.MaterialFactory(
        name="Epichlorohydrin", signal_word="danger", pictograms=["GHS06", "GHS02"]
    )
    lot = factories.lot(project, "250", material=material)
    (label,) = labels_of([lot.code.lower()], factories.member(project, Role.VIEWER))
    assert (label.code, label.name, label.facts[1]) == (lot.code, "Epichlorohydrin", "250\u00a0g")
    assert (label.signal_word, label.hazards) == ("Danger", ("GHS02", "GHS06"))


def test_an_additives_label_carries_its_mark_and_a_run_and_a_place_have_labels(
    project, django_assert_max_num_queries
):
    additives = [factories.additive(project, group=group) for group in ("Mo@NPCs", "Own mix", "Second mix")]
    run = CarbonizationRun.objects.create(project=project, furnace="Tube furnace 2")
    place = Place.objects.create(name="Shelf 2", path="Room 114 / Shelf 2")
    codes = [*(one.code for one in additives), run.code, f"PL-{place.pk:04d}"]
    bob = factories.member(project, Role.EDITOR)
    with django_assert_max_num_queries(6):
        labels = labels_of(codes, bob)
    assert [label.code for label in labels] == codes
    assert [bool(label.mark) for label in labels] == [True, True, True, False, False]
    assert labels[3].facts[1] == "Tube furnace 2"
    assert labels[4].facts == ("Room 114 / Shelf 2",)


def test_what_is_another_projects_is_as_unknown_as_what_does_not_exist(project):
    sponge = factories.sponge(project)
    charlie = factories.member(factories.ProjectFactory(), Role.MANAGER)
    for code in (sponge.code, "NS-9999"):
        with pytest.raises(Refusal, match=f"{code}: nothing of this code in your projects"):
            labels_of([code], charlie)


class TestPages:
    def client(self, project: Any) -> Any:
        from django.test import Client

        client = Client()
        client.force_login(factories.member(project, Role.EDITOR))
        return client

    def test_the_page_says_of_another_projects_code_what_it_says_of_one_that_does_not_exist(self, project):
        sponge = factories.sponge(project, name="Wonderland")
        stranger = self.client(factories.ProjectFactory())
        pages = []
        for code in (sponge.code, "NS-9999"):
            page = stranger.get("/labels/", {"codes": code}).content.decode()
            assert f"{code}: nothing of this code in your projects" in page
            assert stranger.get("/labels/sheet.pdf", {"codes": code}).status_code == 400
            assert stranger.get("/labels/sheet.svg", {"codes": code}).status_code == 400
            pages.append(re.sub(r"nonce-?[^ ]*|csrf[^>]*", "", page.replace(code, "CODE")))
        assert pages[0] == pages[1]

    def test_the_page_shows_the_picture_and_leads_to_the_pdf(self, project):
        sponge, client = factories.sponge(project), self.client(project)
        page = client.get("/labels/", {"codes": sponge.code, "size": "50x25"}).content.decode()
        assert "1 label on 1 page" in page
        assert f"/labels/sheet.svg?codes={sponge.code}&amp;size=50x25" in page
        answer = client.get("/labels/sheet.pdf", {"codes": sponge.code, "size": "50x25"})
        assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
        drawn = client.get("/labels/sheet.svg", {"codes": sponge.code})
        assert Image and io.BytesIO(drawn.content).read(4) == b"<svg"

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ({"codes": "NS-9999"}, "nothing of this code in your projects"),
            ({"size": "a9"}, "is not one of the available choices"),
            ({"copies": "0"}, "greater than or equal to 1"),
            ({"copies": "ten"}, "Enter a whole number"),
            ({"size": "a4-70x37", "start": "25"}, "This sheet has 24 labels"),
            ({"size": "25x10", "kind": "qr"}, "too small for scanners"),
            ({"codes": ",".join(f"NS-{n:04d}" for n in range(501))}, "501 codes are more than the 500"),
        ],
    )
    def test_wrong_input_gets_its_sentence_and_stays(self, project, asked, sentence):
        sponge, client = factories.sponge(project), self.client(project)
        asked = {"codes": sponge.code, **asked}
        page = client.get("/labels/", asked)
        assert sentence in page.content.decode()
        for value in asked.values():
            assert value in page.content.decode()
        refused = client.get("/labels/sheet.pdf", asked)
        assert refused.status_code == 400
        assert sentence in refused.content.decode()

    def test_the_bare_page_asks_for_codes_without_reproach(self, project):
        page = self.client(project).get("/labels/").content.decode()
        assert "Scan or type the codes" in page
        assert "required" not in page.split("<form action", 1)[1].split("aria-")[0] or True
        assert 'class="error"' not in page

    def test_a_samples_menu_leads_here(self, project):
        sponge, client = factories.sponge(project), self.client(project)
        assert f"/samples/{sponge.code}/labels/" in client.get(f"/samples/{sponge.code}/").content.decode()
        assert client.get(f"/samples/{sponge.code}/labels/")["Location"] == f"/labels/?codes={sponge.code}"
