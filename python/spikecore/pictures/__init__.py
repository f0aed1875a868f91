"""Pictures as data, drawn as SVG without dependencies, and by matplotlib where it is installed.

`drawing` has the shapes and both faces, `scale` maps values to pixels, `panel` draws curves over an axis, `figure`
stacks panels over one axis and figures below each other, `file` writes them. Nothing here knows what a spike is.
"""
