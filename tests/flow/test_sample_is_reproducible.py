"""The committed sample region is what its script makes, byte for byte."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REGION = ROOT / "data/regions/binjiang"
MADE = ("region.json", "streets.json", "communities.geojson", "facilities.json")


def test_the_sample_is_what_its_script_makes(flow):
    subprocess.run([sys.executable, "-B", ROOT / "scripts/make_sample.py", flow.folder], check=True,
                   cwd=flow.folder, timeout=60)
    for name in MADE:
        made, kept = (flow.folder / name).read_bytes(), (REGION / name).read_bytes()
        assert made == kept, f"{name} differs: run scripts/make_sample.py and commit what it writes"


def test_the_sample_says_that_it_is_one(flow):
    for name in MADE:
        assert "示例" in (REGION / name).read_text(encoding="utf-8"), name
