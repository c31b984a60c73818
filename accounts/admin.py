"""Django's admin, for system administrators: repairs, not daily work."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest

from .checked_texts import CheckedTexts
from .models import Invitation, Membership, Provider, User

# The admin's own form would know no limit of attempts: sign-in is the site's.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(Group)
if admin.site.is_registered(EmailAddress):
    admin.site.unregister(EmailAddress)


class UserForm(CheckedTexts, UserChangeForm):
    pass


class NewUserForm(CheckedTexts, AdminUserCreationForm):
    pass


class LookOnly:
    """What belongs to a provider is changed by its verbs alone, which leave an entry in its audit (監査記録)."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        return False


class MembershipInline(LookOnly, admin.TabularInline):
    model = Membership
    extra = 0


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    form = UserForm
    add_form = NewUserForm
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "password", "name"]}),
        ("権限", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("日時", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:  # noqa: ARG002
        """Whoever leaves is made inactive: what they decided and wrote keeps its author."""
        return False


@admin.register(Provider)
class ProviderAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["name", "slug", "created_at"]
    search_fields = ["name", "slug"]
    inlines = [MembershipInline]


@admin.register(Invitation)
class InvitationAdmin(LookOnly, admin.ModelAdmin):
    """To look at only: an invitation is made with its mail, and its token is known to the mail alone."""

    list_display = ["email", "provider", "role", "created_at", "expires_at", "accepted_at"]
    list_select_related = ["provider"]
    exclude = ["token_hash"]
