"""One text: folding, units, comparison; and what cannot work."""

import pytest

import mukarrar


def test_parameters_that_cannot_work_are_value_errors_that_say_what_would():
    with pytest.raises(mukarrar.ParameterError, match="one of none, light, standard, aggressive") as raised:
        mukarrar.normalize("نص", profile="strong")
    assert isinstance(raised.value, ValueError) and isinstance(raised.value, mukarrar.Error)
    assert (raised.value.name, raised.value.value) == ("profile", "strong")
    with pytest.raises(TypeError, match="unexpected keyword argument 'lang'"):
        mukarrar.tokens("نص", lang="ar")
    with pytest.raises(TypeError):
        mukarrar.normalize(None)
    with pytest.raises(UnicodeEncodeError):
        mukarrar.normalize("\ud800")


def test_characters_of_a_long_text_are_counted_right():
    text = "😀 café أعلنت " * 500
    for token in mukarrar.tokens(text):
        assert text[token.char_start : token.char_end].encode() == text.encode()[token.start : token.end]
    plain = "plain words " * 100
    assert all(token.start == token.char_start and token.end == token.char_end for token in mukarrar.tokens(plain))
    assert mukarrar.tokens("") == []


def test_units_stand_where_they_say():
    page = "عنوان الصفحة\n\nفتح المتحف أبوابه أمس بعد ترميم دام سنتين.\nالمصدر: صحيفة المدينة\n"
    for level in ("document", "story", "paragraph", "line"):
        for number, unit in enumerate(mukarrar.units(page, level)):
            assert unit.number == number
            assert page.encode()[unit.start : unit.end].decode() == unit.text
    with pytest.raises(mukarrar.ParameterError, match="document, story, paragraph, line"):
        mukarrar.units(page, "page")


def test_a_comparison_explains_itself():
    a, b = "قال الوزيرُ إن الأمر انتهى أمس", "قال الوزير إن الأمر بدأ أمس"
    found = mukarrar.compare(a, b)
    assert found.a.language == found.b.language == "ar"
    assert (found.a.tokens, found.a.shingles, found.shared) == (6, 4, 2)
    assert found.runs[0].a.text == "قال الوزيرُ إن الأمر"
    assert found.runs[1].b is None
    assert a.encode()[found.runs[1].a.start : found.runs[1].a.end].decode() == "انتهى"
    assert mukarrar.compare(a, a).relation == "exact"
    assert mukarrar.compare(a, b, threshold=0.3).relation == "near"
    assert mukarrar.compare("", "…").relation is None
    with pytest.raises(TypeError, match="'keep'"):
        mukarrar.compare(a, b, keep="last")
