"""A .docx as .pdf, by LibreOffice. The program is optional: without it only .docx is offered."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from threading import BoundedSemaphore

import structlog

from server.kit.errors import Unavailable

log = structlog.get_logger(__name__)

PROGRAMS = ("soffice", "libreoffice")
_LONGEST_S = 90
#: One conversion at a time: each takes some 300 MB. Whoever waits longer than this is told so.
_WAITS_S = 60
_turn = BoundedSemaphore(1)

#: Faces of official documents → what Debian has of them, where they are not installed.
_FACES = {
    "仿宋": ("Noto Serif CJK SC", "regular"),
    "黑体": ("Noto Sans CJK SC", "bold"),
    "方正小标宋简体": ("Noto Serif CJK SC", "bold"),
}


def to_pdf(docx: bytes, programs: tuple[str, ...] = PROGRAMS) -> bytes:
    """Return a .docx as .pdf.

    Raises:
        Unavailable: LibreOffice is missing, busy, or could not read the file.
    """
    program = next((found for name in programs if (found := shutil.which(name))), None)
    if program is None:
        raise Unavailable(
            f"PDF needs LibreOffice and none of {', '.join(programs)} is on the PATH; install "
            "libreoffice-writer and a Chinese font, or download the .docx",
            "服务器未安装 LibreOffice，无法生成 PDF；请下载 .docx，"
            "或请管理员安装 libreoffice-writer",
        )
    if not _turn.acquire(timeout=_WAITS_S):
        raise Unavailable(
            "LibreOffice is busy; ask again in a minute", "正在生成其他文书，请稍后再试"
        )
    try:
        return _convert(program, docx)
    finally:
        _turn.release()


def _convert(program: str, docx: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="patrol-pdf-") as name:
        folder = Path(name)
        (folder / "form.docx").write_bytes(docx)
        (folder / "fonts.conf").write_text(_fonts_conf(), encoding="utf-8")
        words = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
        words += ["--convert-to", "pdf", "--outdir", name, str(folder / "form.docx")]
        surroundings = {
            "PATH": "/usr/bin:/bin",
            "HOME": name,
            "LANG": "C.UTF-8",
            "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        }
        try:
            ended = subprocess.run(  # noqa: S603 - a program of the PATH, our own file
                words, env=surroundings, capture_output=True, timeout=_LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired as late:
            raise Unavailable(
                f"LibreOffice took longer than {_LONGEST_S} s", "生成 PDF 超时，请下载 .docx"
            ) from late
        written = folder / "form.pdf"
        if not written.is_file():
            said = (ended.stderr or ended.stdout).decode(errors="replace")[-400:]
            log.error("pdf_failed", exit=ended.returncode, said=said)
            raise Unavailable(
                f"LibreOffice made no PDF (exit {ended.returncode}): {said}",
                "LibreOffice 未能生成 PDF，请下载 .docx",
            )
        return written.read_bytes()


def _fonts_conf() -> str:
    """Name the faces that stand in; an installed face comes before them."""
    rules = "".join(
        f'<match target="pattern"><test name="family"><string>{face}</string></test>'
        f'<edit name="family" mode="append" binding="same"><string>{other}</string></edit>'
        f'<edit name="weight" mode="assign"><const>{weight}</const></edit></match>'
        for face, (other, weight) in _FACES.items()
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include>{rules}</fontconfig>'
    )
