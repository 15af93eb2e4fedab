"""The files that a published enhancer is made of, in a package of others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sqase.runtime.provenance import digest_file


@dataclass(frozen=True)
class Wheel:
    """A package of others, of which files are used; its Python is never run.

    Attributes:
        package: its name on PyPI.
        files: path among the installed packages -> SHA-256, in hexadecimal.
    """

    package: str
    files: Mapping[str, str]

    @property
    def installed(self) -> bool:
        """Whether the package is there."""
        try:
            metadata.distribution(self.package)
        except metadata.PackageNotFoundError:
            return False
        return True

    @property
    def digest(self) -> str:
        """SHA-256 of the digests of all files."""
        return hashlib.sha256("".join(self.files.values()).encode()).hexdigest()

    def paths(self) -> list[Path]:
        """Where the files are, in the order of `files`.

        Raises:
            FileNotFoundError: the package, or a file in it, is not there.
            ValueError: a file has another digest.
        """
        advice = "Install it as tools/install.sh does, from tools/published.txt"
        if not self.installed:
            raise FileNotFoundError(
                f"expected the package {self.package}, got none installed. {advice}"
            )
        package = metadata.distribution(self.package)
        found = [Path(str(package.locate_file(name))) for name in self.files]
        for path, expected in zip(found, self.files.values()):
            if not path.is_file():
                raise FileNotFoundError(
                    f"{path}: expected it in the package {self.package}, found no such "
                    f"file. {advice}"
                )
            if (digest := digest_file(path)) != expected:
                raise ValueError(
                    f"{path}: expected a file with the SHA-256 {expected[:12]}..., got "
                    f"{digest[:12]}..., of another version of {self.package}. {advice}"
                )
        return found
