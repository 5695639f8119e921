"""The guide says what is true."""

import re
from pathlib import Path

from flowinsight.provision.presets import PRESETS, record_bytes
from flowinsight.provision.settings import TAG
from flowinsight.provision.wanted import KINDS, BucketWanted, Wanted
from flowinsight.provision.wanted_file import from_toml

GUIDE = (Path(__file__).parents[2] / "docs" / "setup.md").read_text(encoding="utf-8")


def test_the_file_in_the_guide_is_one_that_works_and_shows_what_is_usual() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    wanted = from_toml(block)
    assert wanted == Wanted("prod", ("vpc-0c8eab7aff7cff031",), bucket=BucketWanted(), tags=(("team", "network"),))


def test_the_file_with_values_of_tags_is_one_that_works() -> None:
    (block,) = re.findall(r"```\n(format = .*?)```", GUIDE, re.DOTALL)
    wanted = from_toml(f'name = "x"\nresources = ["vpc-0c8eab7aff7cff031"]\n{block}')
    assert wanted.tag_fields == (("instance-tag", "team"), ("instance-tag-2", "service"))


def test_every_setting_that_is_commented_out_exists() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    names = re.findall(r"^# (\w+) = \"", block, re.MULTILINE)
    assert names == ["group", "key", "boundary", "arn", "bucket", "prefix", "key"]


def test_the_guide_names_every_preset_with_its_size_and_every_kind_of_resource() -> None:
    for name in ("default", "investigate", "full", "newest"):
        (row,) = (line for line in GUIDE.splitlines() if line.startswith(f"| `{name}` |"))
        assert f"| {record_bytes(PRESETS[name])} |" in row
        assert str(len(PRESETS[name])) in row
    for kind in KINDS:
        assert f"`{kind}-`" in GUIDE
    assert f"`{TAG}`" in GUIDE
