"""Results -> what they mean together: risk, tallies with assurance, the maturity ladder, roll-ups. Pure."""

from sec02_policies.posture.identities import identity_for
from sec02_policies.posture.maturity import Rung, RungState, ladder
from sec02_policies.posture.risk import Factor, Risk, ranked, risk
from sec02_policies.posture.rollup import NOT_MAPPED, By, natural, roll_up
from sec02_policies.posture.services import service_of
from sec02_policies.posture.tally import Tally, percent, share
from sec02_policies.posture.trend import Point, trend

__all__ = [
    "NOT_MAPPED",
    "By",
    "Factor",
    "Point",
    "Risk",
    "Rung",
    "RungState",
    "Tally",
    "identity_for",
    "ladder",
    "natural",
    "percent",
    "ranked",
    "risk",
    "roll_up",
    "service_of",
    "share",
    "trend",
]
