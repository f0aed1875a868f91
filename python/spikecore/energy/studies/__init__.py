"""Studies that use the energy report, and that nothing in it uses.

Each prices runs that a caller hands over, returns values, and has its tables and pictures apart:

* `clocked`: one network as a synchronous and an asynchronous machine; `local_memory`: its weights in three memories.
  `machines` counts and `silicon` prices both; `sweep` runs both over rates and sizes, `sweep_view` shows it.
* `truenorth`: an affine model of that chip's power, and its benchmark networks beside published points.
* `papers`: figures that are often quoted, beside what the formulas of `energy.ann` give.
* `figures`: numbers of both, each with how it is known.

What was published is data, in the TOML files of this package.
"""
