"""The language of the search fields: what is understood, what is said where it is not, and what it finds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from synthesis import asking, searching
from synthesis.models import Boat, CarbonizationRun, Role, Sample, SearchText, SearchWord
from tests.factories import MaterialFactory, ProjectFactory, UserFactory, additive, lot, member, sponge

pytestmark = pytest.mark.django_db


@pytest.fixture
def someone() -> Any:
    project: Any = ProjectFactory(name="ASSLB additives", slug="asslb")
    person: Any = member(project, Role.MANAGER, username="alice")
    person.home = project
    return person


def codes(text: str, person: Any) -> set[str]:
    return {sample.code for sample in searching.samples(asking.read(text, person), person, 50)}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("carbonization temperature > 650 °C", "carbonization temperature > 650\u00a0°C"),
        ("Carbonization Temperature>=923.15K", "carbonization temperature ≥ 650\u00a0°C"),
        ("BET >= 200 m2/g", "≥ 200\u00a0m²/g"),
        ("left < 0,02 kg", "left < 20\u00a0g"),
        ("left<5g", "left < 5\u00a0g"),
        ("reaction time ≥ 90 min", "reaction time ≥ 1.5\u00a0h"),
        ("yield between 20 and 30 %", "yield ≥ 20 … ≤ 30\u00a0%"),
        ("kind: additive", "carbon additive lot"),
        ('group:"Mo@NPCs"', "additive Mo@NPCs"),
        ("made after 2026-05-01", "made after 2026-05-01"),
        ("made >= 2026-05", "made since 2026-05"),
        ("state:hold", "hold"),
        ("project: additives", "project ASSLB additives"),
    ],
)
def test_what_was_typed_is_understood(someone: Any, typed: str, said: str) -> None:
    read = asking.read(typed, someone)
    assert read.problems == []
    assert read.words == []
    assert next(condition.said for condition in read.conditions).endswith(said)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("carbonization temperature > 650 g", "‘650 g’: carbonization temperature is in °C."),
        ("left <", "After ‘left <’ a number is missing."),
        ("> 5", "What is compared has to stand before the sign: left < 5 g."),
        ("left < 5xg", "‘5 xg’: left is in g or mL or piece."),
        ("kind: dragon", "‘dragon’ is no kind of sample."),
        ("state: melted", "‘melted’ is no state."),
        ("project: theirs", "No project of yours is called ‘theirs’."),
        ("left < 1e400 g", "is too large"),
        ("reaktion temprature > 5", "is no figure that is kept. Near it:"),
    ],
)
def test_what_is_not_understood_is_said_in_a_sentence(someone: Any, typed: str, sentence: str) -> None:
    ProjectFactory(name="theirs")
    assert sentence in " ".join(asking.read(typed, someone).problems)


@pytest.mark.parametrize(
    "typed",
    ["", " ", '"', "%", "_", "\\", "'; DROP", "a:b:c", "kind:", "< > =", "\x00", "between and", "made after",
     "left < - g", "made after 9999-99-99", "left = nan", "left < 1_000 g", "x" * 5000,
     "a " * 500, "🜍", "(", "lot: (", "½ < 5"],
)  # fmt: skip
def test_nothing_that_is_typed_breaks_a_search(someone: Any, typed: str) -> None:
    read = asking.read(typed, someone)
    searching.samples(read, someone, 50)
    searching.others(read, someone, 3)
    searching.corrected(read, someone)


def test_words_are_found_without_case_accents_and_in_any_script(someone: Any) -> None:
    made = additive(someone.home, name="Kühlfalle 纳米海绵 β-CD 5 µm", note="Très sèche")
    for text in (
        "kuhlfalle",
        "KÜHL",
        "纳米",
        "海",
        "β-cd",
        "5 um",
        "5 µm",
        "tres seche",
        made.code.lower(),
        '"cd 5"',
    ):
        assert codes(text, someone) == {made.code}, text
    assert codes("kuhlfalle anders", someone) == set()


def test_a_lots_number_supplier_and_material_are_found_and_follow_a_change(someone: Any) -> None:
    material: Any = MaterialFactory(
        name="Ammonium heptamolybdate", formula="(NH4)6Mo7O24·4H2O", cas_number="12054-85-2"
    )
    bought = lot(someone.home, lot_number="BX-77", supplier="Merck", material=material)
    for text in ("bx-77", "merck ammonium", "mo7o24", "12054-85-2", "lot: BX-7", "kind: lot merck"):
        assert codes(text, someone) == {bought.code}, text
    material.name = "Tungstate"
    material.save()
    bought.note = "opened in the glovebox"
    bought.save()
    assert codes("tungstate glovebox", someone) == {bought.code}
    assert codes("merck molybdenite", someone) == set()


def test_values_find_samples_in_whatever_unit_they_are_kept(someone: Any) -> None:
    much, little = additive(someone.home, "9"), additive(someone.home, "0.4")
    hot = sponge(someone.home, reaction_temperature_degC=90)
    assert codes("kind: additive left < 500 mg", someone) == {little.code}
    assert codes("kind: additive left > 0.001 kg", someone) == {much.code}
    assert codes("reaction temperature > 350 K", someone) == {hot.code}
    assert codes("reaction temperature = 90", someone) == {hot.code}
    assert codes("reaction temperature > 90", someone) == set()


def test_the_carbonization_temperature_is_that_of_the_run_that_made_it(someone: Any) -> None:
    run = CarbonizationRun.objects.create(project=someone.home, highest_temperature_degC=653)
    run.segments.create(number=1, from_degC=25, to_degC=200, rate_degC_per_min=5)
    run.segments.create(number=2, from_degC=200, to_degC=650, rate_degC_per_min=2, hold_h=3)
    made, other = additive(someone.home, "1"), additive(someone.home, "1")
    Boat.objects.create(
        run=run, number=1, source=sponge(someone.home), additive=made, mass_in_g=4, mass_out_g=1
    )
    assert codes("carbonization temperature >= 650 °C", someone) == {made.code}
    assert codes("carbonization temperature > 650 °C", someone) == set()
    assert codes("highest temperature reached > 650", someone) == {made.code}
    assert codes("heating rate <= 2 K/min hold time 3", someone) == set()
    assert codes("hold time = 180 min yield between 20 and 30", someone) == {made.code}
    assert other.code in codes("kind: additive", someone)


def test_days_are_the_laboratorys(someone: Any) -> None:
    made = additive(someone.home, made_at=datetime(2026, 5, 2, 12, tzinfo=UTC))
    assert codes("made after 2026-05-01", someone) == {made.code}
    assert codes("made on 02.05.2026", someone) == {made.code}
    assert codes("made in 2026-05", someone) == {made.code}
    assert codes("made in 2026", someone) == {made.code}
    assert codes("made before 2026-05-02", someone) == set()
    assert codes("made after 2026-05-02", someone) == set()


def test_nothing_of_another_project_is_found_or_told(someone: Any) -> None:
    hidden = additive(ProjectFactory(name="secret furnace"), name="wolframite", group="Hidden")
    stranger = UserFactory()
    for text in ("wolframite", hidden.code, "group: Hidden", "left > 0 g", "kind: additive"):
        assert codes(text, someone) == set()
        assert codes(text, stranger) == set()
    again, near = searching.corrected(asking.read("wolframit", someone), someone)
    assert again.words == ["wolframit"]
    assert near == []


def test_a_mistyped_word_finds_what_was_meant(someone: Any) -> None:
    made = additive(someone.home, name="nanosponge carbon")
    again, _codes = searching.corrected(asking.read("nanospnge", someone), someone)
    assert [sample.pk for sample in searching.samples(again, someone, 50)] == [made.pk]
    _again, near = searching.corrected(asking.read(made.code.replace("CCA", "CAC"), someone), someone)
    assert [found.code for found in near] == [made.code]


def test_every_sample_has_its_text_and_a_deleted_one_none(someone: Any) -> None:
    made = additive(someone.home, name="short lived")
    assert SearchText.objects.get(pk=made.pk).words.startswith(f" {made.code.lower()} short lived")
    assert SearchWord.objects.filter(word="lived").exists()
    assert SearchText.objects.count() == Sample.objects.count()


def test_the_words_of_a_query_are_folded_as_the_texts_are(someone: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT labsys_folded('ÅNGSTRÖM ß æ NCM₈₁₁ 10 μΩ 陈')")
        assert cursor.fetchone() == ("angstrom ss ae ncm811 10 uU003C9 U09648",)


def test_a_word_that_means_figures_of_several_kinds_finds_all_of_them_newest_first(someone: Any) -> None:
    warm = sponge(someone.home, reaction_temperature_degC=70)
    sponge(someone.home, reaction_temperature_degC=20)
    hot, logged = furnace_additive(someone.home, 700, programmed=True), furnace_additive(someone.home, 690)
    read = asking.read("temperature > 60 °C", someone)
    assert len(read.parts) > 3
    found = searching.samples(read, someone, 50)
    assert [sample.code for sample in found] == [logged.code, hot.code, warm.code]
    assert {sample.pk for sample in Sample.objects.filter(read.samples)} == {sample.pk for sample in found}
    assert codes("carbonization temperature between 695 and 705 °C", someone) == {hot.code}
    assert codes("carbonization temperature = 690 °C", someone) == {logged.code}


def furnace_additive(project: Any, top: float, *, programmed: bool = False) -> Sample:
    """One that came out of a run whose highest temperature stands in its programme, or only in its log."""
    source, made = sponge(project), additive(project)
    run = CarbonizationRun.objects.create(
        project=project, highest_temperature_degC=None if programmed else top
    )
    if programmed:
        run.segments.create(number=1, from_degC=25, to_degC=top, rate_degC_per_min=5, hold_h=4)
    Boat.objects.create(run=run, number=1, source=source, additive=made, mass_in_g=10, mass_out_g=3)
    return made
