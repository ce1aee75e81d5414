"""Signatures, and Arrow batches of them."""

import ctypes
import pickle

import numpy
import pyarrow
import pytest

import mukarrar

TEXT = "أعلنت الوزارة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة"


def test_numpy_sees_the_values_without_a_copy():
    signature = mukarrar.MinHasher().sketch(TEXT)
    values = numpy.asarray(signature)
    assert values.dtype == numpy.uint32 and values.tolist() == signature.values
    assert not values.flags.writeable and not values.flags.owndata
    assert values.ctypes.data == numpy.asarray(signature).ctypes.data
    del signature
    assert len(values.tolist()) == 136, "the view keeps the signature alive"


def test_signatures_and_hashers_can_be_pickled():
    hasher = mukarrar.MinHasher(bands=10, rows=3, shingle="char:8", language="ar", boilerplate="keep", seed=2**63)
    signature = hasher.sketch(TEXT)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(hasher, protocol))
        assert again.sketch(TEXT) == pickle.loads(pickle.dumps(signature, protocol)) == signature
        assert (again.bands, again.rows) == (10, 3)
    assert {signature, mukarrar.Signature.from_bytes(bytes(signature))} == {signature}


def test_estimates_and_unions():
    hasher = mukarrar.MinHasher()
    a, b = hasher.sketch(TEXT), hasher.sketch(TEXT + " وقال الوزير إن الأمر مهم")
    assert 0.4 < float(a.jaccard(b)) < 0.95 and a.jaccard(b).standard_error > 0
    assert a.merge(b) == b
    assert hasher.sketch("…").is_empty and not a.is_empty
    with pytest.raises(mukarrar.IncompatibleError, match="word:3 and word:2"):
        a.jaccard(mukarrar.MinHasher(shingle="word:2").sketch(TEXT))
    with pytest.raises(mukarrar.IncompatibleError, match="length: 8 and 136"):
        hasher.band_keys(mukarrar.MinHasher(num_hashes=8).sketch(TEXT))
    with pytest.raises(mukarrar.ParameterError, match="at most 1"):
        mukarrar.MinHasher(threshold=1.5)
    with pytest.raises(mukarrar.ParameterError, match="num_hashes cannot be 0"):
        mukarrar.MinHasher(num_hashes=0)


def test_bytes_that_are_no_signature():
    good = bytes(mukarrar.MinHasher(num_hashes=8).sketch(TEXT))
    for length in range(len(good)):
        with pytest.raises(mukarrar.CorruptError):
            mukarrar.Signature.from_bytes(good[:length])


TEXTS = [TEXT, None, "…", "وقال الوزير إن الأمر مهم", ""]


@pytest.mark.parametrize("kind", [pyarrow.string(), pyarrow.large_string(), pyarrow.string_view()])
@pytest.mark.parametrize("shape", [{"num_hashes": 12, "rows": 3}, {}])
def test_a_batch_gives_what_single_texts_give(kind, shape):
    hasher = mukarrar.MinHasher(**shape)
    ids = pyarrow.array([1, 2, 3, 4, 5], pyarrow.int32())
    batch = pyarrow.record_batch({"other": ids, "key": ids, "body": pyarrow.array(TEXTS, kind)})
    made = pyarrow.record_batch(mukarrar.sketch_batch(batch, hasher, id="key", text="body"))
    made.validate(full=True)
    assert made.schema.names == ["key", "signature", "band_keys"]
    assert made.schema.field("signature").type.list_size == hasher.num_hashes
    assert made.schema.field("band_keys").type.value_type == pyarrow.uint64()
    for text, row in zip(TEXTS, made.to_pylist()):
        signature = None if text is None else hasher.sketch(text)
        assert row["signature"] == (signature and signature.values)
        keyless = text is None or signature.is_empty
        assert row["band_keys"] == (None if keyless else hasher.band_keys(signature))


def test_nothing_is_copied():
    ids = pyarrow.array(["a", "b", "c", "d", "e"])
    batch = pyarrow.record_batch({"id": ids, "text": TEXTS})
    made = pyarrow.record_batch(mukarrar.sketch_batch(batch, mukarrar.MinHasher()))
    addresses = [buffer and buffer.address for buffer in made["id"].buffers()]
    assert addresses == [buffer and buffer.address for buffer in ids.buffers()]
    del batch, ids
    assert made["id"].to_pylist() == ["a", "b", "c", "d", "e"]


