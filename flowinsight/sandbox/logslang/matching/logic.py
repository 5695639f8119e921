"""Conditions joined by && and ||, with parentheses; && binds tighter (documented for JSON, reported for fields)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from flowinsight.sandbox.logslang.matching.cursor import Cursor

Leaf = TypeVar("Leaf")


class Tree(Generic[Leaf]):
    """A condition: `One`, `Every` or `Some`."""


@dataclass(frozen=True)
class One(Tree[Leaf]):
    """A single condition."""

    leaf: Leaf


@dataclass(frozen=True)
class Every(Tree[Leaf]):
    """Conditions joined by &&."""

    parts: tuple[Tree[Leaf], ...]


@dataclass(frozen=True)
class Some(Tree[Leaf]):
    """Conditions joined by ||."""

    parts: tuple[Tree[Leaf], ...]


def read_tree(cursor: Cursor, read_leaf: Callable[[Cursor], Leaf]) -> Tree[Leaf]:
    """Read `leaf || leaf && (leaf || leaf)`."""
    parts = [_read_every(cursor, read_leaf)]
    while cursor.take("||"):
        parts.append(_read_every(cursor, read_leaf))
    return parts[0] if len(parts) == 1 else Some(tuple(parts))


def _read_every(cursor: Cursor, read_leaf: Callable[[Cursor], Leaf]) -> Tree[Leaf]:
    parts = [_read_part(cursor, read_leaf)]
    while cursor.take("&&"):
        parts.append(_read_part(cursor, read_leaf))
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _read_part(cursor: Cursor, read_leaf: Callable[[Cursor], Leaf]) -> Tree[Leaf]:
    cursor.skip_space()
    if cursor.take("("):
        inside = read_tree(cursor, read_leaf)
        cursor.expect(")", "after the condition in parentheses")
        cursor.skip_space()
        return inside
    leaf = read_leaf(cursor)
    cursor.skip_space()
    return One(leaf)


def holds(tree: Tree[Leaf], leaf_holds: Callable[[Leaf], bool]) -> bool:
    match tree:
        case One(leaf=leaf):
            return leaf_holds(leaf)
        case Every(parts=parts):
            return all(holds(part, leaf_holds) for part in parts)
        case Some(parts=parts):
            return any(holds(part, leaf_holds) for part in parts)
    raise TypeError(tree)


def leaves(tree: Tree[Leaf]) -> list[Leaf]:
    match tree:
        case One(leaf=leaf):
            return [leaf]
        case Every(parts=parts) | Some(parts=parts):
            return [leaf for part in parts for leaf in leaves(part)]
    raise TypeError(tree)
