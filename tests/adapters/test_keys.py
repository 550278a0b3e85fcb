"""Keys in files, what is sealed under them, and what is hashed under them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.adapters.file_sealer import HEAD, FileSealer
from lineproof.adapters.key_file import Key, KeyRefused, load, load_or_make
from lineproof.adapters.keyed_hasher import KeyedHasher

ONE, OTHER = Key(b"1" * 32), Key(b"2" * 32)


def test_a_key_is_its_owners_alone_and_stays(tmp_path: Path) -> None:
    """A key is made once, 0600 in a folder 0700, and loaded again."""
    file = tmp_path / "data" / "keys" / "sealing.key"
    made = load_or_make(file)
    assert isinstance(made, Key)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert load_or_make(file) == load(file) == made
    assert [path.name for path in file.parent.iterdir()] == ["sealing.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610])
def test_a_key_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    """Whoever may read or change a key besides its owner makes it useless."""
    file = tmp_path / "a.key"
    load_or_make(file)
    file.chmod(mode)
    refused = load(file)
    assert isinstance(refused, KeyRefused)
    assert refused.code == "key_open_to_others"


@pytest.mark.parametrize(
    "content", [b"", b"ab" * 31, b"ab" * 33, b"zz" * 32, b"\xff" * 64, b"ab" * 32 + b"\n\n"]
)
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """Half a key, or something else in its place, is named and not replaced."""
    file = tmp_path / "a.key"
    file.touch(mode=0o600)
    file.write_bytes(content)
    refused = load_or_make(file)
    assert isinstance(refused, KeyRefused)
    assert refused.code == "key_malformed"
    assert file.read_bytes() == content


def test_a_key_is_no_link_and_no_missing_file(tmp_path: Path) -> None:
    """Where a key is looked for there is a file; nobody is led elsewhere."""
    (tmp_path / "real").touch(mode=0o600)
    (tmp_path / "link").symlink_to("real")
    refusals = [load(tmp_path / name) for name in ("link", "nothing")]
    codes = [each.code for each in refusals if isinstance(each, KeyRefused)]
    assert codes == ["key_not_readable", "key_missing"]


def test_two_that_make_a_key_at_once_get_the_same(tmp_path: Path) -> None:
    """Processes that start together do not seal under keys of which one is lost."""
    file, barrier = tmp_path / "keys" / "a.key", threading.Barrier(8)
    found: list[Key | KeyRefused] = []

    def make() -> None:
        barrier.wait()
        found.append(load_or_make(file))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({each.secret for each in found if isinstance(each, Key)}) == 1
    assert len(list(file.parent.iterdir())) == 1


def test_no_key_is_shown(tmp_path: Path) -> None:
    """A key that is printed or logged by mistake tells nothing."""
    made = load_or_make(tmp_path / "a.key")
    assert isinstance(made, Key)
    assert made.secret.hex() not in repr(made)
    assert repr(made.secret) not in repr(made)


def test_each_use_has_its_own_key() -> None:
    """Who learns the key of one use learns that of no other; and the values never change."""
    uses = ["lineproof/person", "lineproof/secret", "lineproof/seal/review", "lineproof/key-id"]
    assert len({ONE.for_use(use) for use in uses}) == len(uses)
    assert ONE.id == ONE.for_use("lineproof/key-id")[:8]
    # Computed once with another HKDF (RFC 5869 written out with hmac), so that no release differs.
    assert ONE.for_use("lineproof/person").hex()[:16] == _hkdf(ONE.secret, b"lineproof/person")[:16]


def _hkdf(secret: bytes, info: bytes) -> str:
    import hmac  # noqa: PLC0415 - for this check only

    extracted = hmac.digest(b"\0" * 32, secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256").hex()


def test_what_is_sealed_opens_for_its_purpose_and_context_only() -> None:
    """An envelope that is put into another row, or asked for another purpose, stays shut."""
    sealer = FileSealer(ONE)
    envelope = sealer.seal(b"picture", purpose="review", context="case_1/portrait")
    assert sealer.unseal(envelope, purpose="review", context="case_1/portrait") == b"picture"
    assert sealer.unseal(envelope, purpose="review", context="case_2/portrait") is None
    assert sealer.unseal(envelope, purpose="webhook", context="case_1/portrait") is None
    assert FileSealer(OTHER).unseal(envelope, purpose="review", context="case_1/portrait") is None
    assert b"picture" not in envelope


@given(content=st.binary(max_size=64), at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_changed_envelope_stays_shut(content: bytes, at: int, bit: int) -> None:
    """No bit of an envelope can be changed: scheme, key id, nonce, content or tag."""
    sealer = FileSealer(ONE)
    envelope = bytearray(sealer.seal(content, purpose="p", context="c"))
    envelope[at % len(envelope)] ^= 1 << bit
    assert sealer.unseal(bytes(envelope), purpose="p", context="c") is None


@given(purpose=st.text(max_size=4), context=st.text(max_size=4), moved=st.integers(0, 3))
def test_purpose_and_context_do_not_run_together(purpose: str, context: str, moved: int) -> None:
    """Moving letters from the context to the purpose makes another pair."""
    sealer = FileSealer(ONE)
    envelope = sealer.seal(b"x", purpose=purpose, context=context)
    pair = (purpose + context[:moved], context[moved:])
    opened = sealer.unseal(envelope, purpose=pair[0], context=pair[1])
    assert (opened == b"x") is (pair == (purpose, context))


def test_any_piece_of_an_envelope_stays_shut() -> None:
    """What was cut off opens as nothing, and is no fault."""
    sealer = FileSealer(ONE)
    envelope = sealer.seal(b"content", purpose="p", context="c")
    pieces = [envelope[:n] for n in range(len(envelope))] + [envelope[1:], envelope[HEAD:]]
    assert {sealer.unseal(piece, purpose="p", context="c") for piece in pieces} == {None}


def test_no_two_envelopes_are_alike() -> None:
    """The same content sealed twice does not show that it is the same."""
    sealer = FileSealer(ONE)
    envelopes = {sealer.seal(b"same", purpose="p", context="c") for _ in range(100)}
    assert len(envelopes) == 100


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    """A key is changed without losing what was sealed before."""
    old = FileSealer(ONE).seal(b"before", purpose="p", context="c")
    both = FileSealer(OTHER, ONE)
    assert both.unseal(old, purpose="p", context="c") == b"before"
    new = both.seal(b"after", purpose="p", context="c")
    assert FileSealer(OTHER).unseal(new, purpose="p", context="c") == b"after"
    assert FileSealer(ONE).unseal(new, purpose="p", context="c") is None


@pytest.mark.parametrize(
    ("issuer", "kind", "number"),
    [
        ("UTO", "P", "l898-902c 3"),
        ("uto", "p", "L898902C3"),
        ("UTO<", "P<", "L898902C3<<"),
        ("UTO", "P", "L8989O2C3"),
    ],
)
def test_a_document_is_the_same_however_it_is_written(issuer: str, kind: str, number: str) -> None:
    """Spaces, hyphens, fillers, small letters and an O typed for 0 make no second document."""
    hasher = KeyedHasher(ONE)
    plain = hasher.person(issuer="UTO", kind="P", number="L898902C3")
    assert hasher.person(issuer=issuer, kind=kind, number=number) == plain


def test_germany_is_one_issuer() -> None:
    """What the zone prints as D and a member of staff types as DEU is one document."""
    hasher = KeyedHasher(ONE)
    typed = hasher.person(issuer="DEU", kind="P", number="C01X00T47")
    assert hasher.person(issuer="D", kind="P", number="C01X00T47") == typed


def test_documents_and_keys_do_not_run_together() -> None:
    """No other split of the same letters, and no other key, gives the same hash."""
    hasher = KeyedHasher(ONE)
    hashes = [
        hasher.person(issuer="UTO", kind="P", number="12"),
        hasher.person(issuer="UTO", kind="P1", number="2"),
        hasher.person(issuer="UTOP", kind="", number="12"),
        hasher.person(issuer="UTO", kind="I", number="12"),
        KeyedHasher(OTHER).person(issuer="UTO", kind="P", number="12"),
        hasher.secret("UTO", "P12"),
        hasher.secret("UTOP", "12"),
        KeyedHasher(OTHER).secret("UTO", "P12"),
    ]
    assert len(set(hashes)) == len(hashes)


def test_a_secret_can_be_made_again() -> None:
    """The secret of a notice needs to be kept nowhere."""
    assert KeyedHasher(ONE).secret("holder", "note_1") == KeyedHasher(ONE).secret(
        "holder", "note_1"
    )
    assert len(KeyedHasher(ONE).secret("holder", "note_1")) == 43
