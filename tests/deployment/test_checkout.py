"""The checkout has the same bytes on every machine, whatever git is set to."""

import subprocess

from conftest import ROOT


def git(*arguments, cwd=ROOT):
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


def test_a_checkout_for_windows_keeps_the_line_ends_of_migrations_and_scripts(tmp_path):
    (tmp_path / ".git").mkdir()
    git("init", "--quiet", cwd=tmp_path)
    git("config", "core.autocrlf", "true", cwd=tmp_path)
    names = [".gitattributes", "script/test", *git("ls-files", "migrations").split()]
    assert len(names) > 20
    for name in names:
        copy = tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    git("add", "--all", cwd=tmp_path)
    for name in names:
        (tmp_path / name).unlink()
    git("checkout", "--", ".", cwd=tmp_path)
    for name in names:
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes(), name
