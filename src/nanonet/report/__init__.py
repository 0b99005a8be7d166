"""What a model is worth, as one page for people who did not make it, and as a data card."""

from nanonet.report.result import Report, check_place
from nanonet.report.run import ReportSettings, build_report
from nanonet.report.wording import summary

__all__ = ["Report", "ReportSettings", "build_report", "check_place", "summary"]
