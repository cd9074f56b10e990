"""Validating a file: its layer, the findings on it, and the holes that are not gaps."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from boundaries.layers.archives import MAX_BYTES
from boundaries.layers.layer_reader import read_layer
from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances, build_tolerances
from boundaries.rules.coverage.gaps import Hole
from boundaries.rules.layer_validation import validate_layer
from boundaries.validation.reference_layer import read_reference_layer
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.progress import Progress
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.settings import Settings


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file: see :func:`boundaries.layers.layer_reader.read_layer`.

    ``max_bytes`` is its largest size, unpacked.
    """

    planar: bool = False
    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    columns: Mapping[str, str] | None = None
    max_bytes: int = MAX_BYTES


@dataclass(frozen=True, slots=True)
class ValidationOptions:
    """The limits by which to validate a layer, and the level to validate (None: all levels).

    ``by_level`` are the limits of levels whose lines have an accuracy of their own.
    """

    tolerances: Tolerances = field(default_factory=Tolerances)
    by_level: Mapping[str, Tolerances] = field(default_factory=dict)
    level: str | None = None


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """A layer with its findings, the most severe first.

    ``holes`` are too wide to be treated as gaps. Remarks from reading the file that require no
    action are in ``remarks``, not among the findings.
    """

    layer: Layer
    levels: tuple[str | None, ...]
    tolerances: Tolerances
    findings: tuple[SpatialFinding, ...]
    holes: tuple[Hole, ...]
    remarks: tuple[SpatialFinding, ...]

    @property
    def is_blocking(self) -> bool:
        """Whether there are errors, which legal data must not have."""
        return any(finding.severity == "error" for finding in self.findings)


def build_validation_options(
    settings: Settings, level: str | None, gap_width: float | None, accuracy: float | None
) -> ValidationOptions:
    """The limits of the settings, with a gap width and an accuracy (RMSE) that replace theirs.

    Both are in metres; None leaves those of the settings.

    Raises:
        InvalidValue: A number that is no sensible limit.
    """

    def tolerances_of_level(own: str | None) -> Tolerances:
        tolerances = build_tolerances(own, accuracy, settings)
        return tolerances if gap_width is None else replace(tolerances, gap_width_m=gap_width)

    return ValidationOptions(
        tolerances_of_level(level), {own: tolerances_of_level(own) for own in UNIT_LEVELS}, level
    )


def parse_column_names(text: str | None) -> Mapping[str, str] | None:
    """``code=XZQDM,name=XZQMC`` as a mapping; None for None.

    Raises:
        InvalidValue: Another form.
    """
    if text is None:
        return None
    pairs = [part.partition("=") for part in text.split(",")]
    if not all(field.strip() and column.strip() for field, _, column in pairs):
        raise InvalidValue(message("validation.columns_syntax", text=text[:80]), field="columns")
    return {field.strip(): column.strip() for field, _, column in pairs}


def validate_file(
    path: Path, read_options: ReadOptions, options: ValidationOptions, progress: Progress
) -> ValidationReport:
    """Read a file and validate it; ``progress(done, total, what)`` is called at each step.

    Raises:
        Problem: The file as a whole cannot be validated; see
            :func:`boundaries.layers.layer_reader.read_layer`.
    """
    progress(0, 1, "read")
    layer = read_layer(
        path,
        layer=read_options.layer,
        crs=read_options.crs,
        encoding=read_options.encoding,
        planar=read_options.planar,
        columns=read_options.columns,
        max_bytes=read_options.max_bytes,
    )
    progress(1, 1, "read")
    result = validate_layer(
        layer,
        options.tolerances,
        lambda done, total, _: progress(done, total, "judge"),
        level=options.level,
        by_level=options.by_level,
        reference=None if layer.planar else read_reference_layer(),
    )
    remarks = [f for f in result.findings if f.severity == "info" and f.kind == "read"]
    return ValidationReport(
        layer,
        result.levels,
        options.tolerances,
        tuple(finding for finding in result.findings if finding not in remarks),
        result.holes,
        tuple(remarks),
    )
