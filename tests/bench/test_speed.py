"""How fast counting is: `pytest tests/bench -n 0 --benchmark-only -s`. Nothing is asserted of time."""

import resource
import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file

from levit_explore import build, flops, load_spec, make_spec, params, plan

SCRIPT = str(Path(sysconfig.get_path("scripts")) / "levit-explore")
COUNT = [SCRIPT, "flops", "levit256", "--convention", "fvcore"]
TRACE = [
    sys.executable,
    "-c",
    "import torch; from fvcore.nn import FlopCountAnalysis; from levit_explore import build, load_spec, plan\n"
    "model = build(plan(load_spec('levit256'))).eval()\n"
    "print(f'{FlopCountAnalysis(model, torch.zeros(1, 3, 224, 224)).total():,}')",
]
VARIANTS = 20_000


def seconds(command: list[str]) -> tuple[float, float]:
    """Elapsed and CPU seconds of a whole process, which has to print fvcore's count."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    printed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    elapsed, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert b"1,133,412,864" in printed
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_a_process_that_counts_against_one_that_traces(benchmark):
    rounds: list[tuple[tuple[float, float], tuple[float, float]]] = []
    benchmark.pedantic(lambda: rounds.append((seconds(COUNT), seconds(TRACE))), rounds=5, warmup_rounds=1)
    count, trace = (statistics.median(elapsed for elapsed, _ in column) for column in zip(*rounds, strict=True))
    cpu = statistics.median(cpu for (_, cpu), _ in rounds)
    print(f"\ncounting: {count:.3f} s, of CPU {cpu:.3f} s; tracing: {trace:.3f} s, {trace / count:.1f} times as long")


def test_one_variant(benchmark):
    spec = load_spec("levit256")
    assert benchmark(lambda: flops(plan(spec))) == 1128024056
    print(f"\none variant: {benchmark.stats['median'] * 1000:.3f} ms through plan and fold")


@pytest.mark.parametrize("folds", [(flops,), (flops, params)], ids=["flops", "flops-and-params"])
def test_many_variants(benchmark, folds):
    draw = np.random.default_rng(0).integers
    bounds = {"dim": (64, 1024), "depth": (1, 8), "heads": (1, 16), "key_dim": (16, 64)}
    stages = [{name: draw(low, high + 1, VARIANTS) for name, (low, high) in bounds.items()} for _ in range(3)]

    def count():
        planned = plan(make_spec({"stages": stages}))
        return [fold(planned) for fold in folds]

    assert [counts.shape for counts in benchmark(count)] == [(VARIANTS,)] * len(folds)
    print(f"\n{VARIANTS} variants at once: {VARIANTS / benchmark.stats['median'] / 1e6:.2f} M a second on one core")


READ = """
import re, time
from pathlib import Path
import levit_explore.model.checkpoint as checkpoint

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024 / 1e6  # Linux's

Path("/proc/self/clear_refs").write_text("5")  # what importing torch took for a moment is no peak of ours
before, start = peak(), time.perf_counter()
found = checkpoint.read_checkpoint(PATH).WHAT()
print(time.perf_counter() - start, peak() - before)
"""


def test_biases_of_a_large_file_against_loading_it(benchmark, tmp_path):
    """A LeViT-384 as safetensors, 157 MB: its bias tables alone, and all its tensors, in processes of their own."""
    path = tmp_path / "levit384.safetensors"
    save_file(build(plan(load_spec("levit384"))).state_dict(), path)

    def read(what: str) -> list[float]:
        code = READ.replace("PATH", repr(str(path))).replace("WHAT", what)
        return [float(word) for word in subprocess.check_output([sys.executable, "-c", code]).split()]

    rounds: list[tuple[list[float], list[float]]] = []
    benchmark.pedantic(lambda: rounds.append((read("biases"), read("tensors"))), rounds=5, warmup_rounds=1)
    for name, column in zip(("biases", "all tensors"), zip(*rounds, strict=True), strict=True):
        seconds, megabytes = (statistics.median(found) for found in zip(*column, strict=True))
        print(f"\n{name}: {seconds:.3f} s and {megabytes:.1f} MB at the peak, beside torch")
