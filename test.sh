#!/bin/sh
# All tests, Rust and Python, in an environment of their own (.venv). Needs Python >= 3.11 and Rust.
set -eu
cd "$(dirname "$0")"
[ -d .venv ] || python3 -m venv .venv
.venv/bin/python -m pip install --quiet --upgrade ".[test,plot,pandas]"
cargo test --locked --package spikecore
.venv/bin/python -m pytest "$@"
