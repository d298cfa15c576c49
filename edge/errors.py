"""All errors of the edge, grouped by what the reader does about them.

EdgeError
├ ConfigError        mend the configuration: exit 2, the last good one stays
├ SourceError        wait and retry with back-off; the camera's state says why
│ ├ Unreachable      no connection, refused, or wrong password
│ ├ Stalled          connected, but nothing arrives
│ └ Undecodable      no video stream, or an unknown codec
├ ModelRejected      keep the previous model; the site's others go on
├ ModelFailed        the picture counts as not looked at
├ NothingToLookFor   the camera's state says why nothing is analysed
├ StoreUnusable      mend the disk or the release: the box does not start without its stores
├ EvidenceError      report the file as lost; the event goes out without it
└ DeliveryError      keep the message and retry
"""


class EdgeError(Exception):
    """Something at the edge is wrong; the message names the thing, the place and the remedy."""


class ConfigError(EdgeError):
    """The configuration is wrong; the message lists every mistake with its file and field."""


class SourceError(EdgeError):
    """A camera gives no usable pictures."""


class Unreachable(SourceError):
    """A camera cannot be reached."""


class Stalled(SourceError):
    """A camera is connected, but nothing arrives."""


class Undecodable(SourceError):
    """What a camera sends cannot be decoded."""


class ModelRejected(EdgeError):
    """A model package cannot be used."""


class ModelFailed(EdgeError):
    """A model that runs failed on one picture."""


class NothingToLookFor(EdgeError):
    """No model runs for a camera, because none of its hazards can be looked for."""


class StoreUnusable(EdgeError):
    """A store of the box cannot be opened, and nothing in it is damaged."""


class EvidenceError(EdgeError):
    """A file of evidence could not be made or kept."""


class DeliveryError(EdgeError):
    """A message or a file could not be handed over."""
