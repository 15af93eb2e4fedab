"""A Slurm of one machine for tests: its own state, ports and key, gone afterwards.

It takes the machine for a larger one than it is, so that any job fits.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

PATIENCE = 300  # seconds, for a machine that has other things to do
PROGRAMS = ("sbatch", "slurmctld", "slurmd", "munged")
CONFIGURATION = """
ClusterName=test
SlurmctldHost={name}(127.0.0.1)
SlurmctldPort={port}
SlurmdPort={node_port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={root}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={root}/state
SlurmdSpoolDir={root}/spool
SlurmctldPidFile={root}/slurmctld.pid
SlurmdPidFile={root}/slurmd.pid
SlurmctldLogFile={root}/slurmctld.log
SlurmdLogFile={root}/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0
NodeName={name} NodeAddr=127.0.0.1 CPUs=16 RealMemory=65536 State=UNKNOWN
PartitionName=main Nodes={name} Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Why there can be no Slurm here; empty if there can."""
    if os.getuid() != 0:
        return "starting a Slurm takes root"
    lacking = [name for name in PROGRAMS if not shutil.which(name)]
    return f"not installed: {', '.join(lacking)}" if lacking else ""


class Cluster:
    """A running Slurm; `environment` lets its programs find it."""

    def __init__(self, root: Path):
        self.root = root
        self.environment = os.environ | {"SLURM_CONF": str(root / "slurm.conf")}
        for folder in ("state", "spool"):
            (root / folder).mkdir(parents=True)
        key = root / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        (root / "slurm.conf").write_text(
            CONFIGURATION.format(
                root=root,
                name=socket.gethostname().partition(".")[0],
                port=_free_port(),
                node_port=_free_port(),
            )
        )
        munged = ["munged", "--foreground", "--force", f"--key-file={key}"]
        for name in ("socket", "pid", "log", "seed"):
            option = name if name == "socket" else f"{name}-file"
            munged.append(f"--{option}={root}/munge.{name}")
        self._processes = [self._start(*munged)]
        _wait(lambda: (root / "munge.socket").exists(), "munged")
        self._processes += [self._start("slurmctld", "-D"), self._start("slurmd", "-D")]
        _wait(lambda: "idle" in self.ask("sinfo", "--noheader"), "Slurm")

    def _start(self, *command: str) -> subprocess.Popen:
        with (self.root / "daemons.log").open("a") as log:
            return subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log
            )

    def ask(self, *command: str) -> str:
        """What one of Slurm's programs prints."""
        return subprocess.run(
            command,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        ).stdout

    def stop(self) -> None:
        self.ask("scancel", "--state=RUNNING")
        for process in reversed(self._processes):
            process.terminate()
            process.wait(timeout=PATIENCE)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _wait(condition, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"{what} does not answer"
        time.sleep(0.2)
