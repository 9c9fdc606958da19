"""Make `fold_table.txt`: run `python -m dedupe.make_fold_table` after upgrading OpenCC.

Characters that a script conversion can turn into each other fall into one class, whichever way
the conversion went, so that a text and its converted copy fold to the same string. (Converting
back is not enough: a phrase-wise conversion to traditional and back changes 45 % of texts.)
"""

import unicodedata
from pathlib import Path

import opencc

TABLE = Path(__file__).with_name("fold_table.txt")
HAN = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00))
BY_PHRASE = ("复覆", "具俱", "借藉", "了瞭")
"""Pairs that only conversion of whole words exchanges: 反复 and 反覆, 家具 and 傢俱."""
CONVERSIONS = ("t2s", "tw2s", "hk2s", "s2t", "s2tw", "s2hk")


def variant_classes() -> dict[str, str]:
    """Every Han character that is not its class's own name, with that name."""
    characters = [chr(code) for code in HAN if unicodedata.category(chr(code)) == "Lo"]
    parent: dict[str, str] = {}

    def root(char: str) -> str:
        while parent.get(char, char) != char:
            char = parent[char]
        return char

    for name in CONVERSIONS:
        converted = opencc.OpenCC(name).convert("\n".join(characters)).split("\n")
        for before, after in zip(characters, converted, strict=True):
            if len(after) == 1 and ord(after) < 0x10000 and root(before) != root(after):  # noqa: PLR2004
                parent[root(before)] = root(after)
    for before, after in map(tuple, BY_PHRASE):
        if root(before) != root(after):
            parent[root(after)] = root(before)
    for char in characters:
        plain = unicodedata.normalize("NFKC", char)
        if len(plain) == 1 and ord(plain) < 0x10000 and root(char) != root(plain):  # noqa: PLR2004
            parent[root(char)] = root(plain)
    return {char: root(char) for char in characters if root(char) != char}


def main() -> None:
    """Write the table: two characters a class member, its own and its class's."""
    pairs = sorted(variant_classes().items())
    TABLE.write_text("".join(a + b for a, b in pairs) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
