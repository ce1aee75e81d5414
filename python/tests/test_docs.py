"""Every example in a docstring, of Python and of Rust, does what it shows; and everything public says what it is."""

import doctest
import inspect

import pytest

import mukarrar
from mukarrar import _errors

PUBLIC = [getattr(mukarrar, name) for name in mukarrar.__all__ if not name.startswith("__")]


def examples():
    finder = doctest.DocTestFinder()
    for name, place in [("mukarrar", mukarrar), ("_errors", _errors), *((o.__name__, o) for o in PUBLIC)]:
        module = False if not inspect.ismodule(place) else place
        for test in finder.find(place, name, module=module):
            if test.examples:
                yield pytest.param(test, id=test.name)


@pytest.mark.parametrize("test", list(examples()))
def test_the_examples_in_docstrings(test):
    results = doctest.DocTestRunner().run(test)
    assert results.attempted > 0
    assert results.failed == 0


def test_examples_of_rust_are_among_them():
    names = {param.id for param in examples()}
    for name in ["normalize", "tokens", "Index", "Index.open", "Signature", "sketch_batch", "clusters", "dedup", "compare"]:
        assert name in names, names


def test_everything_public_has_a_docstring():
    for thing in PUBLIC:
        assert thing.__doc__, thing
        if inspect.isclass(thing):
            for name, member in vars(thing).items():
                if not name.startswith("_") and inspect.isroutine(member):
                    assert member.__doc__, f"{thing.__name__}.{name}"
