"""The FLOP counters themselves, run on a model. Each works on a copy and leaves torch as it was."""

import copy
import importlib.util
import io
import logging
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from levit_explore.errors import CounterError
from levit_explore.model.modules import Levit

Counter = Callable[[nn.Module, Tensor], int | float]


def by_module(model: nn.Module, image: Tensor) -> dict[str, int]:
    """What fvcore's FlopCountAnalysis counts for every module path; "" is the whole model."""
    from fvcore.nn import FlopCountAnalysis

    analysis = FlopCountAnalysis(model, image).tracer_warnings("none")
    counts = analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).by_module()
    return {path: int(count) for path, count in counts.items()}


def fvcore(model: nn.Module, image: Tensor) -> int | float:
    """Total of fvcore's FlopCountAnalysis."""
    return by_module(model, image)[""]


def flop_counter_mode(model: nn.Module, image: Tensor) -> int | float:
    """Total of torch's FlopCounterMode."""
    with FlopCounterMode(display=False) as counter:
        model(image)
    return counter.get_total_flops()  # type: ignore[no-any-return]


def ptflops(model: nn.Module, image: Tensor, backend: str = "pytorch") -> int | float:
    """MACs of ptflops' get_model_complexity_info."""
    from ptflops import get_model_complexity_info

    macs, _ = get_model_complexity_info(
        model,
        tuple(image.shape[1:]),
        as_strings=False,
        print_per_layer_stat=False,
        verbose=False,
        input_constructor=lambda _: image,
        backend=backend,
        ost=io.StringIO(),
    )
    if macs is None:
        raise RuntimeError("ptflops could not run the model")
    return macs  # type: ignore[no-any-return]


def ptflops_aten(model: nn.Module, image: Tensor) -> int | float:
    """MACs of ptflops by ATen operators."""
    return ptflops(model, image, backend="aten")


def calflops(model: nn.Module, image: Tensor) -> int | float:
    """MACs of calflops' calculate_flops."""
    from calflops import calculate_flops

    _, macs, _ = calculate_flops(model, args=[image], print_results=False, output_as_string=False)
    return macs  # type: ignore[no-any-return]


def deepspeed(model: nn.Module, image: Tensor) -> int | float:
    """MACs of DeepSpeed's flops profiler."""
    from deepspeed.profiling.flops_profiler import get_model_profile

    _, macs, _ = get_model_profile(model, args=[image], print_profile=False, warm_up=0, as_string=False)
    return macs  # type: ignore[no-any-return]


def thop(model: nn.Module, image: Tensor) -> int | float:
    """MACs of thop's profile."""
    from thop import profile

    macs, _ = profile(model, (image,), verbose=False)
    return macs  # type: ignore[no-any-return]


def torchinfo(model: nn.Module, image: Tensor) -> int | float:
    """Mult-adds of torchinfo's summary."""
    from torchinfo import summary
    from torchinfo.torchinfo import clear_cached_forward_pass

    statistics = summary(model, input_data=[image], verbose=0, device=image.device)
    clear_cached_forward_pass()  # it would keep the model alive
    return statistics.total_mult_adds


# The conventions that a program counts by: its package, and how it is run.
COUNTERS: dict[str, tuple[str, Counter]] = {
    "fvcore": ("fvcore", fvcore),
    "torch": ("torch", flop_counter_mode),
    "ptflops": ("ptflops", ptflops),
    "ptflops-aten": ("ptflops", ptflops_aten),
    "calflops": ("calflops", calflops),
    "deepspeed": ("deepspeed", deepspeed),
    "thop": ("thop", thop),
    "torchinfo": ("torchinfo", torchinfo),
}


def installed() -> list[str]:
    """The names of the counters whose packages can be imported here."""
    specs = {name: importlib.util.find_spec(package) for name, (package, _) in COUNTERS.items()}
    return [name for name, spec in specs.items() if spec is not None and spec.origin is not None]


def measure(model: Levit, counter: str) -> int:
    """What a counter of `COUNTERS` says of one image through `model` in eval mode, on the CPU, tokens as (B, N, C).

    Raises CounterError where the counter fails, or says what no count can be.
    """
    _, count = COUNTERS[counter]
    with quiet(), _unpatched(), torch.no_grad(), torch.autocast("cpu", enabled=False):
        image = torch.zeros(1, *model.image_shape, dtype=torch.float32, device="cpu")
        subject = copy.deepcopy(model).to("cpu", torch.float32).eval()
        try:
            total = count(subject, image)
        except (Exception, SystemExit) as error:
            reason = " ".join(str(error).split())[:200]
            raise CounterError(f"{counter} cannot count this model: {type(error).__name__}: {reason}") from error
    if not math.isfinite(total) or total != int(total):
        raise CounterError(f"{counter} counted {total}, which is no number of operations")
    return int(total)


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps what counters print, warn and log off the screen."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


@contextmanager
def _unpatched() -> Iterator[None]:
    """Puts back the functions of torch that counters replace, also when one of them raises."""
    owners = (torch, torch.nn.functional, torch.Tensor)
    found = [dict(vars(owner)) for owner in owners]
    try:
        yield
    finally:
        for owner, names in zip(owners, found, strict=True):
            for name, value in names.items():
                if vars(owner).get(name) is not value:
                    setattr(owner, name, value)
        for name in set(vars(torch.Tensor)) - set(found[-1]):
            delattr(torch.Tensor, name)
