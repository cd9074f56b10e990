from dataclasses import dataclass


@dataclass(frozen=True)
class BuildingThreshold:
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class LocalProfile:
    rules: tuple[str, ...] = ()
    max_length: int | None = None
    thresholds: tuple[BuildingThreshold, ...] = ()


def read_profiles():
    return ()


def select_profiles(p, codes, at):
    return ()
