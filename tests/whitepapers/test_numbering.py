"""The printed numbers of an outline (numbering.py), rule by rule, and as properties of every tree."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from whitepapers.numbering import Node, numbers


def decimal(key: str, *children: Node) -> Node:
    return Node(key, "decimal", "", children)


def unnumbered(key: str, *children: Node) -> Node:
    return Node(key, "none", "", children)


def control(key: str, number: str, *children: Node) -> Node:
    return Node(key, "control", number, children)


def test_decimal_sections_count_their_place():
    assert numbers([decimal("a"), decimal("b"), decimal("c")]) == {"a": "1", "b": "2", "c": "3"}


def test_decimal_children_continue_their_parent():
    tree = [decimal("a"), decimal("b", decimal("b1"), decimal("b2", decimal("b2x")))]
    assert numbers(tree) == {"a": "1", "b": "2", "b1": "2.1", "b2": "2.2", "b2x": "2.2.1"}


def test_a_section_without_number_takes_none_and_does_not_count():
    assert numbers([unnumbered("preface"), decimal("a")]) == {"preface": "", "a": "1"}


def test_children_of_a_section_without_number_count_as_if_they_stood_in_its_place():
    tree = [decimal("a"), unnumbered("group", decimal("b"), decimal("c", decimal("c1"))), decimal("d")]
    assert numbers(tree) == {"a": "1", "group": "", "b": "2", "c": "3", "c1": "3.1", "d": "4"}


def test_sections_without_number_are_transparent_at_every_depth():
    tree = [decimal("a", unnumbered("x", unnumbered("y", decimal("b"))), decimal("c"))]
    assert numbers(tree) == {"a": "1", "x": "", "y": "", "b": "1.1", "c": "1.2"}


def test_a_control_section_prints_its_control():
    assert numbers([decimal("a", control("b", "12.3.1"))]) == {"a": "1", "b": "12.3.1"}


def test_a_decimal_child_continues_the_id_of_its_control():
    assert numbers([control("a", "12.3.1", decimal("b"), decimal("c"))])["c"] == "12.3.1.2"


def test_control_sections_do_not_count_among_decimal_siblings():
    assert numbers([decimal("a"), control("b", "5.1.1"), decimal("c")]) == {"a": "1", "b": "5.1.1", "c": "2"}


def test_the_prefix_stands_before_ids_but_not_before_cld_ids():
    tree = [control("a", "6.1.1", decimal("a1")), control("b", "CLD.6.3.1", decimal("b1"))]
    assert numbers(tree, control_prefix="A.") == {
        "a": "A.6.1.1",
        "a1": "A.6.1.1.1",
        "b": "CLD.6.3.1",
        "b1": "CLD.6.3.1.1",
    }


def test_a_section_numbered_by_control_without_a_control_is_transparent():
    assert numbers([control("a", "", decimal("b"))]) == {"a": "", "b": "1"}


def test_the_suffix_follows_top_level_numbers_only():
    tree = [decimal("a", decimal("b")), unnumbered("group", decimal("c")), control("d", "5.1")]
    assert numbers(tree, suffix=".") == {"a": "1.", "b": "1.1", "group": "", "c": "2.", "d": "5.1"}


def test_an_empty_outline_has_no_numbers():
    assert numbers([]) == {}


def test_a_deep_outline_is_numbered():
    node = decimal("0")
    for depth in range(1, 200):
        node = decimal(str(depth), node)
    assert numbers([node])["0"] == ".".join(["1"] * 200)


# --- Properties of every tree -------------------------------------------------------------------------------------


@st.composite
def outlines(draw: st.DrawFn) -> list[Node[int]]:
    """Trees with distinct keys; each control id at most once."""
    keys = iter(range(10_000))
    shape = draw(
        st.recursive(
            st.lists(st.sampled_from(["decimal", "none", "control"]).map(lambda kind: (kind, [])), max_size=4),
            lambda children: st.lists(st.tuples(st.sampled_from(["decimal", "none", "control"]), children), max_size=4),
            max_leaves=25,
        )
    )

    def build(nodes: list) -> list[Node[int]]:
        built = []
        for kind, children in nodes:
            key = next(keys)
            built.append(Node(key, kind, f"C{key}" if kind == "control" else "", build(children)))
        return built

    return build(shape)


def walk(nodes):
    for node in nodes:
        yield node
        yield from walk(node.children)


@given(outlines())
def test_every_section_has_exactly_one_entry(tree):
    assert set(numbers(tree)) == {node.key for node in walk(tree)}


@given(outlines(), st.sampled_from(["", ".", "章"]))
def test_numbers_are_unique(tree, suffix):
    given_numbers = Counter(number for number in numbers(tree, suffix=suffix).values() if number)
    assert not [number for number, times in given_numbers.items() if times > 1]


@given(outlines())
def test_a_number_extends_that_of_the_nearest_numbered_section_above(tree):
    found = numbers(tree)

    def check(nodes, above):
        for node in nodes:
            number = found[node.key]
            if node.numbering == "decimal":
                assert number.rpartition(".")[0] == above
            check(node.children, number or above)

    check(tree, "")


@given(outlines())
def test_decimal_siblings_are_counted_without_gaps(tree):
    """Through transparent sections, as they are read on paper."""
    found = numbers(tree)

    def siblings(nodes):
        for node in nodes:
            if node.numbering == "decimal":
                yield node
            elif not found[node.key]:
                yield from siblings(node.children)

    for nodes in (tree, *(node.children for node in walk(tree) if found[node.key])):
        last = [int(found[node.key].rpartition(".")[2]) for node in siblings(nodes)]
        assert last == list(range(1, len(last) + 1))


@given(outlines())
def test_the_suffix_changes_nothing_but_top_level_decimals(tree):
    plain, suffixed = numbers(tree), numbers(tree, suffix="!")
    for key, number in suffixed.items():
        assert number in (plain[key], plain[key] + "!")
        assert number.endswith("!") == plain[key].isdecimal()


@given(outlines())
def test_taking_a_transparent_section_away_changes_no_other_number(tree):
    def without(nodes):
        for node in nodes:
            if node.numbering == "none":
                yield from without(node.children)
            else:
                yield Node(node.key, node.numbering, node.control, list(without(node.children)))

    before = numbers(tree)
    after = numbers(list(without(tree)))
    assert after == {key: before[key] for key in after}
