"""One section of the report, as the template takes it."""


def section(
    name, title, words, figure=None, caption="", alt="", detail=None, shown=None, notes=(), folded="The numbers as a table",
    printed=False,
):  # fmt: skip
    """A section for the template; None when there is neither a figure nor a table.

    ``folded`` names a table to unfold; ``printed`` puts it on paper though nobody has unfolded it.
    """
    if figure is None and not shown and not detail:
        return None
    return {
        "name": name, "title": title, "words": [text for text in words if text], "figure": figure, "caption": caption,
        "alt": alt, "detail": detail, "folded": folded, "printed": printed, "shown": [each for each in shown or [] if each], "notes": notes,
    }  # fmt: skip
