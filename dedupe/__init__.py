"""Which texts are the same work: pure functions over strings, no database, no clock.

fold        one form for both scripts and both widths
numbers     the figures of a text, in whatever form they are written
fingerprint everything a text is looked up and compared by
align       which stretches two texts share, and where
places      place names that two aligned texts have in common or against each other
compare     the verdict on a pair, with its evidence
grouping    what a verdict means for clusters
canonical   which member stands for a cluster
"""

from dedupe.fingerprint import Fingerprint as Prepared
from dedupe.fingerprint import fingerprint as prepare

__all__ = ["Prepared", "prepare"]
