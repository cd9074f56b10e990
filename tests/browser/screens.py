"""The two screens that every page is made for, in CSS pixels."""

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
