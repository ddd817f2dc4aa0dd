"""Reports that several tests read, and what is embedded in a page."""

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from levit_explore import load_spec, plan
from levit_explore.analysis.biases import bias_maps
from levit_explore.render.report.page import report

ONE, TWO, LEARNED = ("levit256",), ("levit128s", "levit256"), ("levit_digits",)  # bundled; the last with weights
CHECKPOINT = Path(__file__).parents[3] / "docs" / "examples" / "digits.safetensors"
HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<!--<script>",
    "&lt;b&gt; & ' \" \\ \u2028 \u2029 {{data}} {{policy}}",
    "<style>*{display:none}</style>",
    "\x00\x1b[31m\ud800",
    "name" * 2500,
]


@cache
def page(*names: str, weights: bool = False) -> str:
    """The report on bundled specs, with the biases of the example's checkpoint for the first."""
    return report([plan(load_spec(name)) for name in names], maps=digits() if weights else None)


@cache
def digits() -> Any:
    """The bias maps of the example's checkpoint."""
    from safetensors.numpy import load_file

    ending = ".attention_biases"
    tables = {name.removesuffix(ending): table for name, table in load_file(CHECKPOINT).items() if ending in name}
    return bias_maps(plan(load_spec("levit_digits")), tables)


def embedded(content: str) -> Any:
    """The data in a page."""
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', content, re.DOTALL)
    return json.loads(data)


def policy(content: str) -> dict[str, str]:
    """The page's policy, by directive."""
    (words,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', content)
    return dict(directive.split(maxsplit=1) for directive in words.split("; "))


def digest(content: str) -> str:
    """A source of a policy that allows exactly this content."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def shown_rows(tab: Any, place: str = "spec0") -> Any:
    """The cells of the table of rows as a browser shows them."""
    return tab.locator(f"#{place}-rows tbody tr").evaluate_all(
        "lines => lines.map(line => [...line.cells].map(cell => cell.innerText.trim()))"
    )


def focused(tab: Any, attribute: str) -> Any:
    """An attribute of the element that has the focus in a browser."""
    return tab.evaluate(f"document.activeElement.getAttribute('{attribute}')")
