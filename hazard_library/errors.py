"""All errors of the hazard library, grouped by what the reader does about them.

LibraryError
├ CatalogueError      a hazard, label or legal file is wrong: mend the file (path:line)
├ ContractError       a message cannot be accepted
│ ├ MalformedMessage  it does not match its schema
│ └ UnknownMajor      its major version is not spoken here
├ SampleError         a sample or the library's folder cannot be used: name, state or file
├ ProofError          evidence cannot be shown to be what a box captured
├ DatasetError        training data is missing or wrong
├ TrainingError       a model could not be trained or exported
└ RegistryError       a model package cannot be used: the previous one stays
  ├ PackageNotFound   no package of that name lies under the models folder
  ├ CardInvalid       card.yaml does not match its schema
  ├ HashMismatch      a file's SHA-256 is not the one on the card
  └ SignatureRefused  it is not signed by a key that is trusted here, or a key cannot be used
"""


class LibraryError(Exception):
    """Something in the hazard library is wrong; the message names the place and the remedy."""


class CatalogueError(LibraryError):
    """A hazard, label or legal file is wrong."""


class ContractError(LibraryError):
    """A message cannot be accepted."""


class MalformedMessage(ContractError):
    """A message does not match its schema."""


class UnknownMajor(ContractError):
    """A message's major version is not spoken here."""


class SampleError(LibraryError):
    """A sample, or the folder of the sample library, cannot be used as asked."""


class ProofError(LibraryError):
    """Evidence cannot be shown to be what a box captured."""


class DatasetError(LibraryError):
    """Training data is missing or wrong."""


class TrainingError(LibraryError):
    """A model could not be trained or exported."""


class RegistryError(LibraryError):
    """A model package cannot be used."""


class PackageNotFound(RegistryError):
    """No package of that name lies under the models folder."""


class CardInvalid(RegistryError):
    """A package's card.yaml does not match its schema."""


class HashMismatch(RegistryError):
    """A file's SHA-256 is not the one on its card."""


class SignatureRefused(RegistryError):
    """A package is not signed by a trusted key, or a key cannot be used."""
