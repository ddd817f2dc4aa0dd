"""The ranges of numbers that a sweep is done in. They follow from the size alone, so that results do too."""

from collections.abc import Iterator
from dataclasses import dataclass

LENGTH = 1 << 20  # variants: about half a second of work, and some megabytes of results


@dataclass(frozen=True)
class Chunk:
    """The numbers from `start` up to `stop`, which is not among them."""

    index: int
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def __str__(self) -> str:
        return f"variants {self.start} to {self.stop - 1}"


@dataclass(frozen=True)
class Chunks:
    """All numbers below `size`, `length` a chunk and the rest in the last. Without any number one chunk is empty."""

    size: int
    length: int = LENGTH

    @property
    def count(self) -> int:
        """How many chunks there are."""
        return max(1, -(-self.size // self.length))

    def __getitem__(self, index: int) -> Chunk:
        if not 0 <= index < self.count:
            raise IndexError(index)
        return Chunk(index, index * self.length, min((index + 1) * self.length, self.size))

    def __iter__(self) -> Iterator[Chunk]:
        return (self[index] for index in range(self.count))
