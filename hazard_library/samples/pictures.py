"""Looking at a file's bytes: is it a whole picture or clip, how large, and how it looks."""

from dataclasses import dataclass
from pathlib import Path

from hazard_library.errors import SampleError
from hazard_library.samples.sample import Kind
from hazard_library.samples.store import Looks

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "BMP": ".bmp"}
CLIP_SUFFIXES = frozenset({".mp4", ".mkv", ".avi", ".mov"})
MAX_PIXELS = 100_000_000
"""A few bytes can claim a picture that fills the memory: more than a camera gives is refused."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bytes say. Sizes are in pixels, as a viewer shows the picture (EXIF applied)."""

    kind: Kind
    suffix: str
    width: int
    height: int
    looks: Looks | None


def inspect(file: Path) -> Facts:
    """Decode a file to its end.

    Raises:
        SampleError: it is no picture or clip that we read, is damaged, or is too large to decode.
    """
    if file.suffix.lower() in CLIP_SUFFIXES:
        return _clip(file)
    # Pillow and imagehash belong to the extra `library`.
    import imagehash  # noqa: PLC0415
    from PIL import Image, ImageOps  # noqa: PLC0415

    try:
        with Image.open(file, formats=tuple(SUFFIXES)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                message = f"{picture.width} x {picture.height} pixels; make it smaller"
                raise SampleError(message)
            picture.load()
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            suffix = SUFFIXES[str(picture.format)]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        message = f"no whole picture ({error}); restore or leave out the file"
        raise SampleError(message) from error
    # The size that the hash works on anyway; once for both.
    small = upright.convert("L").resize((32, 32), Image.Resampling.LANCZOS)
    looks = Looks(
        phash=str(imagehash.phash(small)), mirrored=str(imagehash.phash(ImageOps.mirror(small)))
    )
    return Facts(Kind.PICTURE, suffix, upright.width, upright.height, looks)


def _clip(file: Path) -> Facts:
    """Decode the first frame of a clip."""
    import cv2  # noqa: PLC0415 - belongs to the extra `library`

    film = cv2.VideoCapture(str(file))
    try:
        read, frame = film.read()
    finally:
        film.release()
    if not read:
        message = "no readable clip; restore or leave out the file"
        raise SampleError(message)
    height, width = frame.shape[:2]
    return Facts(Kind.CLIP, file.suffix.lower(), width, height, None)
