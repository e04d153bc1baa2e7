"""Settings: flag before environment before file; what cannot be used is named with its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tui_forum.config import Address, Settings, Startups, load_settings
from tui_forum.domain.entities import RegistrationMode
from tui_forum.domain.errors import ConfigError


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("TUI_FORUM_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


def write(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text)
    return file


def test_nothing_set_is_the_defaults(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.data_dir == tmp_path / "home" / "tui-forum"
    assert settings.registration is RegistrationMode.INVITE
    assert str(settings.listen) == "127.0.0.1:8022"
    assert settings.url.startswith("sqlite+aiosqlite:////")
    assert settings.url.endswith("/tui-forum/forum.db")


def test_a_flag_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, 'title = "file"\nlog_level = "error"\nregistration = "closed"\n')
    monkeypatch.setenv("TUI_FORUM_TITLE", "environment")
    monkeypatch.setenv("TUI_FORUM_LOG_LEVEL", "debug")
    settings = load_settings(file, title="flag", data_dir=tmp_path)
    assert (settings.title, settings.log_level) == ("flag", "debug")
    assert settings.registration is RegistrationMode.CLOSED


def test_the_settings_file_in_the_data_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path, 'title = "Garden"\nlisten = "[::1]:2222"\n[limits]\nmax_startups = "5:50:20"\n')
    settings = load_settings(data_dir=tmp_path)
    assert settings.title == "Garden"
    assert (settings.listen, settings.listen.is_loopback) == (Address(host="::1", port=2222), True)
    assert settings.limits.startups == Startups(start=5, rate=50, full=20)


def test_a_part_of_the_limits_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, "[limits]\nauth_tries = 3\n")
    monkeypatch.setenv("TUI_FORUM_LIMITS__CHANNELS", "4")
    limits = load_settings(file).limits
    assert (limits.auth_tries, limits.channels) == (3, 4)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('colour = "red"', "colour"),
        ('listen = "nowhere"', "listen"),
        ('listen = "host:70000"', "listen"),
        ('registration = "maybe"', "registration"),
        ('title = ""', "title"),
        ('log_level = "loud"', "log_level"),
        ("[limits]\nauth_tries = 0", "limits.auth_tries"),
        ('[limits]\nchannels = "many"', "limits.channels"),
        ("[limits]\nunknown = 1", "limits.unknown"),
        ('[limits]\nmax_startups = "10"', "limits.max_startups"),
        ("limits = 5", "limits"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_its_file(tmp_path: Path, text: str, key: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    message = str(caught.value)
    assert message.startswith(f"The setting {key} in {file} cannot be used: ")
    assert "\n" not in message


def test_a_variable_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_FORUM_LISTEN", "nowhere")
    with pytest.raises(ConfigError, match=r"The setting listen .*TUI_FORUM_LISTEN.* cannot be used: must be"):
        load_settings()


def test_a_variable_is_not_blamed_on_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, 'title = "Garden"')
    monkeypatch.setenv("TUI_FORUM_LIMITS__CHANNELS", "many")
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    assert "TUI_FORUM_LIMITS__CHANNELS" in str(caught.value)
    assert str(file) not in str(caught.value)


def test_a_variable_that_hides_the_same_key_in_the_file_is_the_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, 'log_level = "info"')
    monkeypatch.setenv("TUI_FORUM_LOG_LEVEL", "loud")
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    assert "TUI_FORUM_LOG_LEVEL" in str(caught.value)


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing.toml cannot be read: No such file"):
        load_settings(tmp_path / "missing.toml")
    with pytest.raises(ConfigError, match=r"cannot be read: Is a directory"):
        load_settings(tmp_path)
    with pytest.raises(ConfigError, match=r"config.toml is not valid TOML: "):
        load_settings(write(tmp_path, "title = = 1"))
    (tmp_path / "config.toml").write_bytes(b'title = "\xff"')
    with pytest.raises(ConfigError, match=r"config.toml is not valid TOML: "):
        load_settings(tmp_path / "config.toml")


@pytest.mark.parametrize("name", ["a b", "50%41", "what?", "#1"])
def test_the_database_is_in_the_data_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    assert make_url(Settings(data_dir=tmp_path / name).url).database == str(tmp_path / name / "forum.db")


@pytest.mark.parametrize(
    ("text", "host", "port", "loopback"),
    [
        ("127.0.0.1:22", "127.0.0.1", 22, True),
        ("8022", "127.0.0.1", 8022, True),
        ("localhost:0", "localhost", 0, True),
        ("0.0.0.0:22", "0.0.0.0", 22, False),
        ("[::]:22", "::", 22, False),
        ("127.evil.example:22", "127.evil.example", 22, False),
        (":22", "", 22, False),
    ],
)
def test_addresses(text: str, host: str, port: int, loopback: bool) -> None:
    address = Address.parse(text)
    assert (address.host, address.port, address.is_loopback) == (host, port, loopback)
