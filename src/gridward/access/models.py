"""Tables of access. Rights are not stored: they follow from posts and the catalogue's roles."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from gridward.core.ids import new_id


class AccountManager(BaseUserManager["Account"]):
    """Loads an account together with its person: every page shows the name."""

    def get_queryset(self) -> models.QuerySet[Account]:
        return super().get_queryset().select_related("person")


class Account(AbstractBaseUser):
    """What somebody signs in with. login: the staff number, folded; phones are found by the vault.

    last_post: the post worked in at the last sign-in, so that the next one begins there.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField(
        "directory.Person", on_delete=models.PROTECT, related_name="account"
    )
    login = models.CharField(max_length=32, unique=True)
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    last_post = models.ForeignKey(
        "directory.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    # when somebody signed in is an entry of the journal
    last_login = None

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = AccountManager()

    class Meta:
        ordering = ["login"]


class Invitation(models.Model):
    """A code that lets its account choose a password, once, for a while. Only a hash is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invitations")
    code_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invitation_expires", condition=Q(expires_at__gt=F("made_at"))
            ),
            models.UniqueConstraint(
                name="invitation_open_once",
                fields=["account"],
                condition=Q(used_at__isnull=True) & Q(revoked_at__isnull=True),
            ),
        ]


class ApiToken(models.Model):
    """A personal token: speaks for one account in one post, with some of that post's rights."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    post = models.ForeignKey("directory.Post", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    token_hash = models.BinaryField(max_length=32, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                name="apitoken_expires", condition=Q(expires_at__gt=F("made_at"))
            ),
        ]


class SecondFactor(models.Model):
    """What an account shows beside its password: codes of an authenticator (TOTP, RFC 6238).

    secret: the vault's text that holds the shared secret, under the key `subject`; confirmed_at:
    set once a first code has proved that it works; last_step: the last period of 30 s for which a
    code was taken, so that none works twice.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="second_factor")
    subject = models.UUIDField()
    secret = models.UUIDField()
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)


class RecoveryCode(models.Model):
    """A code that stands for the authenticator once, when the telephone is lost. Only a hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="recoverycode_once_an_account", fields=["account", "code_hash"]
            ),
        ]


class SentOnce(models.Model):
    """What a program has sent under an id of its own, so that sending it again changes nothing.

    digest: of what was sent; result: the id of what came of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    client_id = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    result = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="sentonce_client_id", fields=["account", "client_id"]),
        ]
        indexes = [models.Index(fields=["made_at"], name="sentonce_made_at")]


class Tally(models.Model):
    """How often something happened in a window of time that opened with the first of them.

    key: a keyed digest of who and what, which nobody turns back into an address or a number;
    ends_ms: when the window closes, in milliseconds since 1970; the row is taken away after that.
    """

    key = models.CharField(primary_key=True, max_length=32)
    count = models.IntegerField()
    ends_ms = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["ends_ms"], name="tally_ends")]
