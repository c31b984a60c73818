"""What the commands share: the paper that an id names."""

from django.core.management.base import CommandError

from whitepapers.models import Whitepaper


def paper_of(paper_id: int) -> Whitepaper:
    """Raises CommandError when there is none."""
    papers = Whitepaper.objects.select_related("service__provider", "edition__release", "second_edition")
    paper = papers.filter(pk=paper_id).first()
    if paper is None:
        raise CommandError(f"番号 {paper_id} のペーパーはありません。")
    return paper
