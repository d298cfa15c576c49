"""Become another program that ends with the bench that started it.

python -m edge.bench.tied BENCH PROGRAM [WORD …]

A bench that is killed cannot clean up, and a box or server that is left behind would spoil the next
measurement.
"""

import os
import sys

from edge.runtime.ties import die_with


def tied(command: list[str]) -> list[str]:
    """Return the command line that runs a command tied to this process."""
    return [sys.executable, "-P", "-m", "edge.bench.tied", str(os.getpid()), *command]


if __name__ == "__main__":
    if not die_with(int(sys.argv[1])):
        sys.exit("the bench has gone")
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - our own command, no shell
