"""The settings of the program; ``defaults.env`` explains each and has its default."""

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULTS = Path(__file__).with_name("defaults.env")


class Settings(BaseSettings):
    """Settings from the environment (prefix ``GAZETTEER_``), else from ``defaults.env``."""

    model_config = SettingsConfigDict(
        env_prefix="GAZETTEER_", env_file=DEFAULTS, env_file_encoding="utf-8", frozen=True
    )

    home: Path
    database_url: str
    replica_url: str
    host: str
    port: int = Field(ge=1, le=65535)
    processes: int = Field(ge=0)
    threads: int = Field(ge=1)
    rate_limit: str
    account_rate_limit: str
    login_rate_limit: str
    job_rate_limit: str
    validate_rate_limit: str
    export_rate_limit: str
    csv_limit_mb: float = Field(gt=0)
    upload_limit_mb: float = Field(gt=0)
    files_dir: str
    file_limit_mb: float = Field(gt=0)
    body_limit_mb: float = Field(gt=0)
    jobs_dir: str
    job_days: float = Field(gt=0)
    worker_processes: int = Field(ge=0)
    soon_jobs: int = Field(ge=1)
    dask_scheduler: str
    tls_cert: str
    tls_key: str
    trusted_proxies: int = Field(ge=0)
    session_days: int = Field(ge=1)
    session_idle_minutes: int = Field(ge=1)
    map_review_no: str
    readings_file: str
    naming_profiles_file: str
    near_boundary_m: float = Field(ge=0)
    home_division: str = Field(pattern=r"^\d{6}$")
    rule_overlap_m: float = Field(ge=0)
    rule_gap_width_m: float = Field(ge=0)
    rule_vertex_m: float = Field(ge=0)
    rule_spike_deg: float = Field(ge=0, le=180)
    rule_spike_leg_m: float = Field(ge=0)
    rule_part_m2: float = Field(ge=0)
    rule_gore_depth: float = Field(ge=0)
    rule_area_share: float = Field(ge=0)
    rule_accuracy_m: dict[str, float]
    export_limit_mb: float = Field(gt=0)
    export_cache_mb: float = Field(ge=0)
    validate_limit_mb: float = Field(gt=0)
    validate_seconds: float = Field(gt=0)
    validate_memory_mb: int = Field(ge=512)

    @property
    def files_directory(self) -> Path:
        """The directory of stored files."""
        return Path(self.files_dir) if self.files_dir else self.home / "files"

    @property
    def exports_directory(self) -> Path:
        """The directory of exported files that are kept for a while."""
        return self.home / "exports"

    @property
    def index_directory(self) -> Path:
        """The directory of the index of names, which all processes map."""
        return self.home / "index"

    @property
    def jobs_directory(self) -> Path:
        """The directory of the files of jobs."""
        return Path(self.jobs_dir) if self.jobs_dir else self.home / "jobs"


@cache
def get_settings() -> Settings:
    """The settings of this process; loaded once."""
    return Settings()  # type: ignore[call-arg]