def test_slices_and_empty_batches():
    batch = pyarrow.record_batch({"id": list("abcde"), "text": TEXTS})
    hasher = mukarrar.MinHasher()
    whole = pyarrow.record_batch(mukarrar.sketch_batch(batch, hasher))
    part = pyarrow.record_batch(mukarrar.sketch_batch(batch.slice(1, 3), hasher))
    assert part.to_pylist() == whole.to_pylist()[1:4]
    assert pyarrow.record_batch(mukarrar.sketch_batch(batch.slice(0, 0), hasher)).num_rows == 0


def test_lists_of_signed_numbers_hold_the_same_bits():
    batch = pyarrow.record_batch({"id": list("abcde"), "text": TEXTS})
    hasher = mukarrar.MinHasher()
    fixed = pyarrow.record_batch(mukarrar.sketch_batch(batch, hasher)).to_pylist()
    made = pyarrow.record_batch(mukarrar.sketch_batch(batch, hasher, layout="list"))
    made.validate(full=True)
    assert made.schema.field("signature").type.value_type == pyarrow.int32()
    assert made.schema.field("band_keys").type == pyarrow.list_(pyarrow.field("item", pyarrow.int64(), nullable=False))
    for row, same in zip(made.to_pylist(), fixed):
        for name, bits in (("signature", 32), ("band_keys", 64)):
            assert (row[name] and [value % 2**bits for value in row[name]]) == same[name]


def test_what_is_no_such_batch():
    hasher = mukarrar.MinHasher()
    batch = pyarrow.record_batch({"id": [1], "text": ["نص"], "count": [1]})
    with pytest.raises(mukarrar.ParameterError, match="text cannot be body: the name of a column, one of id, text, count"):
        mukarrar.sketch_batch(batch, hasher, text="body")
    with pytest.raises(mukarrar.ParameterError, match="a column of strings; this one holds Int64"):
        mukarrar.sketch_batch(batch, hasher, text="count")
    with pytest.raises(TypeError, match="a table or a reader"):
        mukarrar.sketch_batch([1], hasher)
    with pytest.raises(TypeError, match="record batch"):
        mukarrar.sketch_batch(pyarrow.array(["a"]), hasher)
    with pytest.raises(TypeError, match="structs with nulls"):
        mukarrar.sketch_batch(pyarrow.array([{"id": 1, "text": "نص"}, None]), hasher)

    class Taken:
        capsules = batch.__arrow_c_array__()

        def __arrow_c_array__(self, requested_schema=None):
            return self.capsules

    mukarrar.sketch_batch(Taken(), hasher)
    with pytest.raises(TypeError, match="taken before"):
        mukarrar.sketch_batch(Taken(), hasher)
    bad = pyarrow.Array.from_buffers(pyarrow.string(), 1, [None, pyarrow.py_buffer(b"\0\0\0\0\2\0\0\0"), pyarrow.py_buffer(b"\xff\xff")])
    with pytest.raises(mukarrar.ParameterError, match="sound strings"):
        mukarrar.sketch_batch(pyarrow.record_batch({"id": [1], "text": bad}), hasher)


class Given:
    """A batch of two capsules."""

    def __init__(self, schema, array):
        self.capsules = schema, array

    def __arrow_c_array__(self, requested_schema=None):
        return self.capsules


class Schema(ctypes.Structure):
    """`ArrowSchema` of the Arrow C interface."""

    RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
    _fields_ = [
        ("format", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("metadata", ctypes.c_char_p),
        ("flags", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", RELEASE),
        ("private_data", ctypes.c_void_p),
    ]


def test_capsules_that_cannot_be_taken_over():
    hasher = mukarrar.MinHasher()
    batch = pyarrow.record_batch({"id": [1], "text": ["نص"]})
    taken, array = batch.__arrow_c_array__()
    pyarrow.Schema._import_from_c_capsule(taken)
    with pytest.raises(TypeError, match="its schema was taken before"):
        mukarrar.sketch_batch(Given(taken, array), hasher)

    broken = Schema(format=None, release=Schema.RELEASE(lambda schema: None))
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    name = b"arrow_schema"
    capsule = new(ctypes.addressof(broken), name, None)
    with pytest.raises(mukarrar.InternalError):
        mukarrar.sketch_batch(Given(capsule, batch.__arrow_c_array__()[1]), hasher)


def test_a_batch_too_long_for_lists_says_how_many_rows_fit():
    rows = 2**31 // 4096
    batch = pyarrow.record_batch({"id": pyarrow.nulls(rows), "text": pyarrow.nulls(rows, pyarrow.string())})
    hasher = mukarrar.MinHasher(bands=1024, rows=4)
    with pytest.raises(mukarrar.ParameterError, match=f"batch cannot be {rows} rows: at most {rows - 1} in lists"):
        mukarrar.sketch_batch(batch, hasher, layout="list")
