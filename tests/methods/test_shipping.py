"""A method that travels says nothing on the way."""

import os
from contextlib import ExitStack

from arise_zoo.common.quiet import quiet
from arise_zoo.methods import resolve
from arise_zoo.methods.shipping import pack, ship, unpacked
from tests.fake_methods import FakeMethod


class Chatty(FakeMethod):
    """As TensorFlow does, it writes to standard error when it is loaded, past Python."""

    def __setstate__(self, state):
        os.write(2, b"rebuild with the appropriate compiler flags\n")
        self.__dict__.update(state)


def test_what_libraries_say_when_they_are_loaded_is_not_heard(tmp_path, capfd):
    method = resolve(Chatty())
    for sent in (pack(method), ship(method, tmp_path)):
        assert unpacked(sent).facts == method.facts
    assert capfd.readouterr() == ("", "")


def test_silence_ends_with_the_last_who_wants_it(capfd):
    first, second = ExitStack(), ExitStack()  # of two threads
    first.enter_context(quiet())
    second.enter_context(quiet())
    first.close()
    os.write(2, b"still loading\n")
    second.close()
    os.write(2, b"heard\n")
    assert capfd.readouterr().err == "heard\n"
