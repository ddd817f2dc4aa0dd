"""What stands in a drawing of a graph."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str | bytes) -> Element:
    """The root of an SVG document."""
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    return root


def groups(root: Element, kind: str) -> dict[str, Element]:
    """The drawn nodes, edges or clusters by id, each of which stands once."""
    found = [group for group in root.iter(f"{SVG}g") if group.get("class") == kind]
    assert len({group.attrib["id"] for group in found}) == len(found)
    return {group.attrib["id"]: group for group in found}


def title(part: Element) -> str:
    """What is shown where a pointer rests on a part."""
    return part.findtext(f"{SVG}title") or ""


def words(part: Element) -> list[str]:
    """The texts in a part, one for each font that it changes to."""
    return [text.text.strip() for text in part.iter(f"{SVG}text") if text.text]
