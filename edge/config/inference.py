"""On what the box's models run, as far as the operator wants to say it."""

from enum import StrEnum

from pydantic import Field

from edge.config.setting import Setting


class Backend(StrEnum):
    """A runtime that runs models."""

    ONNXRUNTIME = "onnxruntime"
    OPENVINO = "openvino"
    CUDA = "cuda"
    TENSORRT = "tensorrt"


class Precision(StrEnum):
    """In what numbers a model computes. Every event and the box's state name it."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"
    INT8 = "int8"


class InferenceConfig(Setting):
    """What is not said here comes from `patrol edge tune`, or else is the careful choice."""

    backend: Backend | None = Field(
        default=None,
        description="Runtime of the models; as tuned if not said, else a GPU's where there is one",
    )
    precision: Precision | None = Field(
        default=None,
        description="Numbers the models compute in; as tuned if not said, else float32. "
        "int8 takes a model's released int8 file; a model without one stays float32",
    )
    workers: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Inference threads; as tuned if not said, else one per processor core",
    )
    fitted: bool = Field(
        default=True,
        description="Inputs of the pictures' own shape, as exact and faster; false: the models' "
        "squares with padding, as they were measured for their cards",
    )
