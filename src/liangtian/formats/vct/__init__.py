"""VCT 3.0 (GB/T 17798-2007), as survey software writes it: contents page.

Reading: `scanning` streams lines and records, `head` decides the CRS, `tables` reads attributes, `assembly` joins
lines to polygons, `reading` puts them together. Writing: `topology` finds shared edges, `writing` prints them.
Tested on files written by hand from the description; not yet on an official delivery.
"""

from liangtian.formats.vct.reading import layer_names, read
from liangtian.formats.vct.writing import write

__all__ = ["layer_names", "read", "write"]
