"""How a question is worded: templates, the wanted form, and how many tokens a text may have.

Law of this folder: label text is data. It reaches a template as JSON, never as template source, and nothing here
knows HTTP, dialects, thresholds or answers.
"""

__all__: list[str] = []
