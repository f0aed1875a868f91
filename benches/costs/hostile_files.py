"""What hostile files cost: CPU time and memory until each is refused, one process each. The bars: 1 s and 64 MiB.

python benches/costs/hostile_files.py [--quick]
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

SECONDS, MIB = 1.0, 64.0
READ = """
import sys, time
from pathlib import Path
import spikecore as sc
from spikecore.energy import load, saved
load("loihi")
def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
before = peak()
start = time.process_time()
try:
    load(sys.argv[1]) if sys.argv[1].endswith(".toml") else saved.ledgers(Path(sys.argv[1]))
except sc.NetworkError:
    said = "refused"
else:
    said = "read"
print(said, time.process_time() - start, peak() - before)
"""


def hostile(large: int) -> dict[str, str | bytes]:
    """Return the contents of hostile files by their names; `large` is a number of characters."""
    most = 2**21 - 100
    return {
        "nested.toml": "a = " + "[" * large,
        "dotted.toml": ".".join("a" * large) + " = 1",
        "dotted-blanks.toml": " . ".join("a" * large) + " = 1",
        "digits.toml": "a = " + "1" * large,
        "keys.toml": "".join(f"a{k} = 1\n" for k in range(large // 8)),
        "tables.toml": "".join(f"[[a{k}]]\n" for k in range(large // 8)),
        "prices.toml": "[[price]]\nx.y=1\n" * 32_000,
        "commas.toml": "notes = [" + "[]," * 99_000 + "]",
        "text.toml": 'a = "' + "x" * most + '"',
        "comments.toml": "#\n" * 149_000 + "x",
        "nested.json": "[" * large,
        "digits.json": '{"energy": ' + "1" * large + "}",
        "lists.json": '{"a": [' + "[]," * 124_000 + "[]]}",
        "tables.json": "[" + '{"a":1},' * 82_000 + "1]",
        "quotes.json": '"' * most,
        "escapes.json": '"' + '\\"' * (most // 2),
        "emoji.json": '["' + "😀" * (most // 4) + '"]',
        "long.json": " " * (16 * large),
    }


def main() -> int:
    """Print a line for every file, and return 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small files, one run each; no bar is judged")
    quick = parser.parse_args().quick
    missed = 0
    print(f"{'file':<22}{'':<9}{'s':>7}  (≤ {SECONDS:g}){'MiB':>8}  (≤ {MIB:g})")
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, content in hostile(20_000 if quick else 4_000_000).items():
            paths.append(Path(folder) / name)
            paths[-1].write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(Path(folder) / "endless.json")
        paths[-1].symlink_to("/dev/zero")
        for path in paths:
            runs = [_run(path) for _ in range(1 if quick else 3)]
            said, seconds, mib = runs[0][0], min(run[1] for run in runs), max(run[2] for run in runs)
            missed += seconds > SECONDS or mib > MIB
            print(f"{path.name:<22}{said:<9}{seconds:>7.3f}{'':<7}{mib:>8.1f}")
    return 1 if missed and not quick else 0


def _run(path: Path) -> tuple[str, float, float]:
    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)
    said, seconds, mib = done.stdout.split()
    return said, float(seconds), float(mib)


if __name__ == "__main__":
    sys.exit(main())
