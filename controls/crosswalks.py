"""From the controls of one edition to those of another, as the loaded crosswalks lead."""

from dataclasses import dataclass

from django.db.models import Q

from .models import Control, Crosswalk, Edition, Link
from .routes import DOUBT, follow, inverse, shortest

# A link with one of these relations leads nowhere a reader may be sent without being asked.
NOT_FOLLOWED = frozenset({Link.Relation.INTERSECT, Link.Relation.NEW, Link.Relation.DROPPED})


def mapped(edition: Edition, target_edition: Edition) -> dict[str, list[str]]:
    """Control number → the numbers that correspond to it in ``target_edition``, in its order (two queries).

    Follows one crosswalk forwards or backwards, or the fewest that lead there, the most certain ones first.
    Numbers without a counterpart have no key. The tables are those of ``edition``'s release.
    """
    tables = list(
        Crosswalk.objects.filter(source__release=edition.release_id).values_list(
            "pk", "source__slug", "target__slug", "confidence"
        )
    )
    steps = shortest(
        [(source, target, DOUBT[doubt]) for _, source, target, doubt in tables],
        edition.slug,
        target_edition.slug,
    )
    if not steps:
        return {}
    ids = [tables[index][0] for index, _ in steps]
    rows = (
        Link.objects.filter(crosswalk__in=ids, source__isnull=False, target__isnull=False)
        .exclude(relation__in=NOT_FOLLOWED)
        .values_list("crosswalk", "source__number", "target__number", "source__position", "target__position")
    )
    pairs: dict[int, list[tuple[str, str]]] = {pk: [] for pk in ids}
    order: dict[tuple[int, bool, str], int] = {}
    for pk, source, target, source_position, target_position in rows:
        pairs[pk].append((source, target))
        order[pk, True, source] = source_position
        order[pk, False, target] = target_position
    found = follow([inverse(pairs[tables[i][0]]) if backwards else pairs[tables[i][0]] for i, backwards in steps])
    last, backwards = steps[-1]
    return {
        number: sorted(numbers, key=lambda each: order[tables[last][0], backwards, each])
        for number, numbers in found.items()
    }


@dataclass
class Counterpart:
    """One control of another edition and how it relates; None where the crosswalk says there is none."""

    control: Control | None
    relation: str


@dataclass
class Elsewhere:
    """What corresponds to a control in one other edition."""

    edition: Edition
    counterparts: list[Counterpart]
    crosswalk: Crosswalk | None  # None when several crosswalks lead there


_BACKWARDS = {Link.Relation.SUBSET: Link.Relation.SUPERSET, Link.Relation.SUPERSET: Link.Relation.SUBSET}


def elsewhere(control: Control) -> list[Elsewhere]:
    """The counterparts of ``control`` in every other edition of its release, in the editions' order.

    Direct crosswalks tell all their rows, what only overlaps, is new or dropped included; editions without a
    direct one are reached through several. Editions a paper is never written for only count when direct.
    """
    edition = control.edition
    direct = {}
    crosswalks = Crosswalk.objects.filter(Q(source=edition) | Q(target=edition))
    for crosswalk in crosswalks.select_related("source", "target"):
        other = crosswalk.target if crosswalk.source_id == edition.pk else crosswalk.source
        direct[other.pk] = Elsewhere(other, [], crosswalk)
    links = Link.objects.filter(Q(source=control) | Q(target=control)).select_related("crosswalk", "source", "target")
    for link in links.order_by("crosswalk", "position"):
        forwards = link.source_id == control.pk
        other_id = link.crosswalk.target_id if forwards else link.crosswalk.source_id
        relation = Link.Relation(link.relation)
        label = (relation if forwards else _BACKWARDS.get(relation, relation)).label
        counterpart = Counterpart(link.target if forwards else link.source, str(label))
        direct[other_id].counterparts.append(counterpart)
    found = list(direct.values())
    others = Edition.objects.filter(release=edition.release_id, for_papers=True)
    for other in others.exclude(pk__in=[edition.pk, *direct]):
        numbers = mapped(edition, other).get(control.number, [])
        rows = Control.objects.filter(edition=other, number__in=numbers) if numbers else []
        label = str(Link.Relation.UNSPECIFIED.label)
        found.append(Elsewhere(other, [Counterpart(row, label) for row in rows], None))
    return sorted(found, key=lambda each: each.edition.position)
