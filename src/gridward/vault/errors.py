"""Every way the vault refuses."""

from django.utils.translation import gettext_lazy as _

from gridward.core.errors import NotFound, Problem


class PhotoTooBig(Problem):
    code = "photo_too_big"
    status = 413
    text = _(
        "This photo is %(size)s MB; the limit is %(max)s MB. "
        "Choose another, or upload a screenshot of it."
    )


class PhotoTooLarge(Problem):
    code = "photo_too_many_pixels"
    status = 422
    text = _(
        "This photo has %(size)s million pixels; the limit is %(max)s. "
        "Choose a smaller one, or upload a screenshot of it."
    )


class PhotoEmpty(Problem):
    code = "photo_empty"
    status = 422
    text = _("This file is empty. Choose the photo again.")


class PhotoUnknown(Problem):
    code = "photo_unknown"
    status = 415
    text = _("This file is not a photo that can be shown. Send a JPEG, PNG, WebP or GIF.")


class PhotoHeic(Problem):
    code = "photo_heic"
    status = 415
    text = _(
        "This phone saves photos as HEIC, which cannot be shown here. "
        "Upload a screenshot of it, or set the camera to the most compatible format."
    )


class PhotoBroken(Problem):
    code = "photo_broken"
    status = 422
    text = _("This photo is damaged and cannot be opened. Take it again, or choose another.")


class PhotoBusy(Problem):
    code = "photo_busy"
    status = 503
    text = _("The photo could not be read just now. Please try again in a moment.")


class MediaTooBig(Problem):
    code = "media_too_big"
    status = 413
    text = _(
        "This video is %(size)s MB; the limit is %(max)s MB. "
        "Send a shorter one, or let the phone make it smaller."
    )


class VideoTooLong(Problem):
    code = "video_too_long"
    status = 422
    text = _("This video has %(n)s seconds; the limit is %(max)s. Cut it shorter, or send photos.")


class VoiceTooLong(Problem):
    code = "voice_too_long"
    status = 422
    text = _("This recording has %(n)s seconds; the limit is %(max)s. Say it in two, or write it.")


class VideoTooLarge(Problem):
    code = "video_too_many_pixels"
    status = 422
    text = _(
        "The picture of this video is too large (%(size)s million pixels). "
        "Record it in a smaller format, or send photos."
    )


class MediaNotTaken(Problem):
    code = "media_not_taken"
    status = 422
    text = _("No videos, or no recordings, are taken here. Send photos, or write it.")


class MediaUnknown(Problem):
    code = "media_unknown"
    status = 415
    text = _(
        "This file is no video or recording that can be played. "
        "Record it with the phone, or send MP4, MOV, WebM, M4A or MP3."
    )


class MediaBroken(Problem):
    code = "media_broken"
    status = 422
    text = _("This video or recording is damaged and cannot be played. Record it again.")


class MediaBusy(Problem):
    code = "media_busy"
    status = 503
    text = _("The video could not be read just now. Please try again in a moment.")


class PhotosOnly(Problem):
    code = "photos_only"
    status = 422
    text = _("Only photos can be added here.")


class FileGone(NotFound):
    code = "file_gone"
    text = _("This file is no longer there, or you may not see it. Upload it again if you have it.")


class BadPhone(Problem):
    code = "bad_phone"
    status = 422
    text = _("This does not look like a telephone number. Please check it.")


class SubjectUnknown(Problem):
    code = "subject_unknown"
    status = 404
    text = _("There is no key for this person: the data were erased, or never kept here.")


class KeysMissing(Problem):
    code = "keys_missing"
    status = 500
    text = _(
        "The master key %(file)s is missing or not the one the keyring was made with. "
        "Bring the keys back from their backup; without it nothing in the vault can be read."
    )


class FinderUnknown(Problem):
    code = "finder_unknown"
    status = 422
    text = _("Nothing here finds a person by “%(kind)s”.")


class GroundsUnfit(Problem):
    code = "grounds_unfit"
    status = 422
    text = _("The grounds are a short code such as request, retention or court; no sentence.")


class NobodyFound(NotFound):
    code = "nobody_found"
    text = _("Nobody was found by what you gave, or their data have been erased already.")
