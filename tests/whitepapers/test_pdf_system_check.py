"""``manage.py check`` says when PDFs would be made the slow way."""

from whitepapers import system_checks


def test_nothing_is_said_when_the_library_is_there():
    assert system_checks.fonts_are_cut_fast(None) == []


def test_without_the_library_a_warning_tells_the_command(monkeypatch):
    monkeypatch.setattr(system_checks, "HARFBUZZ_SUBSET", ("no-such-library",))
    (warning,) = system_checks.fonts_are_cut_fast(None)
    assert warning.id == "whitepapers.W001"
    assert "apt-get install libharfbuzz-subset0" in warning.hint
