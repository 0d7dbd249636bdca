"""Small mistakes that tests should notice: `<` for `<=`, `+` for `-`, a condition turned round, a check left out.

A mutation changes one node of the syntax tree. Nothing is changed in annotations, decorators, text or the messages of
errors, nor where types stand (`int | None`), nor the numbers of a module outside of functions, which are its settings.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift, ast.Break: ast.Continue, ast.Continue: ast.Break,
}  # fmt: skip
PAIRS = (("min", "max"), ("any", "all"), ("floor", "ceil"), ("minimum", "maximum"), ("argmin", "argmax"))
NAMES = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])}
PASSED_OVER = {"strict", "stacklevel"}  # arguments that say what cannot happen, or where a warning is shown

Field = tuple[ast.AST, str, int | None]  # a node, the name of its field, and the index where the field is a list


@dataclass(frozen=True, eq=False)
class Mutation:
    """One change of a module."""

    place: str  # the function or class: "Pattern.strokes"
    line: int
    before: str
    after: str
    number: int  # of the changes of this text in this place, from 1
    field: Field
    new: ast.AST

    @property
    def name(self) -> str:
        """What it is known by, wherever the function stands in its file."""
        number = f" #{self.number}" if self.number > 1 else ""
        return f"{self.place}: {self.before} -> {self.after}{number}"


def mutations(tree: ast.Module) -> list[Mutation]:
    """Every mutation of this module, in the order of its lines."""
    found: list[Mutation] = []
    seen: Counter[tuple[str, str, str]] = Counter()
    for place, field in _fields(tree, ""):
        old = _get(field)
        for new in _changed(old, bool(place)):
            before, after = _shown(field, old), _shown(field, new)
            seen[place, before, after] += 1
            number = seen[place, before, after]
            found.append(Mutation(place or "module", getattr(old, "lineno", 0), before, after, number, field, new))
    return sorted(found, key=lambda each: each.line)


def mutated(tree: ast.Module, mutation: Mutation) -> str:
    """The module with this mutation, as source without comments; the tree is left as it was."""
    old = _get(mutation.field)
    _set(mutation.field, mutation.new)
    try:
        return ast.unparse(tree)
    finally:
        _set(mutation.field, old)


def _fields(node: ast.AST, place: str) -> Iterator[tuple[str, Field]]:
    """Where each node that may be changed stands, and in which function or class."""
    if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Global):
        return
    names = [name for name in node._fields if name not in ("annotation", "returns", "decorator_list", "bases", "ops")]
    for name in names:
        value = getattr(node, name)
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _passed_over(child):
                continue
            inner = place
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{place}.{child.name}" if place else child.name
            yield inner, (node, name, index)
            if not isinstance(child, ast.Raise):
                yield from _fields(child, inner)


def _passed_over(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef):
        return any(_text(each) == "overload" for each in node.decorator_list)
    return isinstance(node, ast.keyword) and node.arg in PASSED_OVER


def _changed(node: ast.AST, in_function: bool) -> Iterator[ast.AST]:
    """The node with each change that makes sense for it."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in SWAPS:
            yield _with(node, ops=[SWAPS[type(op)]()])
        case ast.BinOp(op=ast.BitOr()) if not in_function:  # a union of types
            pass
        case ast.BinOp() | ast.BoolOp() | ast.AugAssign():
            if type(node.op) in SWAPS:
                yield _with(node, op=SWAPS[type(node.op)]())
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield node.operand
        case ast.Constant() if not in_function:  # a setting
            pass
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield ast.Constant(node.value + 1)
        case ast.Name(id=name) if name in NAMES:
            yield _with(node, id=NAMES[name])
        case ast.Attribute(attr=name) if name in NAMES:
            yield _with(node, attr=NAMES[name])
        case ast.If() | ast.IfExp() | ast.While() if isinstance(node.test, ast.Name | ast.Attribute | ast.Call):
            yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
        case ast.Raise() | ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.Break() | ast.Continue():
            yield SWAPS[type(node)]()


def _with(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _get(field: Field) -> ast.AST:
    node, name, index = field
    value = getattr(node, name)
    return value if index is None else value[index]


def _set(field: Field, new: ast.AST) -> None:
    node, name, index = field
    if index is None:
        setattr(node, name, new)
    else:
        getattr(node, name)[index] = new


def _shown(field: Field, node: ast.AST) -> str:
    """The code with this node in place; of a part of an expression, the expression it is in."""
    if not isinstance(field[0], ast.expr) or isinstance(field[0], ast.Attribute):
        return _text(node)
    old = _get(field)
    _set(field, node)
    try:
        return _text(field[0])
    finally:
        _set(field, old)


def _text(node: ast.AST) -> str:
    """The code of a node on one line; of a statement with a body, its first line."""
    return ast.unparse(node).split("\n")[0][:120]
