"""Small sheets that several tests render."""

from levit_explore.render.sheet import Column, Sheet, Table, count, document, percent, shape

COLUMNS = (
    Column("path", "path"),
    Column("role", "role", data_only=True),
    Column("out", "output", shape),
    Column("flops", "FLOPs", count),
    Column("share", "share", percent, bar=True),
)


def sheet(name: str = "tiny", source: str = "") -> Sheet:
    """Two rows and their sum under a name, with an intro and a note."""
    rows = [
        {"path": "stem", "role": "stem", "out": [8, 2, 2], "flops": 1000, "share": 0.25},
        {"path": "head", "role": "head", "out": [10], "flops": 3000, "share": 0.75},
    ]
    total = {"path": "total", "flops": 4000, "share": 1.0}
    return Sheet(
        title=f"{name}: FLOPs",
        document=document("flops", name, {"flops": 4000, "rows": rows}),
        tables=(Table(COLUMNS, rows, foot=[total]),),
        intro=["counted by hand"],
        notes=[source] if source else [],
    )
