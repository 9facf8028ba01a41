"""A boundary is read while somebody waits: what is too large for that is refused before it is read."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from liangtian_web.onemap.boundaries import BYTES_MAX
from liangtian_web.onemap.forms import BoundaryFiles


def of_size(size: int) -> SimpleUploadedFile:
    file = SimpleUploadedFile("范围.geojson", b"{}")
    file.size = size
    return file


def test_a_boundary_as_large_as_allowed_is_taken():
    file = of_size(BYTES_MAX)
    assert BoundaryFiles().clean([file]) == [file]


def test_a_larger_one_is_sent_to_the_layers():
    with pytest.raises(ValidationError, match="50 MB"):
        BoundaryFiles().clean([of_size(BYTES_MAX + 1)])


def test_a_form_whose_boundary_is_drawn_needs_no_file():
    assert BoundaryFiles(required=False).clean([]) == []
