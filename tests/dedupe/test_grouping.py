from dedupe.fingerprint import Breaks
from dedupe.grouping import Neighbour, find_parts

ONE_NUMBERING, TWO_NUMBERINGS = Breaks(numberings=(900,)), Breaks(numberings=(900, 2600))
WHOLE = Neighbour("whole", "c", (0, 4000), 4000.0)


def quoting(name: str, start: int, end: int, cluster: str = "c") -> Neighbour:
    return Neighbour(name, cluster, (start, end), float(end - start))


def test_two_excerpts_around_one_numbering_make_no_compilation() -> None:
    excerpts = [quoting("early", 0, 1250), quoting("late", 850, 2300)]
    assert find_parts(4000, [WHOLE, *excerpts], ONE_NUMBERING) == ()


def test_two_parts_with_a_numbering_each_make_one() -> None:
    parts = [quoting("first", 0, 1900, "a"), quoting("second", 1900, 4000, "b")]
    found = find_parts(4000, parts, TWO_NUMBERINGS)
    assert [(part.span, part.cluster_id) for part in found] == [
        ((0, 1900), "a"),
        ((1900, 4000), "b"),
    ]
