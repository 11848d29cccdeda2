"""What is sealed opens with the key it was sealed with, and with no other."""

import stat

import pytest

from bot.config import Settings
from bot.errors import SettingsError
from bot.sealing import KEY_FILE, Sealer, new_key


def test_what_is_sealed_hides_the_text_and_opens_again():
    sealer = Sealer([new_key()])
    sealed = sealer.seal("xoxb-secret")
    assert "secret" not in sealed
    assert sealer.open(sealed) == "xoxb-secret"


def test_a_new_first_key_still_opens_what_the_old_one_sealed():
    old, new = new_key(), new_key()
    sealed = Sealer([old]).seal("text")
    assert Sealer([new, old]).open(sealed) == "text"
    with pytest.raises(SettingsError, match="SECRET_KEYS"):
        Sealer([new]).open(sealed)


def test_a_single_machine_keeps_one_key_that_only_its_owner_reads(tmp_path):
    sealed = Sealer.in_folder(tmp_path / "data").seal("text")
    assert Sealer.in_folder(tmp_path / "data").open(sealed) == "text"
    (file,) = (tmp_path / "data").iterdir()
    assert file.name == KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_damaged_key_file_is_named_and_left_as_it_is(tmp_path):
    (tmp_path / KEY_FILE).write_text("rubbish")
    with pytest.raises(SettingsError, match=KEY_FILE):
        Sealer.in_folder(tmp_path)
    assert (tmp_path / KEY_FILE).read_text() == "rubbish"


def test_a_shared_database_needs_a_shared_key():
    shared = {"DATABASE_URL": "postgresql://u:p@db.example.com/courier"}
    with pytest.raises(SettingsError, match="SECRET_KEYS is missing"):
        Settings.from_env(shared)
    with pytest.raises(SettingsError, match="SECRET_KEYS: expected keys"):
        Settings.from_env({**shared, "SECRET_KEYS": "hunter2"})
    assert Settings.from_env({**shared, "SECRET_KEYS": new_key()}).secret_keys
