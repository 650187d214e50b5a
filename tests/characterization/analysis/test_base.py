from characterization.analysis.base import Finding, told_apart


def test_two_regions_of_one_name_keep_a_finding_each():
    two = [Finding("xps_area", "Area", value, "eV", subject="C 1s") for value in (1.0, 2.0, 3.0)]
    found = told_apart(
        [*two, Finding("xps_area", "Area", 4.0, "eV", subject="C 1s (2)"), Finding("count", "n", 1.0, "")]
    )
    assert [one.subject for one in found] == ["C 1s", "C 1s (2)", "C 1s (3)", "C 1s (2) (2)", ""]
    assert [one.value for one in found] == [1, 2, 3, 4, 1]
