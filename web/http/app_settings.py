"""The settings of the application that serves a request."""

from flask import current_app

from gazetteer.settings import Settings


def current_settings() -> Settings:
    """The settings that the application was created with."""
    settings: Settings = current_app.config["GAZETTEER"]
    return settings
