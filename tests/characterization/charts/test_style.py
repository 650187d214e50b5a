"""The palette is told apart by everyone: OKLab distance after Machado, Oliveira and Fernandes (2009), full severity."""

from itertools import combinations

import numpy as np
import pytest

from characterization.charts import style

SIGHT = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_CONE = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
           [0.0883024619, 0.2817188376, 0.6299787005]]  # fmt: skip
TO_LAB = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
          [0.0259040371, 0.7827717662, -0.8086757660]]  # fmt: skip
ADDITIVES = ["s1", "s2", "s3", "s4"]
EIGHT = [f"s{n}" for n in range(1, 9)]


def linear(colour):
    value = np.array(style.rgb(colour)) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def oklab(colour, sight):
    seen = np.clip(np.array(SIGHT[sight]) @ linear(colour), 0, 1)
    return np.array(TO_LAB) @ np.cbrt(np.array(TO_CONE) @ seen)


def contrast(colour, ground):
    light, dark = sorted(
        (np.array([0.2126, 0.7152, 0.0722]) @ linear(each) for each in (colour, ground)), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("roles", "least"), [(ADDITIVES, 14), (EIGHT, 8)])
def test_no_two_series_look_alike_to_anyone(roles, least, theme, sight):
    seen = [oklab(style.colour(role, theme), sight) for role in roles]
    assert min(100 * np.linalg.norm(a - b) for a, b in combinations(seen, 2)) >= least


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("role", ["s0", *EIGHT, "text", "text2"])
def test_words_in_a_series_colour_are_readable(role, theme):
    assert contrast(style.label_colour(role, theme), style.PAPER[theme].surface) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_ends_of_the_ramp_stand_off_the_ground(theme):
    assert min(contrast(style.ramp(end, theme), style.PAPER[theme].surface) for end in (0, 1)) >= 3.2
    assert style.colour("ramp:0.0", theme) == style.RAMP[theme][0]
    assert style.colour("ramp:1.0", theme) == style.RAMP[theme][1]


def test_an_additive_has_one_colour_and_one_mark():
    assert [style.series_for(name) for name in ("SP", "NPCs", "Mo@NPCs", "Mo-Ni@NPCs", "")] == [
        "s1",
        "s2",
        "s3",
        "s4",
        "s0",
    ]
    assert style.series_for("no additive") == "s0"
    assert len({style.mark_of(role) for role in ["s0", *EIGHT]}) == 9


def test_other_groups_take_the_next_colours_in_the_order_they_came():
    mine = ["CNT", "SP", "graphene", "VGCF", "KB", "one too many"]
    assert [style.series_for(name, mine) for name in mine] == ["s5", "s1", "s6", "s7", "s8", "s0"]


def test_a_colour_that_does_not_exist_is_refused():
    with pytest.raises(KeyError):
        style.colour("s9")
