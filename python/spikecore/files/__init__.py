"""Files: `reading` opens the caller's, within limits, and `writing` makes ours, whole or not at all.

No other module opens a file of the caller or writes one. `json_text` and `toml_text` read the two formats, each within
limits of its own; `container` holds arrays with a description.
"""
