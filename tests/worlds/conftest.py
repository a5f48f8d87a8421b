"""An empty moto account for each world."""

from __future__ import annotations

from collections.abc import Callable

import boto3
import pytest
from moto_world import REGION, World


@pytest.fixture
def world(moto_session: Callable[[str], boto3.Session]) -> World:
    return World(moto_session(REGION))
