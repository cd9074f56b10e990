"""Small files of each kind, and reading them."""

from collections.abc import Callable
from pathlib import Path

from gazetteer.ingest import CodeIndex, LoadSeverity, StagedBatch, read_files
from gazetteer.messages import LANGS

DIVISIONS = """code,name,level,parent_code,in_mca_2023
440000,广东省,province,,1
440100,广州市,prefecture,440000,1
440106,天河区,county,440100,1
440106001,五山街道,township,440106,
440106001001,岳洲社区居委会,village,440106001,
"""
RECORDS = """code,name,level,parent_code,valid_from_year,valid_to_year
440000,广东省,province,,1981,
440100,广州市,prefecture,440000,1981,
440111,郊区,county,440100,1983,1987
440111,白云区,county,440100,1987,
"""
CHANGES = """old_code,old_name,level,old_parent_code,old_valid_from_year,change_year,approval_date,\
kind,new_code,new_name,document_no,document_title,source_url
440111,郊区,county,440100,1983,1987,1987-01-23,rename,440111,白云区,国函〔1987〕18号,国务院关于…的批复,
"""
TOPONYMS = """id,name,name_zh,lat,lon,country,county_code_pip,kind,source
a:1,Luojing,罗镜,22.54,111.44,CN,,populated place,GeoNames
"""
TOWNSHIPS = """year,old_code,old_name,reason_filled_down,new_code,new_name,document_filled_down
2021,440106101,东圃镇,撤镇设街道,440106001,五山街道,粤民函〔2021〕1号
"""


Write = Callable[..., Path]
"""Writes a text to a file: text, name, encoding."""


def read(kind: str, path: Path, **beside: Path) -> StagedBatch:
    return read_files(kind, {kind: path, **beside}, CodeIndex())


def rejections(batch: StagedBatch) -> list[tuple[str, int, str]]:
    assert all(f.message.text(lang) for f in batch.findings for lang in LANGS)
    return [(f.rule, f.line, f.field) for f in batch.findings if f.severity is LoadSeverity.REJECT]


def with_row(text: str, row: str) -> str:
    return f"{text}{row}\n"
