"""Tables of the vault. What a person said or sent stands here under that person's key."""

from django.db import models
from django.db.models import Q

from gridward.core.ids import new_id


class Secret(models.Model):
    """One text of one person, readable only with the person's key.

    subject_id: names the key; entry_id: the journal entry that commits to it; reference: what it
    belongs to (for instance report:<id>); lookup: keyed digest of a telephone number
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject_id = models.UUIDField()
    entry_id = models.UUIDField(null=True)
    reference = models.CharField(max_length=80, null=True)
    kind = models.CharField(max_length=40)
    ciphertext = models.BinaryField()
    lookup = models.CharField(max_length=32, null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_id"], name="secret_subject"),
            models.Index(
                fields=["entry_id"], name="secret_entry", condition=Q(entry_id__isnull=False)
            ),
            models.Index(
                fields=["reference"], name="secret_reference", condition=Q(reference__isnull=False)
            ),
            models.Index(
                fields=["lookup"], name="secret_lookup", condition=Q(lookup__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class File(models.Model):
    """One photo, film or voice note, made anew, encrypted under a key of its own, stored by the
    digest of that.

    media: photo, video or voice; seconds: how long a film or voice note plays
    key_id: names the file's own key; person_id: the subject whose erasure takes the file along
    digest, thumb_digest: names of the encrypted files on disk; empty once erased
    """

    class State(models.TextChoices):
        STAGED = "staged"
        LINKED = "linked"
        ERASED = "erased"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key_id = models.UUIDField()
    person_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.STAGED)
    staged_by = models.CharField(max_length=80)
    reference = models.CharField(max_length=80, null=True)
    digest = models.CharField(max_length=64, blank=True)
    thumb_digest = models.CharField(max_length=64, blank=True)
    bytes = models.IntegerField()
    width = models.IntegerField()
    height = models.IntegerField()
    media = models.CharField(max_length=10, default="photo")
    seconds = models.FloatField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["reference"], name="file_reference", condition=Q(reference__isnull=False)
            ),
            models.Index(
                fields=["person_id"], name="file_person", condition=Q(person_id__isnull=False)
            ),
            models.Index(
                fields=["expires_at"], name="file_expires", condition=Q(expires_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"file {self.id}"
