"""What every store of evidence promises. A subclass gives the fixture `store`."""

from hashlib import sha256

from edge.ports import EvidenceStore
from edge.testing.fake_clock import START
from hazard_library.contract.evidence import EvidenceKind, EvidenceRef
from hazard_library.proof.hashes import sm3


def reference_of(data: bytes, kind: EvidenceKind = EvidenceKind.CLIP_SHOWN) -> EvidenceRef:
    """Describe some bytes as evidence of a kind."""
    is_frame = kind in {EvidenceKind.FRAME_ORIGINAL, EvidenceKind.FRAME_SHOWN}
    return EvidenceRef(
        kind=kind,
        sha256=sha256(data).hexdigest(),
        bytes=len(data),
        media_type="image/jpeg" if is_frame else "video/mp4",
        redaction="none" if kind.is_sealed else "heads_blurred",
        sm3=sm3(data),
    )


class EvidenceStoreConformance:
    """Subclass it once per store."""

    def test_what_is_kept_can_be_read_back_word_for_word(self, store: EvidenceStore) -> None:
        path = store.put(b"a clip", reference_of(b"a clip"))
        assert path.read_bytes() == b"a clip"
        [upload] = store.to_upload(10)
        assert (upload.ref, upload.path) == (reference_of(b"a clip"), path)

    def test_keeping_the_same_twice_is_keeping_it_once(self, store: EvidenceStore) -> None:
        first = store.put(b"a clip", reference_of(b"a clip"))
        assert store.put(b"a clip", reference_of(b"a clip")) == first
        assert len(store.to_upload(10)) == 1

    def test_key_frames_are_offered_before_clips_and_the_oldest_first(
        self, store: EvidenceStore
    ) -> None:
        for data, kind in (
            (b"1", EvidenceKind.CLIP_ORIGINAL),
            (b"2", EvidenceKind.FRAME_ORIGINAL),
            (b"3", EvidenceKind.CLIP_SHOWN),
            (b"4", EvidenceKind.FRAME_SHOWN),
        ):
            store.put(data, reference_of(data, kind))
        offered = [upload.path.read_bytes() for upload in store.to_upload(10)]
        assert offered == [b"2", b"4", b"1", b"3"]
        assert [upload.path.read_bytes() for upload in store.to_upload(1)] == [b"2"]

    def test_what_the_server_has_is_not_offered_again(self, store: EvidenceStore) -> None:
        for data in (b"1", b"2"):
            store.put(data, reference_of(data))
        store.mark_uploaded(reference_of(b"1").sha256, START)
        assert [upload.ref for upload in store.to_upload(10)] == [reference_of(b"2")]
        store.put(b"1", reference_of(b"1"))
        assert len(store.to_upload(10)) == 1

    def test_a_store_that_lost_nothing_tells_of_no_loss(self, store: EvidenceStore) -> None:
        store.put(b"a clip", reference_of(b"a clip"))
        assert store.losses(10) == ()
        store.mark_loss_told(reference_of(b"a clip").sha256)
        assert len(store.to_upload(10)) == 1

    def test_a_hash_that_is_unknown_may_be_marked_without_harm(self, store: EvidenceStore) -> None:
        store.mark_uploaded("0" * 64, START)
        assert store.to_upload(10) == ()
