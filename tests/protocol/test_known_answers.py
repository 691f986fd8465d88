"""A node on a library that changed does not start."""

from dataclasses import replace

import pytest

from protocol.errors import MalformedError
from protocol.keys import PrekeySecret
from protocol.known_answers import OURS, Primitives, UnsoundLibraryError, check
from protocol.sealing import unseal


def test_the_libraries_of_this_installation_give_every_known_answer() -> None:
    check()


def opens_nothing(sealed: bytes, prekey: PrekeySecret, header: bytes) -> bytes:
    del sealed, prekey, header
    raise MalformedError("not sealed to this prekey", place="envelope")


def opens_something_else(sealed: bytes, prekey: PrekeySecret, header: bytes) -> bytes:
    return unseal(sealed, prekey=prekey, header=header) + b"!"


def forgets_the_header(sealed: bytes, prekey: PrekeySecret, header: bytes) -> bytes:
    del header
    return unseal(sealed, prekey=prekey, header=bytes(range(24)))


def takes_any_tag(sealed: bytes, prekey: PrekeySecret, header: bytes) -> bytes:
    try:
        return unseal(sealed, prekey=prekey, header=header)
    except MalformedError:
        return b""


def signs_twice(seed: bytes, message: bytes) -> bytes:
    return OURS.sign(seed, message + message)


def verifies_nothing(key: bytes, message: bytes, signature: bytes) -> bool:
    del key, message, signature
    return False


def verifies_everything(key: bytes, message: bytes, signature: bytes) -> bool:
    del key, message, signature
    return True


def lets_small_orders_in(key: bytes, message: bytes, signature: bytes) -> bool:
    # The equation alone holds for them: without the rule of the points there is nothing to stop it.
    return key[0] == 1 or OURS.verify(key, message, signature)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (replace(OURS, open=opens_nothing), "what was sealed does not open"),
        (replace(OURS, open=opens_something_else), "what was sealed does not open"),
        (replace(OURS, open=forgets_the_header), "what was changed opens"),
        (replace(OURS, open=takes_any_tag), "what was changed opens"),
        (replace(OURS, sign=signs_twice), "a signature is another one"),
        (replace(OURS, verify=verifies_nothing), "what was signed does not verify"),
        (replace(OURS, verify=verifies_everything), "what was not signed verifies"),
        (replace(OURS, verify=lets_small_orders_in), "what was not signed verifies"),
    ],
)
def test_a_library_that_changed_is_told_by_what_it_does(broken: Primitives, said: str) -> None:
    with pytest.raises(UnsoundLibraryError, match=said):
        check(broken)
