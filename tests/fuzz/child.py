"""A process of another instruction-set level, which is chosen once per process: runs variants for its parent.

Messages are pickles on standard input and output: the code that builds a network, and a variant; back comes the
outcome, or the text of an error.
"""

import atexit
import functools
import os
import pickle
import subprocess
import sys

TIMEOUT_S = 300.0
"""How long a child may take to end."""


class Child:
    """A process with a level of its own."""

    def __init__(self, level):
        from . import TESTS

        environment = {**os.environ, "SPIKECORE_SIMD": level}
        command = [sys.executable, "-c", "from fuzz import child; child.serve()"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=TESTS, env=environment, start_new_session=True
        )
        atexit.register(self.close)

    def run(self, code, variant):
        """The outcome of a variant; raises what the child raised, as text."""
        pickle.dump((code, variant), self.process.stdin)
        self.process.stdin.flush()
        fine, found = pickle.load(self.process.stdout)
        if not fine:
            raise ChildError(found)
        return found

    def close(self):
        """End it."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(TIMEOUT_S)


class ChildError(Exception):
    """What a child raised."""


@functools.cache
def at_level(level):
    """A child of a level, kept for the life of this process; None if this CPU lacks the level."""
    from spikecore import _native

    order = ["scalar", "avx2", "avx512"]
    best = _native.simd_level()
    if best not in order or order.index(level) > order.index(best):
        return None
    return Child(level)


def serve():
    """Answer until the input ends."""
    from . import machine, probes

    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while True:
        try:
            code, variant = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer = True, machine.run(probes.executed(code), variant)
        except Exception as error:
            answer = False, f"{type(error).__name__}: {error}"
        pickle.dump(answer, answers)
        answers.flush()
