"""The parts that a network falls into, as pictures of it show them: stem, downsamples, the bodies of stages, heads."""

from collections.abc import Iterator
from dataclasses import dataclass

from levit_explore.plan.tree import Block, Kind, Plan, Role, Step, descend, walk
from levit_explore.sizes import single


@dataclass(frozen=True)
class Part:
    """A part and what it is called: "stage 0", "downsample 1", "stem"."""

    name: str
    step: Step

    @property
    def blocks(self) -> list[Step]:
        """The blocks that it consists of, in the order they run."""
        return [step for step in descend(self.step) if step.is_block]

    @property
    def roles(self) -> dict[Role, list[Step]]:
        """Its blocks by role, in the order in which roles first appear."""
        found: dict[Role, list[Step]] = {}
        for block in self.blocks:
            found.setdefault(block.role, []).append(block)
        return found


def parts(plan: Plan) -> list[Part]:
    """The parts of a plan of single sizes in the order they run; every block lies in exactly one of them."""
    return list(_parts(plan))


def _parts(plan: Plan) -> Iterator[Part]:
    for step in walk(plan):
        match step.node:
            case Block(kind=Kind.DOWNSAMPLE):
                yield Part(f"downsample {step.stage}", step)
            case Block(times=times) if times is not None:
                if single(times):
                    yield Part(f"stage {step.stage}", step)
            case _ if step.is_block and step.stage is None:
                yield Part(step.path, step)
