"""The common options are the settings."""

from __future__ import annotations

import dataclasses

from pegasus_classify.cli.options import Common
from pegasus_classify.settings import Settings

RENAMED = {"prompts": "prompts_dir", "index": "index_ids"}


def test_every_common_option_is_a_setting():
    """Names differ where the option reads better."""
    options = {RENAMED.get(each.name, each.name) for each in dataclasses.fields(Common)}
    assert options <= set(Settings.model_fields)
