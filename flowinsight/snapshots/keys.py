"""Keys of those who sign, and the reader's own list of whose they are. Ed25519: RFC 8032.

A signature says which key signed, and nothing else. A name comes only from the list that the reader keeps on this machine.
"""

import base64
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from flowinsight import whole
from flowinsight.paths import data_home
from flowinsight.snapshots import archive, plain_json
from flowinsight.snapshots.errors import SnapshotError
from flowinsight.snapshots.snapshot import Snapshot

_CONTEXT = b"flowsnap manifest, signed\n"
"""Stands before what is signed, so that a signature of something else is never taken for one of a snapshot."""


@dataclass(frozen=True)
class Signature:
    """What stands in `signature.json`: both in hexadecimal."""

    public_key: str
    signature: str
    algorithm: Literal["Ed25519"] = "Ed25519"


@dataclass(frozen=True)
class _Trusted:
    """The reader's own list: names by fingerprint."""

    keys: dict[str, str] = field(default_factory=dict)


def private_file(path: Path, content: bytes) -> None:
    """Write a secret that only its owner can read; SnapshotError where there is something already."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except FileExistsError as error:
        raise SnapshotError(f"{path} is there already, and a key is never overwritten.") from error
    except OSError as error:
        raise SnapshotError(f"{path} cannot be written: {error.strerror}.") from error


def secret(path: Path) -> bytes:
    """What a private file holds; SnapshotError where others than its owner may read it."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SnapshotError(
                f"Others than its owner may read {path}: chmod 600 {path}, and think of who has read it."
            )
        return path.read_bytes()
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read: {error.strerror}.") from error


def generate(path: Path) -> Ed25519PrivateKey:
    """A new key, written to a file that only its owner can read (PKCS #8, PEM)."""
    key = Ed25519PrivateKey.generate()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private_file(path, key.private_bytes(*form))
    return key


def private_key(path: Path) -> Ed25519PrivateKey:
    """The key in a file; SnapshotError where it is none."""
    try:
        key = serialization.load_pem_private_key(secret(path), None)
    except (ValueError, TypeError) as error:
        raise SnapshotError(f"{path} does not hold a key without a password.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SnapshotError(f"{path} holds a key of another kind: FlowInsight signs with Ed25519.")
    return key


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def fingerprint(public: bytes) -> str:
    """The name of a key, as OpenSSH writes it: SHA-256 in base64, here of the 32 bytes of the key alone."""
    return f"SHA256:{base64.b64encode(hashlib.sha256(public).digest()).decode().rstrip('=')}"


def signed(snapshot: Snapshot, key: Ed25519PrivateKey) -> Snapshot:
    """The snapshot with a signature over its manifest. Its id stays what it is."""
    made = Signature(public_bytes(key).hex(), key.sign(_CONTEXT + snapshot.parts[archive.MANIFEST]).hex())
    return Snapshot({**snapshot.parts, archive.SIGNATURE: plain_json.written(made)})


def signer(parts: Mapping[str, bytes]) -> str | None:
    """The fingerprint of the key that signed; None where nobody did. SnapshotError where the signature does not fit."""
    if archive.SIGNATURE not in parts:
        return None
    said = plain_json.read(Signature, parts[archive.SIGNATURE], archive.SIGNATURE)
    try:
        public = bytes.fromhex(said.public_key)
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(bytes.fromhex(said.signature), _CONTEXT + parts[archive.MANIFEST])
    except (InvalidSignature, ValueError) as error:
        raise SnapshotError(f"{archive.SIGNATURE} does not fit: it was altered, or everything else was.") from error
    return fingerprint(public)


def trusted_file() -> Path:
    """The reader's own list of keys and whose they are."""
    return data_home() / "trusted-keys.json"


def trusted(path: Path) -> dict[str, str]:
    """Names by fingerprint, from the reader's own list; empty where there is none."""
    try:
        return plain_json.read(_Trusted, path.read_bytes(), str(path)).keys
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read: {error.strerror}.") from error


def trust(path: Path, key: str, name: str) -> None:
    """Add a key to the reader's list, or give it another name; SnapshotError where it is not the fingerprint of a key."""
    if not key.startswith("SHA256:") or len(key) != len(fingerprint(b"")) or not name.strip():
        raise SnapshotError(
            f"{key[:80]} is not the fingerprint of a key, such as {fingerprint(b'')}, or there is no name."
        )
    known = _Trusted({**trusted(path), key: name.strip()})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        whole.write(path, plain_json.written(known))
    except OSError as error:
        raise SnapshotError(f"{path} cannot be written: {error.strerror}.") from error
