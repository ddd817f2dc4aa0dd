"""A graph as an SVG document that can stand in any page: titled, on a background of its own, light or dark."""

from hashlib import sha256
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from levit_explore.analysis.graph import Graph
from levit_explore.errors import LevitError
from levit_explore.render.graphs.colors import DARK_LINES, DARK_PAPER, DARK_WORDS, PAPER, Color
from levit_explore.render.graphs.direction import Direction
from levit_explore.render.graphs.dot import source
from levit_explore.render.graphs.engine import Drawn, draw
from levit_explore.render.graphs.looks import Look, look
from levit_explore.render.sheet import text

_SVG = "http://www.w3.org/2000/svg"
_PIXELS = 4 / 3  # a point, in pixels of 1/96 inch
_CLASS = "levit-graph"  # of the document, so that its style stays in it


def svg(graph: Graph, color: Color = Color.ROLE, direction: Direction = Direction.TB) -> str:
    """A graph as an SVG document; every part has its path as id and says in a title what it is and costs."""
    return painted(graph, look(graph, color), direction).content.decode()


def painted(graph: Graph, look: Look, direction: Direction = Direction.TB) -> Drawn:
    """A graph painted as `look` says, as an SVG document in UTF-8, and what drew it."""
    drawn = draw(source(graph, look, direction), "svg")
    words = f"{'. '.join(look.notes)}. {len(graph.boxes)} boxes, {len(graph.edges)} edges."
    root = _cleaned(_tree(drawn))
    _introduce(root, text(look.title), words)
    return Drawn(ElementTree.tostring(root, encoding="unicode").encode() + b"\n", drawn.engine)


def _tree(drawn: Drawn) -> Element:
    """What Graphviz drew. Raises LevitError for what is no whole SVG."""
    try:
        root = ElementTree.fromstring(drawn.content)
        if {"width", "height", "viewBox"} <= root.attrib.keys():
            return root
    except ElementTree.ParseError as error:
        raise LevitError(f"{drawn.engine}: gave an SVG that cannot be read ({error})") from None
    raise LevitError(f"{drawn.engine}: gave an SVG without width, height and viewBox")


def _cleaned(root: Element) -> Element:
    """What Graphviz drew, without namespaces on every name, and each tooltip as the title of its part."""
    for part in root.iter():
        part.tag = part.tag.rpartition("}")[2]
    for part in list(root.iter("g")):
        _entitle(part)
    height, width = (float(root.attrib[side].removesuffix("pt")) * _PIXELS for side in ("height", "width"))
    root.attrib |= {"xmlns": _SVG, "width": f"{width:.0f}", "height": f"{height:.0f}", "class": _CLASS, "role": "img"}
    return root


def _entitle(part: Element) -> None:
    """Puts what a link with nothing but a tooltip holds in place of that link, and the tooltip into the title."""
    for group in [child for child in part if child.tag == "g" and child.get("id", "").startswith("a_")]:
        (link,) = group
        (words,) = (value for name, value in link.attrib.items() if name.endswith("}title"))
        for title in part.iter("title"):
            title.text = words
            break
        place = list(part).index(group)
        part.remove(group)
        for offset, shape in enumerate(link):
            part.insert(place + offset, shape)


def _introduce(root: Element, title: str, words: str) -> None:
    """Names the document for those who cannot see it, and adds its style and its background."""
    mark = sha256(ElementTree.tostring(root)).hexdigest()[:8]  # ids that no other graph in a page has
    named = [_element("title", title, f"title-{mark}"), _element("desc", words, f"desc-{mark}")]
    root.set("aria-labelledby", " ".join(element.attrib["id"] for element in named))
    sides = {"x": "-1%", "y": "-1%", "width": "102%", "height": "102%"}  # over the edges, which stand between pixels
    paper = Element("rect", {"class": "paper", **sides, "fill": PAPER})
    for place, element in enumerate([*named, _element("style", _style()), paper]):
        root.insert(place, element)


def _element(tag: str, words: str, name: str | None = None) -> Element:
    element = Element(tag, {"id": name} if name else {})
    element.text = words
    return element


def _style() -> str:
    """In the dark a dark background, with lighter lines and words wherever they stand on it."""
    rules = [f".{_CLASS} .paper{{fill:{DARK_PAPER}}}"]
    rules += [f'.{_CLASS} text[fill="{light}"]{{fill:{dark}}}' for light, dark in DARK_WORDS.items()]
    rules += [f'.{_CLASS} [stroke="{light}"]{{stroke:{dark}}}' for light, dark in DARK_LINES.items()]
    rules += [f'.{_CLASS} .edge [fill="{light}"]{{fill:{dark}}}' for light, dark in DARK_LINES.items()]
    alone = f".{_CLASS}:root{{color-scheme:light dark}}"
    return f"{alone}@media (prefers-color-scheme:dark){{{''.join(rules)}}}"
