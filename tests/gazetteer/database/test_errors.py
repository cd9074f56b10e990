"""The texts of database faults: what happened and what to do, in every language."""

import pytest

from gazetteer.database.errors import DiskFull
from gazetteer.messages import LANGS, message
from gazetteer.messages.catalogue import load_catalogue

FAULTS = [
    id_
    for id_ in load_catalogue("zh").templates
    if id_.startswith("database.") and not id_.endswith(".remedy")
]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_a_remedy(lang: str, fault: str) -> None:
    assert load_catalogue(lang).find_template(f"{fault}.remedy")


def test_a_fault_says_what_happened_and_what_to_do() -> None:
    fault = DiskFull(message("database.disk_full", directory="/data"))
    assert fault.text("zh").splitlines()[0] == "/data 所在磁盘已满。"
    assert fault.text("zh").splitlines()[1].startswith("请在该磁盘上腾出至少 1 GB")
    assert str(fault) == fault.text("en")
