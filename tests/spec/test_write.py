"""YAML out: what is written reads back as the same spec."""

import dataclasses

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import load_spec, make_spec
from levit_explore.spec.fields import Published, Spec
from levit_explore.spec.load import bundled_names
from levit_explore.spec.parse import parse
from levit_explore.spec.reader import read_yaml
from levit_explore.spec.write import fields, to_yaml
from tests.strategies import specs


def read_back(spec: Spec) -> Spec:
    return parse(read_yaml(to_yaml(fields(spec)).encode(), "x"), "another name")


@given(specs())
def test_a_spec_reads_back_the_same(spec):
    assert read_back(spec) == spec


@pytest.mark.parametrize("name", bundled_names())
def test_a_bundled_spec_reads_back_the_same(name):
    assert read_back(load_spec(name)) == load_spec(name)


@given(st.text(max_size=200), st.text(), st.text())
def test_any_text_reads_back_the_same(name, source, note):
    spec = dataclasses.replace(load_spec("levit128s"), name=name, source=source, published=Published(source, note=note))
    assert read_back(spec) == spec


@given(st.builds(Published, st.just("x"), *[st.none() | st.floats(0, 100) | st.integers(0, 100)] * 5))
def test_any_published_numbers_read_back_the_same(published):
    spec = dataclasses.replace(load_spec("levit128s"), published=published)
    assert read_back(spec) == spec


@given(specs())
def test_fields_make_the_same_spec(spec):
    assert make_spec(fields(spec)) == spec


@given(specs())
def test_fields_are_plain_values(spec):
    assert yaml.safe_load(yaml.safe_dump(fields(spec))) == fields(spec)


def test_a_spec_is_written_in_full_with_a_line_a_stage():
    assert to_yaml(fields(load_spec("levit128s_a7"))) == (
        "name: levit128s_a7\n"
        "source: Graham et al., ICCV 2021, Table 5, A7 (no Hardswish on the attention output); not in levit.py\n"
        "image_size: [224, 224]\n"
        "in_channels: 3\n"
        "num_classes: 1000\n"
        "distillation: false\n"
        "drop_path: 0.0\n"
        "activation: hardswish\n"
        "attention_activation: none\n"
        "position: bias\n"
        "norm: batchnorm\n"
        "stem: {kind: convs, dims: [16, 32, 64, 128]}\n"
        "stages:\n"
        "  - {dim: 128, depth: 2, heads: 4, key_dim: 16, attn_ratio: 2, mlp_ratio: 2}\n"
        "  - {dim: 256, depth: 3, heads: 6, key_dim: 16, attn_ratio: 2, mlp_ratio: 2, "
        "downsample: {heads: 8, key_dim: 16, attn_ratio: 4, mlp_ratio: 2, stride: 2}}\n"
        "  - {dim: 384, depth: 4, heads: 8, key_dim: 16, attn_ratio: 2, mlp_ratio: 2, "
        "downsample: {heads: 16, key_dim: 16, attn_ratio: 4, mlp_ratio: 2, stride: 2}}\n"
        "published: {source: 'Graham et al., ICCV 2021, Table 5 (trained for 100 epochs)', "
        "params_m: 7.4, flops_m: 305, top1: 71.1}\n"
    )
