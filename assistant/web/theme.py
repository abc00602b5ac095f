"""Gradio's theme: quiet greys, one accent, and the fonts that the reader's system has."""

from __future__ import annotations

import gradio as gr

FONTS = [
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "sans-serif",
]
MONO = ["ui-monospace", "SFMono-Regular", "Consolas", "monospace"]


def build_theme() -> gr.themes.Base:
    """Named fonts only: Gradio's defaults would be fetched."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_sm,
        font=FONTS,
        font_mono=MONO,
    )
