"""How much memory a crawl may take: its own, now.

Scrapy compares the limit with `ru_maxrss`, which a Linux process inherits from whoever started it:
a crawl started by a program of 700 MB would stop at once, having used 60 MB itself.
"""

import psutil
from scrapy.extensions import memusage


class MemoryUsage(memusage.MemoryUsage):
    """Scrapy's extension, by resident size instead of the peak of this process's history."""

    def get_virtual_size(self) -> int:
        """Resident bytes of this process."""
        return psutil.Process().memory_info().rss
