"""``--assets``, as a person uses it, with the system's own resolver."""

import json

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.cli.carrying import asset_hosts
from bot.config import Settings
from bot.exporter.portable import open_portable
from tests.sites import PNG, served


@pytest.fixture(scope="module")
def site():
    with served() as site:
        site.picture("/a.png")
        yield site


@pytest.fixture
def run(site, tmp_path, monkeypatch):
    """Runs a command where there is no installation; the environment allows the site
    unless told otherwise."""
    monkeypatch.chdir(tmp_path)
    sources = f"http://127.0.0.1:{site.port}/a.png", "http://x/b"
    nodes = [
        {"type": 2, "id": number, "tagName": "img", "attributes": {"src": source}}
        for number, source in enumerate(sources, 2)
    ]
    node = {"type": 0, "id": 1, "childNodes": nodes}
    events = [{"type": 2, "timestamp": at, "data": {"node": node}} for at in (1, 2)]
    (tmp_path / "shop.json").write_text(json.dumps(events))
    allowed = {
        "ASSET_HOSTS": f"127.0.0.1:{site.port}",
        "ASSET_PRIVATE_NETWORKS": "127.0.0.1/32",
    }

    def run_(*words, **env):
        done = CliRunner().invoke(cli, words, env=allowed | env)
        if done.exit_code or words[0] != "export":
            return done
        return open_portable(tmp_path / done.output.splitlines()[-1])

    return run_


def test_assets_are_fetched_kept_and_dropped_as_asked(run, tmp_path):
    plain = run("export", "shop.json", "-o", "plain")
    assert plain.manifest.assets is None
    carried = run("export", "shop.json", "--assets", "-o", "carried")
    assert carried.assets == (PNG,)
    assert [one.url for one in carried.manifest.assets.missing] == ["http://x/b"]
    again = run("export", str(carried.path), "-o", "again", ASSET_HOSTS="")
    assert (again.assets, again.manifest.assets) == (
        carried.assets,
        carried.manifest.assets,
    )
    assert run("export", str(again.path), "--no-assets", "-o", "c").assets == ()
    by_setting = run("export", "shop.json", "-o", "d", EXPORT_ASSETS="true")
    assert by_setting.assets == (PNG,)
    assert not (tmp_path / "data").exists()


def test_inspect_counts_what_is_carried(run):
    run("export", "shop.json", "--assets", "-o", ".")
    shown = run("inspect", "shop.replay.html").output
    assert f"1, {len(PNG)} bytes; 1 missing" in " ".join(shown.split())


def test_a_host_on_a_private_network_needs_more_than_its_name(run, site):
    site.asked.clear()
    refused = run("export", "shop.json", "--assets", ASSET_PRIVATE_NETWORKS="")
    reasons = [one.reason for one in refused.manifest.assets.missing]
    assert reasons == ["its address is not public", "its host is not allowed"]
    assert site.asked == []


def test_assets_without_hosts_are_refused_with_what_to_set(run):
    done = run("export", "shop.json", "--assets", ASSET_HOSTS="")
    assert done.exit_code == 1
    assert "ASSET_HOSTS is missing" in done.output


def test_a_share_carries_assets_and_keeps_them_for_the_next(run, site, tmp_path):
    site.asked.clear()
    for _ in range(2):
        assert "/r/" in run("share", "shop.json", EXPORT_ASSETS="true").output
    assert len(site.asked) == 1
    objects = tmp_path / "data" / "objects"
    assert len(list((objects / "replays").iterdir())) == 2
    assert len(list((objects / "assets").iterdir())) == 1


def test_doctor_says_which_hosts_cannot_be_asked():
    settings = Settings.from_env(
        {"ASSET_HOSTS": "localhost, *.acme.com, nowhere.invalid"}
    )
    found = {one.name: one.ok for one in asset_hosts(settings)}
    assert found == {
        "assets from localhost": False,
        "assets from *.acme.com": True,
        "assets from nowhere.invalid": False,
    }
    allowed = {"ASSET_HOSTS": "localhost"}
    allowed["ASSET_PRIVATE_NETWORKS"] = "127.0.0.0/8 ::1/128"
    assert all(one.ok for one in asset_hosts(Settings.from_env(allowed)))
