"""Known answers: before a node opens, the libraries under it prove that they still do what they did.

What was sealed and signed once must open and verify, and what is a byte off must not. A library that changed
would seal what nobody can open, or take what nobody signed; a node on such a library does not start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from protocol.errors import MalformedError, SathiError
from protocol.keys import PrekeySecret, prekey_secret, signature_is_good, signing_secret
from protocol.sealing import unseal

_SEED: Final = bytes(range(32))
_HEADER: Final = bytes(range(24))
_TEXT: Final = b"Sathi"
# Sealed once to the prekey of that seed. The suite is the one of age's post-quantum recipients, whose own
# vectors the tests read; this one is here so that a node needs no file beside it.
_SEALED: Final = bytes.fromhex(
    """
    333b79c97c33ae7b9b6a8929ffc9ccb30894cdf62a59512e61a17470903af2a0e74cf7f272006443888df66e9b0d
    0d4c908f4ed4e7d0c3b16b138a7071378420117076879e15956943d831e51ada66926750824438ea2771879693c8
    743722e73e4efbd124dddd35d63faf02100ff4d6f3953b8033eabe248f53039bad4185a0feb20eb05fadc485769d
    670efcf1d5023237747944f34046e1a47707a5c36bf1a4a0ae84d02616893ebbdfefde005a9b455379ef56cd6051
    0cba0cda1279efebfea1ffd0955f3a2bc09c1cce3239bb55000e6ce1065c1ee13e7b243d485227b57e934683bfa1
    93b9084319da88cc008660babbbbfd644aabc8ed2be821de226d667de28d546cdf7659b8ff0aac648cfd47ef15a5
    a1acfcd24dbe4968958693e99b68b1c0c10d7994e73826851532e3168aab6c7c80dc9a64702bcd7448c7f77ccde7
    ec9a775549e6fcd6ce74586606d7d7943a0cb4e0d54c7610840ddfba3f133c693fa21237f1132dcb2a211d81f73b
    329ebee6239ebb4995b92dd5c9da8d4d92ce9891bb13ae45878153c50820fc54f636944acf3002669bde2dd282c9
    3571dade0a10f71eb5f164e9d147f487b96171ac33c9d1195224fce535f31c478aed9afeff8acd11a21708743153
    2df93122153fcc83125666392441700bff199d8c6c1f881fea8d57720b3b2ad4ed5a0c5322d71a3072d336858526
    e5317169915303c4460f702829301c7f51dbcf41511086f48cade339e83b27826b309250e0d3c8913e70b455431f
    950a6280cd3431b8e7d2e73a153bde195ddc4a8107e7d0818deab576467aea961194d66fd788073f32943e640a0f
    a0200e87020d6a13572d5a4924f2929b7e43076c09a694eca27f3a8ea339b30fb7a5c448dfa7345281ed6821fe6d
    d1c7967f6b18417bbd337af34be159f9cb187cc91065d86eb50592c395e542ed5573cadac0c19f88aafa05dc5921
    8c70b87abd0dd1023d3467eec09e78ca7c188bd782336b3903a6a50ffc90ea7ea02f3f1a4024cd56f5c888941afb
    b72f0cb2e8e4191d45866858a19bb019c573ce738bd141f386ebef70387a4c4279abdc7c9b7ae3da9cc13b8a62cd
    08afe2918d993870a8adc6e3a0b79c68af87f6d064e6d104451488a5ff473269d238c38ac53689e01e77cf93db7e
    b8cd927bc9b60d8bb9d8f054ae503a25a890b02a67c26db13cf12367360d4284eaf23472fea9c576dc1bee12aecb
    2e8e9f9a831311440d196100a83641d5f48fe5820fd39c1a63742bbdb0171cfc70c6c44cc379e7c16c085b2ebd9f
    48f41cbd42f370a4fcb59d65ecb6b3301f3a0d534f51534e18ecc09b56b47291c71d50c4a1e2077c6db240d74dd7
    3dc481f8a3b7e81aa338fd0404e5692ba8a2133e8eab1ea38009e6fc76cb7e0ab60a4d93a875d89ae5afb2025246
    0aca08b004a006153e3a74d467872f92e86bc426149c60f622c20b9f2e0e7f26a55080551af29ac67a0f4ed590b0
    9b970cb825a67dcaf490e7222e000d8b06c7d9b490ccb62ac1a75891c2580a1a152381d8bee8443bac77404b12e0
    56168a5e982e6045c23095fbdd483d1cb10b46bdbe48e99954f32def0ccfad810f94c681d6
    """
)
_SIGNING_SEED: Final = bytes(range(32, 64))
# RFC 8032 leaves no choice: this key makes this signature.
_SIGNATURE: Final = bytes.fromhex(
    "a387ebc67a6d8fd109fe2fff709809f6d0c2b54544bd64e5ae3b3b23ee901cb8"
    "3242066ab81f0e3cce7894ac833e0a40671a84d0424a913432bac3ad424daf02"
)
# The neutral point as a key: under it one signature would verify for many messages.
_SMALL_ORDER_KEY: Final = bytes([1, *[0] * 31])


class UnsoundLibraryError(SathiError):
    """A library under the protocol does not give a known answer: nothing may be sealed or taken with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Primitives:
    """What is asked for its known answers."""

    open: Callable[[bytes, PrekeySecret, bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]
    verify: Callable[[bytes, bytes, bytes], bool]


def _open(sealed: bytes, prekey: PrekeySecret, header: bytes) -> bytes:
    return unseal(sealed, prekey=prekey, header=header)


def _sign(seed: bytes, message: bytes) -> bytes:
    return signing_secret(seed).signature(message)


OURS: Final = Primitives(open=_open, sign=_sign, verify=signature_is_good)


def check(primitives: Primitives = OURS) -> None:
    """Ask for every known answer.

    Raises:
        UnsoundLibraryError: at the first one that differs; it says which.
    """
    for name, holds in (
        ("what was sealed does not open", _opens),
        ("what was changed opens", _opens_nothing_else),
        ("a signature is another one", _signs),
        ("what was signed does not verify", _verifies),
        ("what was not signed verifies", _verifies_nothing_else),
    ):
        if not holds(primitives):
            raise UnsoundLibraryError(f"a library of this installation is not sound: {name}")


def _opens(primitives: Primitives) -> bool:
    try:
        return primitives.open(_SEALED, prekey_secret(_SEED), _HEADER) == _TEXT
    except MalformedError:
        return False


def _opens_nothing_else(primitives: Primitives) -> bool:
    other_header = bytes([1, *_HEADER[1:]])
    other_sealed = _SEALED[:-1] + bytes([_SEALED[-1] ^ 1])
    for sealed, header in ((_SEALED, other_header), (other_sealed, _HEADER)):
        try:
            primitives.open(sealed, prekey_secret(_SEED), header)
        except MalformedError:
            continue
        return False
    return True


def _signs(primitives: Primitives) -> bool:
    return primitives.sign(_SIGNING_SEED, _TEXT) == _SIGNATURE


def _verifies(primitives: Primitives) -> bool:
    return primitives.verify(signing_secret(_SIGNING_SEED).public, _TEXT, _SIGNATURE)


def _verifies_nothing_else(primitives: Primitives) -> bool:
    key = signing_secret(_SIGNING_SEED).public
    # R is the neutral point and S is zero: under such a key good for any message, where it is let in.
    forged = _SMALL_ORDER_KEY + bytes(32)
    return not (
        primitives.verify(key, b"another", _SIGNATURE)
        or primitives.verify(_SMALL_ORDER_KEY, _TEXT, forged)
    )
