from hypothesis import given
from hypothesis import strategies as st

from archive.web.charts import HEIGHT, WIDTH, bar_chart, line_chart

YEARS = st.integers(1990, 2040)


@given(st.lists(st.tuples(YEARS, st.decimals(0, 10**9, places=2).map(str)), max_size=30))
def test_every_point_lies_in_the_picture(points: list[tuple[int, str]]) -> None:
    chart = line_chart([(year, value, "", "/") for year, value in points])
    if len({year for year, _ in points}) < 2:
        assert chart is None
        return
    assert chart is not None
    assert len(chart.dots) == len(points)
    assert all(0 < dot.x < WIDTH and 0 < dot.y < HEIGHT for dot in chart.dots)
    assert chart.line.count(",") == len({year for year, _ in points})


@given(st.lists(st.tuples(YEARS, st.integers(0, 10**6)), max_size=30, unique_by=lambda c: c[0]))
def test_every_bar_stands_on_the_axis(counts: list[tuple[int, int]]) -> None:
    chart = bar_chart([(year, n // 2, n) for year, n in counts])
    if not counts:
        assert chart is None
        return
    assert chart is not None
    for bar in (*chart.bars, *chart.ground):
        assert 0 < bar.x < bar.x + bar.width < WIDTH
        assert bar.height >= 0
        assert 0 < bar.y <= HEIGHT


def test_what_is_no_number_is_not_drawn() -> None:
    points = [(2020, "1", "", "/"), (2021, "约三百", "", "/"), (2022, "NaN", "", "/")]
    assert line_chart(points) is None


def test_levels_are_round_and_counted_the_chinese_way() -> None:
    chart = line_chart([(2020, "31000", "", "/"), (2021, "99000", "", "/")])
    assert chart is not None
    assert [tick.label for tick in chart.y] == ["0", "2万", "4万", "6万", "8万", "10万"]
