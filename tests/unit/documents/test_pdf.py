"""PDF by LibreOffice: there when it is installed, said clearly when it is not."""

import shutil
from pathlib import Path

import pytest
from form_grounds import AT, filled

from server.documents.form_spec import FormCode
from server.documents.pdf import PROGRAMS, to_pdf
from server.documents.rendering import Print, render
from server.kit.errors import Unavailable

COPY = Print("RW-320115-2026-000007", "江宁区应急管理局", 2, AT)


def test_without_libreoffice_the_officer_is_told_to_take_the_docx() -> None:
    with pytest.raises(Unavailable, match="install libreoffice-writer") as refused:
        to_pdf(b"", ("no-such-office",))
    assert "请下载 .docx" in refused.value.message_zh


def test_an_office_that_makes_nothing_is_told(tmp_path: Path) -> None:
    office = tmp_path / "office"
    office.write_text("#!/bin/sh\necho cannot >&2\nexit 3\n")
    office.chmod(0o755)
    with pytest.raises(Unavailable, match=r"exit 3.*cannot"):
        to_pdf(b"", (str(office),))


@pytest.mark.slow
@pytest.mark.skipif(not any(map(shutil.which, PROGRAMS)), reason="LibreOffice is optional")
def test_a_form_becomes_a_pdf() -> None:
    pdf = to_pdf(render(filled(FormCode.F2), COPY, lambda _: None))
    assert pdf.startswith(b"%PDF-")
    assert b"/Type/Page" in pdf.replace(b" ", b"")
