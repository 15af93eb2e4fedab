"""Small trained models that come with the package, each a folder with its card."""

from pathlib import Path

ASSESSOR = Path(__file__).parent / "assessor"
ENHANCER = Path(__file__).parent / "enhancer"
