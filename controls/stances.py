"""How a section answers a control (回答区分)."""

from django.db import models


class Stance(models.TextChoices):
    PROVIDED = "provided", "提供・実施している"
    PARTLY = "partly", "一部"
    OPTION = "option", "オプション"
    NOT_PROVIDED = "not_provided", "提供していない"
    CUSTOMER = "customer", "お客様の責任"
    UPSTREAM = "upstream", "基盤事業者による"
    NOT_APPLICABLE = "not_applicable", "対象外"
    SEE_SECTION = "see_section", "他の節を参照"
    SEE_DOCUMENT = "see_document", "文書を参照"
    ON_REQUEST = "on_request", "要問合せ"


# A section with one of these need not print the facts of its disclosure points: the stance says why.
EXPLAINING = frozenset(
    {
        Stance.NOT_PROVIDED,
        Stance.CUSTOMER,
        Stance.NOT_APPLICABLE,
        Stance.SEE_SECTION,
        Stance.SEE_DOCUMENT,
        Stance.ON_REQUEST,
    }
)
