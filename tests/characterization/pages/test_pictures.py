"""Pictures on pages: thumbnails, the scale, what is marked and saved as a version."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from characterization.models import Finding, JobState, Measurement
from tests import factories
from tests.characterization import files

pytestmark = pytest.mark.django_db
LINE = {"rim": {"kind": "distance", "from": [100, 100], "to": [400, 500 - 400]}}


def pictured(lab, pixel_nm: float | None = 2.0) -> Measurement:
    sample = factories.additive(lab.project)
    file = lab.file("rim.tif", files.micrograph(pixel_nm=pixel_nm), sample=sample)
    assert file.job.state == JobState.DONE, file.job.error_message
    return Measurement.objects.get(file=file)


def address(measurement: Measurement, name: str = "shown") -> str:
    return f"/measurements/{measurement.pk}/picture/{name}.jpg"


def save(lab, measurement: Measurement, **body: object):
    sent = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in body.items()}
    answer = lab.client(lab.bob).post(f"/measurements/{measurement.pk}/analysis/picture/", sent)
    lab.reread(measurement.file)
    return answer


def found(name: str) -> Finding:
    return Finding.objects.get(name=name, analysis__current=True)


def test_a_picture_is_shown_in_two_sizes_that_were_made_when_it_was_read(lab):
    measurement = pictured(lab)
    client = lab.client(lab.vera)
    for name, size in (("thumbnail", (240, 180)), ("shown", (640, 480))):
        answer = client.get(address(measurement, name))
        assert answer["Content-Type"] == "image/jpeg"
        assert Image.open(io.BytesIO(answer.content)).size == size
    assert lab.client(lab.charlie).get(address(measurement)).status_code == 404


def test_its_page_shows_it_with_the_scale_of_the_file_and_tools_only_for_who_may_change(lab):
    measurement = pictured(lab)
    seen = lab.client(lab.vera).get(measurement.get_absolute_url()).content.decode()
    assert address(measurement) in seen
    assert "FEI/Thermo, PixelWidth under [Scan]" in seen
    assert 'data-tool="spacing"' not in seen
    assert 'data-tool="spacing"' in lab.client(lab.bob).get(measurement.get_absolute_url()).content.decode()


def test_lists_and_the_page_of_its_sample_show_thumbnails(lab):
    measurement = pictured(lab)
    code = measurement.sample.code  # type: ignore[union-attr]
    for page in ("/measurements/", f"/samples/{code}/dashboards/", f"/samples/{code}/measurements/"):
        assert address(measurement, "thumbnail") in lab.client(lab.vera).get(page).content.decode()


def test_a_line_is_saved_as_a_version_with_its_reason_and_the_one_before_stays(lab):
    measurement = pictured(lab)
    assert save(lab, measurement, marks=LINE, reason="width of the rim").status_code == 302
    rim = found("distance")
    assert (rim.value, rim.unit, rim.subject) == (pytest.approx(600.0), "nm", "rim")  # type: ignore[comparison-overlap]
    assert rim.analysis.choice_version == 2
    save(lab, measurement, marks={"rim": {**LINE["rim"], "to": [300, 100]}}, reason="the edge was blurred")
    assert (found("distance").value, found("distance").analysis.choice_version) == (pytest.approx(400.0), 3)  # type: ignore[comparison-overlap]
    assert Finding.objects.filter(name="distance").count() == 2
    page = lab.client(lab.vera).get(f"/measurements/{measurement.pk}/analysis/picture/").content.decode()
    assert "the edge was blurred" in page and "width of the rim" in page


def test_a_scale_set_by_hand_turns_pixels_into_nanometres(lab):
    measurement = pictured(lab, pixel_nm=None)
    assert "does not say how long a pixel is" in str(measurement.flags)
    save(lab, measurement, marks=LINE, reason="width")
    assert found("distance_px").value == pytest.approx(300)
    bar = {"from": [20, 460], "to": [220, 460], "length_nm": 1000}
    save(lab, measurement, marks=LINE, scale=bar, reason="bar in the picture: 1 µm")
    assert found("distance").value == pytest.approx(1500)
    assert "scale set by hand" in lab.client(lab.bob).get(measurement.get_absolute_url()).content.decode()


def test_fringes_in_a_box_have_their_spacing(lab):
    measurement = pictured(lab, pixel_nm=0.05)
    save(
        lab, measurement, marks={"(002)": {"kind": "fft", "from": [50, 50], "to": [350, 350]}}, reason="grain"
    )
    assert found("lattice_spacing").value == pytest.approx(0.4, rel=0.01)


def test_marks_that_cannot_be_are_said_beside_their_field_and_nothing_is_kept(lab):
    measurement = pictured(lab)
    answer = save(
        lab, measurement, marks={"a": {"kind": "spacing", "from": [0, 0], "to": [9, 9]}}, reason="x"
    )
    assert answer.status_code == 422
    assert "needs the number of fringes" in answer.content.decode()
    assert not measurement.analyses.filter(choice_version__gt=1).exists()


def test_a_table_of_numbers_is_exported_without_the_pixels(lab):
    measurement = pictured(lab)
    answer = lab.client(lab.vera).get(f"/measurements/{measurement.pk}/table.csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0] == "width_px,height_px,pixel_nm,pixels_sha256"
    assert lines[1].startswith("640,480,2.0,")


def test_a_hostile_picture_fails_with_a_sentence_and_no_page_decodes_it(lab):
    entries = (
        b"\x00\x01\x04\x00\x01\x00\x00\x00\x40\x9c\x00\x00"
        + b"\x01\x01\x04\x00\x01\x00\x00\x00\xa8\x61\x00\x00"
    )
    rest = b"".join(
        tag.to_bytes(2, "little") + b"\x03\x00\x01\x00\x00\x00" + value.to_bytes(4, "little")
        for tag, value in ((258, 8), (259, 1), (262, 1), (273, 8), (277, 1))
    )
    file = lab.file("huge.tif", b"II*\0\x08\x00\x00\x00\x07\x00" + entries + rest + bytes(4))
    assert (file.job.state, file.job.error_code) == (JobState.FAILED, "hostile")
    assert "1,000,000,000 pixels" in file.job.error_message
