"""What every store of evidence must do, wherever its bytes lie."""

import hashlib
import os
from collections.abc import Callable

import pytest

from server.evidence.arriving import PIECE, EvidenceStore, Found

#: Longer than one request to a bucket brings, and no whole number of pieces.
CLIP = os.urandom(9 * PIECE + 12345)
PICTURE = os.urandom(5000)


def name_of(content: bytes) -> str:
    """Return what a file is called."""
    return hashlib.sha256(content).hexdigest()


class EvidenceStoreConformance:
    """Inherit, and give the fixtures `store` and `spoil`.

    store: an empty store. spoil: puts other bytes in the place of a stored file, as somebody with
    the disk or the bucket's key can.
    """

    def test_a_file_comes_in_pieces_and_is_kept_whole(self, store: EvidenceStore) -> None:
        """However long it is, it is read again as it came."""
        name = name_of(CLIP)
        for at in range(0, len(CLIP), PIECE):
            held = store.append(name, CLIP[at : at + PIECE])
            assert held == store.offset(name) == min(at + PIECE, len(CLIP))
            assert not store.has(name)
        assert store.keep(name)
        assert store.has(name)
        assert store.offset(name) == 0
        assert store.content(name) == CLIP
        assert store.look(name) is Found.WHOLE
        assert max(len(piece) for piece in store.read(name)) <= PIECE

    @pytest.mark.parametrize(
        ("start", "end"), [(0, 10), (100, 4999), (4990, 6000), (4999, 5000), (200, 200)]
    )
    def test_a_range_is_read_as_asked(self, store: EvidenceStore, start: int, end: int) -> None:
        """Players ask for parts."""
        keep(store, PICTURE)
        assert b"".join(store.read(name_of(PICTURE), start, end)) == PICTURE[start:end]

    def test_bytes_of_another_hash_never_reach_the_store(self, store: EvidenceStore) -> None:
        """They are rejected, and the true ones may come after them."""
        name = name_of(PICTURE)
        store.append(name, PICTURE[:-1] + bytes([PICTURE[-1] ^ 1]))
        assert not store.keep(name)
        assert not store.has(name)
        assert store.offset(name) == 0
        assert store.look(name) is Found.MISSING
        store.append(name, PICTURE)
        assert store.keep(name)

    def test_what_is_not_there_is_missing_and_removed_without_a_word(
        self, store: EvidenceStore
    ) -> None:
        """Nothing is made up."""
        name = name_of(b"never came")
        assert store.look(name) is Found.MISSING
        with pytest.raises(FileNotFoundError):
            store.content(name)
        store.remove(name)
        store.set_aside(name)

    def test_removed_is_gone(self, store: EvidenceStore) -> None:
        """Retention erases."""
        keep(store, PICTURE)
        store.remove(name_of(PICTURE))
        assert not store.has(name_of(PICTURE))

    def test_altered_bytes_are_found_and_set_aside_for_the_true_ones(
        self, store: EvidenceStore, spoil: Callable[[str, bytes], None]
    ) -> None:
        """One flipped bit is enough."""
        name = name_of(PICTURE)
        keep(store, PICTURE)
        spoil(name, bytes([PICTURE[0] ^ 1]) + PICTURE[1:])
        assert store.look(name) is Found.ALTERED
        store.set_aside(name)
        assert not store.has(name)
        keep(store, PICTURE)
        assert store.look(name) is Found.WHOLE

    def test_keeping_again_what_is_kept_changes_nothing(self, store: EvidenceStore) -> None:
        """A box that missed the answer sends once more."""
        keep(store, PICTURE)
        keep(store, PICTURE)
        assert store.content(name_of(PICTURE)) == PICTURE


def keep(store: EvidenceStore, content: bytes) -> str:
    """Bring a file into a store at once; return its name."""
    name = name_of(content)
    store.append(name, content)
    assert store.keep(name)
    return name
