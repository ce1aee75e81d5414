"""What `pip install "mukarrar[…]"` brings is enough for what the extra names."""

from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement


def brought_by(extra):
    """The names of all packages that pip installs for an extra, as far as they are installed here."""
    found, asked = set(), [Requirement(f"mukarrar[{extra}]")]
    seen = set()
    while asked:
        package = asked.pop()
        if str(package) in seen:
            continue
        seen.add(str(package))
        found.add(package.name.lower())
        try:
            needed = [Requirement(line) for line in requires(package.name) or []]
        except PackageNotFoundError:
            continue
        for other in needed:
            extras = package.extras or {""}
            if other.marker is None or any(other.marker.evaluate({"extra": name}) for name in extras):
                asked.append(other)
    return found


@pytest.mark.parametrize(
    ("extra", "needed"),
    [("spark", {"pyspark", "pyarrow", "pandas"}), ("ray", {"ray", "pyarrow", "numpy"}), ("arrow", {"pyarrow"})],
)
def test_an_extra_brings_what_its_functions_import(extra, needed):
    assert needed <= brought_by(extra)
