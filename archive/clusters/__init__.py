"""Clusters in the database: looking alike documents up, judging them, keeping the groups.

values   what crosses the door
lookup   fingerprints and indexes: who may be alike
judge    verdicts, edges, what people decided
groups   clusters, members, events: the rows and how they change
place    the way of one document through all of them, in one transaction
"""

from archive.clusters.place import place, remove, stands
from archive.clusters.values import ClusterInput, Placement

__all__ = ["ClusterInput", "Placement", "place", "remove", "stands"]
