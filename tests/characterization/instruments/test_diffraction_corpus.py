"""Every real diffraction file through the registry: picked by its content, read, and in good time."""

import time

import pytest

from characterization.instruments import registry
from tests.corpus import corpus

FILES = {
    "1517474.cif": ("pd_cif", [3296]),
    "210520step1_30min.csv": ("two_column", [4489]),
    "210520step1_30min.xrdml": ("panalytical_xrdml", [4489]),
    "210520step1_30min.xy": ("two_column", [4489]),
    "BT86.raw": ("bruker_raw", [2374]),
    "BT86_.UXD": ("bruker_uxd", [2374]),
    "GeO2-ZnO_700C_60min.xrdml": ("panalytical_xrdml", [8301]),
    "HL1-2_5-90_60min.xrdml": ("panalytical_xrdml", [6474]),
    "JO_KL_16_ZF_3_60deg_0.02step_12degpermin_001.rasx": ("rigaku_rasx", [2851]),
    "LaB6_Jan2018.raw": ("bruker_raw", [3040]),
    "NIST660CBI.gsas": ("gsas", [8378]),
    "NiO_0p6007-Bi2O3_0p4008--8min.xrdml": ("panalytical_xrdml", [8282]),
    "TiO2.raw": ("bruker_raw", [1647]),
    "TiO2_0p4009-ZnO_0p6010--2min.xrdml": ("panalytical_xrdml", [2071]),
    "TiOF.brml": ("bruker_brml", [2469]),
    "TwoTheta_scan_powder.rasx": ("rigaku_rasx", [2726]),
    "example_bmb.xye": ("two_column", [575]),
    "example_evadiffract.xy": ("two_column", [28]),
    "format1.raw": ("bruker_raw", [101, 26, 51]),
    "inas_layer_radial_002_004.ras": ("rigaku_ras", [1501, 2501]),
    "stoe.raw": ("stoe_raw", [5404]),
}


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "known", "called"),
    [  # a bare table is told by its ending
        (name, known, called)
        for name, known in FILES.items()
        for called in ("own", "upload.dat")
        if called == "own" or known[0] != "two_column"
    ],
)
def test_a_real_file_is_read_whole_by_its_reader(name: str, known: tuple[str, list[int]], called: str):
    path = corpus(f"characterization/xrd/{name}")
    found = registry.read(path, path.name if called == "own" else called)
    assert (found.reader.name, [recording.table.height for recording in found.recordings]) == known


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "known"), FILES.items())
def test_a_real_file_costs_a_reader_next_to_nothing(name: str, known: tuple[str, list[int]]):
    path = corpus(f"characterization/xrd/{name}")
    reader = next(reader for reader in registry.readers() if reader.name == known[0])
    costs = []
    for _ in range(4):
        started = time.process_time()  # of this process: a busy machine makes no difference
        reader.read(path)
        costs.append(time.process_time() - started)
    assert min(costs) < 0.05
