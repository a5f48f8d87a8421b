"""`sec02 keygen`: a key pair for evidence, or the public half of a key in AWS KMS."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sec02_policies.cli.files import write
from sec02_policies.cli.streams import say
from sec02_policies.errors import InputError


def keygen(
    key: Annotated[
        Path, typer.Argument(help="Where to write the private key; the public one goes beside it, as .pub.")
    ],
    *,
    kms_key: Annotated[
        str | None, typer.Option(help="Make no key: write the public half of this KMS key to KEY.pub.")
    ] = None,
) -> None:
    """Make an Ed25519 key: KEY for whoever archives, KEY.pub for whoever verifies."""
    from sec02_policies.archive.keys import FileSigner, PublicKey

    public_path = key.with_name(f"{key.name}.pub")
    for path in (public_path,) if kms_key else (key, public_path):
        if path.exists() or path.is_symlink():
            raise InputError(str(path), "is there already", "another name: a key is never overwritten")
    if kms_key is not None:
        from sec02_policies.archive.kms import KmsSigner
        from sec02_policies.cli.bundles import signing

        with signing(None, kms_key) as signer:
            assert isinstance(signer, KmsSigner)  # noqa: S101 - what `signing` gives for a KMS key
            public: PublicKey = signer.public
    else:
        private = FileSigner.generate()
        public = private.public
        write(key, private.pem())
        say(f"{key}: private key; whoever has it can sign in your name")
    write(public_path, public.pem())
    say(f"{public_path}: public key {public.keyid[:16]}, for --trusted-key")
