"""Writes a model as an ONNX graph of plain operators, with scaling, calibration and the funnel inside."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .model import Model, tensors_of_sequence
from .network import FUNNEL, MASKED, Shape

OPSET, IR_VERSION = 17, 8
LARGEST = 30.0


class Graph:
    """Collects nodes and constants; every operation gives the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: np.ndarray, dtype: type = np.float32) -> str:
        """The name under which a value is kept."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=dtype), name))
        return name

    def op(self, kind: str, *inputs: str, output: str | None = None, **attributes: object) -> str:
        """The name of an operation's result."""
        name = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def linear(self, x: str, weight: np.ndarray, bias: np.ndarray | None = None) -> str:
        """x weight + bias"""
        product = self.op("MatMul", x, self.constant(weight))
        return product if bias is None else self.op("Add", product, self.constant(bias))


def to_onnx(model: Model, metadata: dict[str, str]) -> onnx.ModelProto:
    """The model as a file: `dense` [N, F] and, for a sequence model, its tensors go in; `scores` [N, H] comes out."""
    shape, graph = model.shape, Graph()
    free, upward = _scaled(graph, model)
    raws = [_member(graph, shape, member, free, upward) for member in model.members]
    raw = raws[0] if len(raws) == 1 else graph.op("Mul", graph.op("Sum", *raws), graph.constant(np.float32(1 / len(raws))))
    _scores(graph, model, raw)
    inputs = [helper.make_tensor_value_info("dense", TensorProto.FLOAT, ["N", len(shape.features)])]
    inputs += [_sequence_input(name, shape) for name in tensors_of_sequence(shape)]
    outputs = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", len(shape.heads)])]
    made = helper.make_model(
        helper.make_graph(graph.nodes, "intent", inputs, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="imago-training",
    )
    made.ir_version = IR_VERSION
    helper.set_model_props(made, metadata)
    onnx.checker.check_model(made, full_check=True)
    return made


def _sequence_input(name: str, shape: Shape) -> onnx.ValueInfoProto:
    kind = TensorProto.FLOAT if name == "seq_gap" else TensorProto.INT64
    return helper.make_tensor_value_info(name, kind, ["N"] if name.startswith("cand_") else [1, shape.sequence])


def _scaled(graph: Graph, model: Model) -> tuple[str, str | None]:
    """Features drawn into their range and standardised: those that act either way, and those that act upwards after their sign."""
    scaling, free = model.scaling, model.shape.free
    low, high = graph.constant(scaling.low), graph.constant(scaling.high)
    drawn = graph.op("Min", graph.op("Max", "dense", low), high)
    x = graph.op("Div", graph.op("Sub", drawn, graph.constant(scaling.mean)), graph.constant(scaling.deviation))
    count = len(model.shape.features)
    if free == count:
        return x, None

    def columns(first: int, last: int) -> str:
        return graph.op("Gather", x, graph.constant(np.arange(first, last), np.int64), axis=1)

    return columns(0, free), graph.op("Mul", columns(free, count), graph.constant(np.asarray(model.shape.signs)))


def _member(graph: Graph, shape: Shape, params: dict[str, np.ndarray], free: str, upward: str | None) -> str:
    x = graph.op("Concat", free, *_attention(graph, shape, params), axis=1) if shape.sequence else free
    h = graph.op("Relu", graph.linear(x, params["w1"], params["b1"]))
    h = graph.op("Relu", graph.linear(h, params["w2"], params["b2"]))
    raw = graph.op("Add", graph.linear(h, params["w3"], params["b3"]), graph.linear(x, params["skip"]))
    if upward is None:
        return raw
    only_first = np.zeros((1, len(shape.heads)), np.float32)
    only_first[0, 0] = 1
    h = graph.op("Relu", graph.linear(upward, np.abs(params["m1"]), params["mb"]))
    return graph.op("Add", raw, graph.linear(h, np.abs(params["m2"]) @ only_first))


def _known(graph: Graph, ids: str, highest: int) -> str:
    """Ids beyond what training saw become 0."""
    limit, zero = graph.constant(np.int64(highest + 1), np.int64), graph.constant(np.int64(0), np.int64)
    return graph.op("Where", graph.op("Less", ids, limit), ids, zero)


def _embedded(graph: Graph, shape: Shape, params: dict[str, np.ndarray], prefix: str) -> str:
    parts = [graph.op("Gather", graph.constant(params[f"e_{n}"]), _ids(graph, f"{prefix}_{n}", shape.vocabularies[n])) for n in shape.embedded]
    return parts[0] if len(parts) == 1 else graph.op("Sum", *parts)


def _ids(graph: Graph, name: str, highest: int) -> str:
    """[K] or [N] known ids of an input."""
    ids = graph.op("Squeeze", name, graph.constant(np.array([0]), np.int64)) if name.startswith("seq_") else name
    return _known(graph, ids, highest)


def _attention(graph: Graph, shape: Shape, params: dict[str, np.ndarray]) -> list[str]:
    candidate = _embedded(graph, shape, params, "cand")
    types = graph.op("Gather", graph.constant(params["e_type"]), _ids(graph, "seq_type", shape.types))
    acts = graph.op("Add", _embedded(graph, shape, params, "seq"), types)
    likeness = graph.op("MatMul", candidate, graph.op("Transpose", acts, perm=[1, 0]))
    likeness = graph.op("Mul", likeness, graph.constant(np.float32(1 / np.sqrt(shape.width))))
    gap = graph.op("Mul", "seq_gap", graph.constant(-np.abs(params["fade"])))
    none = graph.op("Equal", "seq_type", graph.constant(np.int64(0), np.int64))
    mask = graph.op("Where", none, graph.constant(MASKED), graph.constant(np.float32(0)))
    weights = graph.op("Softmax", graph.op("Add", likeness, graph.op("Add", gap, mask)), axis=1)
    context = graph.op("MatMul", weights, acts)
    mean = graph.linear(graph.op("Mul", weights, likeness), np.ones((shape.sequence, 1), np.float32))
    return [context, graph.op("Mul", context, candidate), mean]


def _scores(graph: Graph, model: Model, raw: str) -> None:
    heads = model.shape.heads
    bounds = [graph.constant(np.float32(bound)) for bound in (-LARGEST, LARGEST)]
    logits = graph.op("Add", graph.op("Mul", raw, graph.constant(model.slope)), graph.constant(model.intercept))
    steps = graph.op("Sigmoid", graph.op("Clip", logits, *bounds))
    columns = {h: graph.op("Gather", steps, graph.constant(np.array([j]), np.int64), axis=1) for j, h in enumerate(heads)}
    chain = [head for head in FUNNEL if head in heads]
    for earlier, later in zip(chain, chain[1:]):
        columns[later] = graph.op("Mul", columns[earlier], columns[later])
    graph.op("Concat", *(columns[head] for head in heads), output="scores", axis=1)
