"""What the README shows is what happens."""

import re
import shlex
from pathlib import Path

import pytest

from levit_explore import flops, load_spec, plan
from levit_explore.cli.main import run
from levit_explore.spec.parse import make_spec

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"^```console\n\$ levit-explore ([^\n]+)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
COUNTERS = {
    "levit.py": "levit",
    "fvcore 0.1.5": "fvcore",
    "torch FlopCounterMode": "torch",
    "ptflops 0.7.5, modules": "ptflops",
    "ptflops 0.7.5, ATen": "ptflops-aten",
    "calflops 0.3.2, MACs": "calflops",
    "DeepSpeed 0.19.8, MACs": "deepspeed",
    "thop 0.1.1": "thop",
    "torchinfo 1.8.0": "torchinfo",
}


@pytest.mark.parametrize(("command", "printed"), CONSOLE, ids=[command for command, _ in CONSOLE])
def test_command_prints_what_the_readme_shows(command, printed, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    run(shlex.split(command))
    captured = capsys.readouterr()
    assert captured.out + captured.err == printed


@pytest.mark.parametrize(("counter", "total"), re.findall(r"^\| ([^|]+) \| ([\d,]+) \|", README, re.MULTILINE))
def test_counter_says_what_the_readme_shows(counter, total):
    assert flops(plan(load_spec("levit256")), COUNTERS[counter]) == int(total.replace(",", ""))


def test_readme_shows_all_nine_counters():
    assert all(f"\n| {counter} | " in README for counter in COUNTERS)


@pytest.mark.parametrize("code", re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE))
def test_python_prints_what_the_readme_shows(code, capsys):
    exec(code, {})
    shown = re.findall(r"^print.*?# (.*)$", code, re.MULTILINE)
    assert capsys.readouterr().out.splitlines() == shown


def test_spec_of_the_readme_is_sound():
    import yaml

    (text,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert len(make_spec(yaml.safe_load(text)).stages) == 3
