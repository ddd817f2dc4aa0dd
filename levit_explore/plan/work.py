"""The kinds of work that operations do. Conventions are tables of weights over them."""

from enum import StrEnum

from levit_explore.sizes import Size


class Work(StrEnum):
    """A kind of work, and what one unit of it is."""

    CONV = "conv"  # multiply-adds of a convolution
    LINEAR = "linear"  # multiply-adds of a linear layer
    QK = "qk"  # multiply-adds of queries times keys
    AV = "av"  # multiply-adds of attention times values
    SOFTMAX = "softmax"  # elements
    BATCHNORM_2D = "batchnorm_2d"  # elements of a feature map
    BATCHNORM_1D = "batchnorm_1d"  # elements of tokens or of the pooled features
    LAYERNORM = "layernorm"  # elements
    HARDSWISH = "hardswish"  # elements
    SILU = "silu"  # elements
    GELU = "gelu"  # elements
    RELU = "relu"  # elements
    CONV_BIAS = "conv_bias"  # output elements that a bias is added to
    LINEAR_BIAS = "linear_bias"  # output elements that a bias is added to
    ATTENTION_BIAS = "attention_bias"  # elements of q.k that a learned bias is added to
    SCALE = "scale"  # elements of q.k divided by the root of key_dim
    RESIDUAL = "residual"  # elements added to the branch's input
    POSITION = "position"  # elements that the position embedding is added to
    POOL = "pool"  # elements averaged
    AVERAGE = "average"  # elements of the two heads' average
    LINEAR_PARAMS = "linear_params"  # weights and biases of a linear layer, once however many tokens
    BATCHNORM_2D_PARAMS = "batchnorm_2d_params"  # weights and biases of a norm, once
    LAYERNORM_PARAMS = "layernorm_params"  # weights and biases of a norm, once


Facts = dict[Work, Size]
