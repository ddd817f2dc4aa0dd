"""The commands that run torch: what they print, and that they exit with 1 where plan and torch disagree."""

import json

import pytest

from levit_explore import CONVENTIONS
from levit_explore.model import counters
from levit_explore.model import verify as verifier
from levit_explore.model.verify import Mismatch, Verification
from tests.cli.call import TINY, call, document, printed


@pytest.fixture
def two_counters(monkeypatch):
    monkeypatch.setattr(counters, "installed", lambda: ["fvcore", "torch"])


@pytest.fixture
def disagreement(monkeypatch):
    found = Verification(3, (Mismatch("stem", "conv", 27648, 27649),), {"torch": 71042, "fvcore": 38272})
    monkeypatch.setattr(verifier, "verify", lambda _: found)


def test_verify_says_what_was_compared():
    assert printed("verify", "-", stdin=TINY) == (
        "stdin at 32x32: the plan and torch agree\n"
        "compared 45 module paths for every kind of work, by torch's FlopCounterMode and fvcore\n"
        "totals: torch 71,040, fvcore 38,272\n"
    )


def test_verify_document():
    assert document("verify", "-", stdin=TINY) == {
        "schema": "levit-explore/verify/1",
        "spec": "stdin",
        "ok": True,
        "paths": 45,
        "mismatches": [],
        "totals": {"torch": 71040, "fvcore": 38272},
    }


def test_verify_shows_mismatches_and_exits_1(disagreement):
    assert call("verify", "-", stdin=TINY) == (
        1,
        "stdin at 32x32: the plan and torch do not agree\n"
        "path work planned measured\n"
        "stem conv  27,648   27,649\n"
        "compared 3 module paths for every kind of work, by torch's FlopCounterMode and fvcore\n"
        "totals: torch 71,042, fvcore 38,272\n",
        "",
    )


def test_verify_document_has_its_mismatches(disagreement):
    status, out, _ = call("verify", "-", "--format", "json", stdin=TINY)
    found = json.loads(out)
    assert (status, found["ok"]) == (1, False)
    assert found["mismatches"] == [{"path": "stem", "work": "conv", "planned": 27648, "measured": 27649}]


def test_reconcile_measures_what_is_installed(two_counters):
    lines = printed("reconcile", "-", "--measure", stdin=TINY).splitlines()
    start = lines.index("")
    assert lines[start : start + 4] == [
        "",
        "counter predicted measured residual",
        "fvcore     38,272   38,272       +0",
        "torch      71,040   71,040       +0",
    ]
    assert lines[-2:] == [
        "not installed, so not measured: ptflops, ptflops-aten, calflops, deepspeed, thop, torchinfo.",
        "residual 0 for every counter that was run: fvcore, torch.",
    ]


def test_reconcile_document_has_measured_totals(two_counters):
    found = document("reconcile", "-", "--measure", stdin=TINY)
    assert {one["name"]: (one["measured"], one["residual"]) for one in found["conventions"]} == dict.fromkeys(
        CONVENTIONS, (None, None)
    ) | {"fvcore": (38272, 0), "torch": (71040, 0)}


def test_reconcile_exits_1_on_a_residual(two_counters, monkeypatch):
    monkeypatch.setattr(counters, "measure", lambda _, name: {"fvcore": 38272, "torch": 71050}[name])
    status, out, err = call("reconcile", "-", "--measure", stdin=TINY)
    assert (status, err) == (1, "")
    assert "torch      71,040   71,050      +10" in out.splitlines()


def test_a_counter_that_fails_is_a_line_after_the_others_and_status_2(monkeypatch):
    monkeypatch.setattr(counters, "installed", lambda: ["torch", "thop"])
    monkeypatch.setitem(counters.COUNTERS, "thop", ("thop", lambda model, image: 1.5))
    status, out, err = call("reconcile", "-", "--measure", stdin=TINY)
    assert (status, err) == (2, "thop counted 1.5, which is no number of operations\n")
    assert "residual 0 for every counter that was run: torch." in out
