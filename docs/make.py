"""Makes the parts of the documentation that follow from the code: `python docs/make.py`.

`python docs/make.py report` takes the picture of a report instead, for which it needs playwright and Chromium, and
`python docs/make.py explore` those of the explorer.
"""

import asyncio
import dataclasses
import io
import re
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from levit_explore import load_spec, plan
from levit_explore.analysis.counts import By
from levit_explore.render import results, table
from levit_explore.render.report.page import report
from levit_explore.spec.fields import ConvStem, Downsample, PatchStem, Published, Spec, Stage

DOCS = Path(__file__).parent
_PARTS: dict[str, type[Any]] = {
    "The network": Spec,
    "`stages`, each": Stage,
    "`downsample`": Downsample,
    "`stem` with `kind: convs`": ConvStem,
    "`stem` with `kind: patch`": PatchStem,
    "`published`": Published,
}
_KEYS = {(80, 24): ("down", "right", "right", "5", "enter"), (160, 50): ("down", "right", "right", "5", "enter", "t")}
_SPEC_INTRO = """# The spec format

A spec is a YAML file. Only `stages` is required, and of each stage `dim`, `depth`, `heads` and `key_dim`. A
`downsample` stands on the stage that it leads into, and every stage but the first has one. `extends: other.yaml`, or a
bundled name, starts from another spec: mappings are merged field by field, lists are replaced as a whole. Sizes are at
most 65536. `levit-explore show` prints a spec with everything filled in; `levit-explore schema` prints the JSON Schema
for editors.

This page is made by `docs/make.py` from the rules that the parser checks.
"""


def flops_picture() -> str:
    """The table of `levit-explore flops levit256` as a terminal of 80 columns shows it, as SVG."""
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    table.draw([results.flops_sheet(plan(load_spec("levit256")), By.BLOCK, "levit")], console)
    svg = console.export_svg(title="levit-explore flops levit256", unique_id="flops")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # no fonts from elsewhere


def explorer_picture(size: tuple[int, int]) -> str:
    """The explorer on LeViT-384 with one depth changed, on a screen of columns and lines, as SVG."""
    from levit_explore.explorer.app.screen import Explorer
    from levit_explore.explorer.state import opened

    async def taken() -> str:
        app = Explorer(opened("levit384"))
        async with app.run_test(size=size) as pilot:
            for key in _KEYS[size]:
                await pilot.press(key)
                await pilot.pause()
            return app.export_screenshot(title="levit-explore explore levit384")

    svg = re.sub(r"@font-face \{.*?\}\s*", "", asyncio.run(taken()), flags=re.DOTALL)
    return re.sub(r"terminal-\d+", "explorer", svg)  # a number that differs from one picture to the next


def report_picture(path: Path) -> None:
    """Takes a picture of the top of the report on LeViT-256, in Chromium."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "report.html"
        page_file.write_text(report([plan(load_spec("levit256"))]), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 900}, color_scheme="light")
        page.goto(page_file.as_uri())
        page.screenshot(path=path)
        browser.close()


def spec_page() -> str:
    """Every field of the spec format with what it may hold and its default."""
    return _SPEC_INTRO + "".join(_section(title, part) for title, part in _PARTS.items())


def _section(title: str, part: type[Any]) -> str:
    lines = [f"\n## {title}\n", "| field | what it is | it must be | default |", "| --- | --- | --- | --- |"]
    for field in dataclasses.fields(part):
        about = field.metadata
        lines.append(f"| `{field.name}` | {about['doc']} | {about['rule'].allowed} | {_default(field)} |")
    return "\n".join(lines) + "\n"


def _default(field: "dataclasses.Field[Any]") -> str:
    match field.default:
        case dataclasses.MISSING:
            return field.metadata["derived"] or "required"
        case None | "":
            return "none"
        case bool():
            return str(field.default).lower()
        case tuple() as sides:
            return " x ".join(map(str, sides))
        case value:
            return f"{value}"


if __name__ == "__main__" and sys.argv[1:] == ["report"]:
    report_picture(DOCS / "report.png")
elif __name__ == "__main__" and sys.argv[1:] == ["explore"]:
    for columns, rows in _KEYS:
        (DOCS / f"explore-{columns}x{rows}.svg").write_text(explorer_picture((columns, rows)), encoding="utf-8")
elif __name__ == "__main__":
    (DOCS / "flops.svg").write_text(flops_picture(), encoding="utf-8")
    (DOCS / "spec.md").write_text(spec_page(), encoding="utf-8")
