"""A small collection in two languages, built once a module with the real model in a real store."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.settings import Settings
from store.chroma import open_store
from store.embedding import build_embedding
from store.ingest import ingest

HARBOUR = """---
title: Selby harbour to 2030
organisation: Selby Port
year: 2024
---
# Selby harbour to 2030

## Terminals and trade

The port will invest CNY 500 billion in new container terminals by 2030. In 2022 the harbour
handled 4.1 million containers. In 2023 the harbour handled 4.6 million containers, more than ever
before. Nearly 23 percent of them were moved by electric cranes.

## What we recommend

We recommend that the city build a second rail line to the docks. Ships should be given cheaper
shore power, so that they can switch off their diesel engines at the quay.
"""
RAILWAY = """---
title: 云岭铁路发展报告
organisation: 云岭铁路
year: 2023
---
# 云岭铁路发展报告

## 建设与运营

高速铁路建设总投资达到3200亿元。2022年铁路旅客发送量为1.2亿人次。2023年铁路旅客发送量为1.5亿人次，创历史新高。全线共有隧道86座。

## 建议

我们建议市政府为货运列车设立专用编组站。
"""
SOLAR = """---
title: Sunlight on every roof
organisation: Helio Grid
year: 2022
---
# Sunlight on every roof

Helio Grid employed 6,200 people at the end of the year. The solar panels of the company produced
18 TWh of electricity, which is 7 percent of what the province consumed.

We recommend that every new school roof carry solar panels. The founder of Helio Grid is the
engineer Maria Tanaka.
"""
WATER = """---
title: 清源水务年度报告
organisation: 清源水务
year: 2024
---
# 清源水务年度报告

公司全年处理污水8.4亿吨，再生水利用率为35%。全市自来水管网漏损率下降到9%。

我们建议工业园区优先使用再生水。
"""
FOLDER = {
    "en/harbour.md": HARBOUR,
    "en/solar.md": SOLAR,
    "zh/railway.md": RAILWAY,
    "zh/water.md": WATER,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents as files."""
    folder = tmp_path_factory.mktemp("files") / "docs"
    for name, text in FOLDER.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def settings(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Of a store that holds the folder."""
    settings = Settings(data=tmp_path_factory.mktemp("data"), llm="offline", _env_file=None)
    embedding = build_embedding(settings.embedding)
    with open_store(settings.data, embedding) as store:
        report = ingest(store.collection("default", create=True), embedding, [folder])
        assert (report.new, report.failed) == (len(FOLDER), ())
    return settings
