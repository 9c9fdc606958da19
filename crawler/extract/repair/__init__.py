"""Brings back text that went through the pinyin channel (docs/text-repair.md).

The door of the package: `repair_text` for plain text, `repair_tree` and `locate` for pages,
`load_tables` for what wants the tables early. All of it is safe to use from several threads:
nothing is kept from one page to the next.
"""

from crawler.extract.repair.text import Repaired, load_tables, repair_text
from crawler.extract.repair.tree import Fix, TreeRepair, locate, repair_tree, without_guesses

__all__ = [
    "Fix",
    "Repaired",
    "TreeRepair",
    "load_tables",
    "locate",
    "repair_text",
    "repair_tree",
    "without_guesses",
]
