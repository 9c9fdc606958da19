"""The archive in the browser and over HTTP."""

from archive.web.app import create_app

__all__ = ["create_app"]
