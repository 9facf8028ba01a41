"""Boundary TXT (勘测定界, 报部备案, 国土TXT): contents page.

`reading` streams the file, `heading` reads a plot's header line, `placing` decides axes and CRS, `writing` writes.
"""

from liangtian.formats.boundary_txt.reading import read, read_text, sections_of
from liangtian.formats.boundary_txt.writing import write

__all__ = ["read", "read_text", "sections_of", "write"]
