"""The sample web: invented reports of invented agencies behind the quirks of real sites."""
