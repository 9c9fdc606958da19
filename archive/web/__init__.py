"""The archive in the browser and over HTTP: `archive.web.app` makes the application."""
