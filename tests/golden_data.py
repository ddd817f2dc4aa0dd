"""The reference numbers of tests/golden; its README names their sources."""

import json
from pathlib import Path
from typing import Any


def _read(name: str) -> Any:
    return json.loads((Path(__file__).parent / "golden" / name).read_text(encoding="utf-8"))


OFFICIAL = _read("official.json")
TIMM = _read("timm.json")
COUNTERS = _read("counters.json")
PAPER = _read("paper.json")
FIVE = list(OFFICIAL["models"])  # the models of the paper's Table 2
