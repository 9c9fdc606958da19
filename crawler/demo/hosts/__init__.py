"""The virtual hosts of the sample web, one module each: pages and the quirk they show."""
