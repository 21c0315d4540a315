"""Short patterns that make a bad text when repeated: what a reader must get through in time linear in their number."""

from __future__ import annotations

__all__ = ["FEW", "PATTERNS", "repeated"]

PATTERNS = (
    # brackets, braces and what stands in them
    "[", "{", "(", "<", "]", "}", ")", "{}", "[]", "()", "{ {", "[\n", "}\n", "}]", "},", '{"a":', '{"a":[',
    '{"class":"', '{"class":["',
    '{"data":"', '{"data":{', '{"classes":[', '{"Baseball":[', '{"Baseball":{', '{"a":"b" "', '{\\"a\\":', '{""a"":',
    "{class:Baseball,start:1},",
    "{'class':'Baseball'},", '{"class":"Baseball","start":1,"end":2}', '{"class":"Baseball","start":1,"end":2,},',
    '{"start":1,"end":2},',
    '{"class":"Baseball","clips":[{"start":1,"end":2},', '["0:10","0:20"],', "[1,2],", "[1,", "1,", "1e9,", "NaN,",
    "null,", "Clip(",
    'Clip(class="Baseball", start=1, end=2)', "dict(", '"a":', '"a": 1,', '"a",', '"a"b', "// x\n", "/*", "*/",
    "/* */", "# x\n",
    # quotes and escapes
    '"', "'", "`", '"\n', '",\n', '": ', "', ", '"" ', "“", "”", "“a” ", "«", "「", "\\", '\\"', '\\\\"', "\\u", "\\n",
    "\\u0022", "a\\", '\\"}]}', '"}]}',
    'says "a" ', 'reads "', 'x: "',
    # lines
    "\n", "\n \n", "\r", "\r\n", "  ", "\t", "a\n", "- ", "* ", "- - ", "- a\n", "- a:\n", "a:\n", " a:\n", "a: b\n",
    "a: ", "class: Baseball\n", "Baseball\n",
    "- Baseball\n", "  - Baseball\n", "Baseball: 0:10-0:20\n", "- Baseball: 0:10\n", "classes:\n", "clips:\n",
    "# a\n", "**a", "**a**\n", "__", "~~", "~~a~~", "[x] ",
    "[ ] a\n", "✅ ", "❌ a\n", "1. ", "1. a\n", "(a) ", ">", "> a\n", ">>", "---\n", "x: {", "x: [", "x: [\n", "- {",
    "clips: [{start: 1, end: 2}]\n", "clips: [{start: 1,\n", "clips: [\n", "a => [", "Baseball: [1], ",
    "Baseball (1.0 - 2.0)\n", "a.....(",
    "Baseball: [", "Baseball: {", "```", "```\n", "```json\n{}\n",
    "Draft: {}\n", '{"a":1}Final: ', 'data: {"a":1}\n\n',
    # tables
    "|", "| ", "| a | b |\n", "| Baseball | 1 | 2 |\n", "|---|---|\n", "Baseball|", "a,b,c\n", "Baseball,1,2\n",
    "a;b;c\n", "a\tb\n", "a  b  c\n", '"a,', "+-", "│",
    # names and sentences
    "a", "A", "é", "e\u0301", "中", "の ", "a ", "A. ", ". ", "! ", "; ", ", ", "Baseball ", "Baseball, ", "Baseball (",
    "(Baseball) ", "Baseball - ", "Baseball. ",
    "Playing Basketball and ", "Baseball is seen at 0:10 and ", "Baseball from 5s to 9s. ", "No Baseball. ", "not ",
    "n't ", "no Baseball but ", "Truck: ",
    "and ", "or ", "to ", "the end ", "first ", "class=Baseball start=1 ", "a=b ", "a – ", "Base", "Play ing ",
    # times and confidences
    "0:10", "0:10 ", "0:10-0:20 ", "0:10-", "00:00:01,000 --> 00:00:02,000\n", "0:10 --> 0:20\nBaseball\n\n", "1:",
    "1.", "1 ", "9", "5s", "5s ", "1m ", "1h 1m 1s ", "between 1 and 2 ",
    "from 1 ", "87% ", "8/10 ", "high ", "high confidence ", "confidence: 80 ", "confidence ", "(1", "1st ", "1-",
    "1, ",
    # tags, entities, odd characters
    "<a>", "</a>", "<a", "<a/>", '<a b="', "<a b=c ", '<clip class="Baseball">', "<think>", "<br>", "<!--", "-->",
    "<!-- -->", "<td>a</td>", "<tr>", "<|a|>", "&", "&quot;",
    "&lt;", "&#34;", "\x1b[", "\x1b[0m", "\x00", "\u200b", "\ufeff", "\u3000", "\u00a0", "！", "：", "＂",
    "\ud800", "😀",
    # what later rules look for
    "Baseball until a at 0:10 ", "until a ", "95 for Baseball and ", "the first at 97% ", "8/10 for the first, ",
    "Q: Baseball? A: yes\n", "Baseball?\n", "#Baseball ", 'data: {"text": "a"}\n', "frames 1 to 2 at 30 fps ",
    "├── ", '{"a.0.b":1,"a.1.b":2,"a.2.b":3},', "%22", "%7B", "Baseball, not ", "not from 0:10 to 0:20 ",
    "disregard Baseball\n", "FOUND\n-----\n", "visual\n", "Baseball:\n  visual\n", "&ndash;", "class: >-\n  a\n",
    '["a"] = ', "array('a' => ", "Timestamp: 1s\nEvent: Baseball\n", "if you are looking for ",
    "Baseball (0:10 - 0:20):\n", "a (0:10 - 0:20):\n", "whether a: yes ", "it ends at 0:20. ", "It is at 0:10, and ",
    "**Not found.** Baseball\n", "in the conversation at 0:10, visual, ", "took a for ", "but it is ", "so no, ",
    "Baseball is shown. At 0:10 ", "Baseball 90%, ", "90 and 85, respectively, ", "a {\n", "a(b=1) ", "# a(b=1)\n",
    "report(class=Baseball)\n", "0:10 (visual, 80), ", "Baseball and Soccer at 0:10 and 0:20, respectively. ",
    "class: Baseball\n  a\n", "t=1s  Baseball  p=0.5\n", "Ã©", "the former at 0:10, the latter at 0:20, ",
    # marks
    ",", ";", ":", ".", "...", "?", "!", "-", "--", "*", "**", "_", "=", "=>", "→", "–", "#", "/", "~", "@", "%", "+",
)  # fmt: skip
"""Each was chosen because some rule of the reader begins at it, goes on over it, or ends with it."""

FEW = (
    "[", '{"a":', '{"class":"Baseball","start":1,"end":2,},', '"', '\\"', '{"data":"', "Baseball: 0:10-0:20\n",
    "- a:\n", "| a | b |\n", "a,b,c\n",
    "Baseball is seen at 0:10 and ", "<a>", "<a b=c ", "0:10-0:20 ", "&quot;", "a: ", "  ", "\n",
)  # fmt: skip
"""Of every kind one or two, for tests that must be quick."""


def repeated(pattern: str, length: int) -> str:
    """Return a pattern over and over, about `length` characters and always ending with a whole one."""
    return pattern * max(1, length // len(pattern))
