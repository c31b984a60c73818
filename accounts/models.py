"""Who may: people, the companies they work for, and their role there."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from .roles import Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """A user who signs in with ``email`` (kept in lower case); without a password nobody can sign in
        as them."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Addresses are kept in lower case, however somebody types theirs."""
        return self.get(email=(username or "").lower())

    def has_account(self, email: str) -> bool:
        return self.filter(email=email.lower()).exists()


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do is in their memberships; ``is_staff`` only opens Django's admin."""

    email = models.EmailField("メールアドレス", unique=True)
    name = models.CharField("氏名", max_length=100)
    is_staff = models.BooleanField("システム管理者", default=False)
    is_active = models.BooleanField("有効", default=True)
    date_joined = models.DateTimeField("登録日時", default=timezone.now, editable=False)
    mail_digest = models.BooleanField(
        "お知らせを1日1通にまとめる", default=False, help_text="選ばない場合は、お知らせのたびにメールが届きます。"
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "ユーザー"
        verbose_name_plural = "ユーザー"
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.name or self.email

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Called by ``clean``: forms keep addresses in lower case too."""
        return super().normalize_username(username).lower()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Provider(models.Model):
    """The company whose services the papers are about: the tenant. Its style fills phrases and covers."""

    slug = models.SlugField("識別名", max_length=50, unique=True)
    name = models.CharField("提供者名", max_length=200)
    self_reference = models.CharField(
        "自称",
        max_length=50,
        default="当社",
        help_text="文中での自社の呼び方です。例：当社、弊社",
    )
    customer_term = models.CharField(
        "顧客の呼称",
        max_length=50,
        default="お客様",
        help_text="文中での顧客の呼び方です。例：お客様、お客さま",
    )
    conjunction = models.CharField("「及び」の表記", max_length=10, default="及び", help_text="例：及び、および")
    address = models.CharField("所在地", max_length=300, blank=True)
    allow_self_approval = models.BooleanField(
        "本人による承認を認める",
        default=False,
        help_text="利用者が1人だけの提供者に限り、自分が書いた内容を自分で承認できます。記録には、本人による承認と残ります。",
    )
    created_at = models.DateTimeField("登録日時", auto_now_add=True)

    members: models.ManyToManyField = models.ManyToManyField(User, through="Membership", related_name="providers")

    class Meta:
        verbose_name = "提供者"
        verbose_name_plural = "提供者"
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField("役割", max_length=10, choices=Role.choices)
    created_at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta:
        verbose_name = "所属"
        verbose_name_plural = "所属"
        constraints = [
            models.UniqueConstraint(fields=["provider", "user"], name="one_membership_per_person_and_provider"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> "InvitationQuerySet":
        """Not accepted yet, expired ones included."""
        return self.filter(accepted_at=None)


class Invitation(models.Model):
    """Asks the owner of an address to join. Only the hash of the mailed token is kept."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="invitations")
    email = models.EmailField("メールアドレス")
    role = models.CharField("役割", max_length=10, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True, validators=[RegexValidator(r"^[0-9a-f]{64}$")])
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField("招待日時", auto_now_add=True)
    expires_at = models.DateTimeField("有効期限")
    accepted_at = models.DateTimeField("受諾日時", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "招待"
        verbose_name_plural = "招待"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "email"],
                condition=models.Q(accepted_at=None),
                name="one_open_invitation_per_address",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_is_known"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()
