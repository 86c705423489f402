"""What a name in a pickle means to us: interpreted, kept as data, hostile, or unknown."""

import codecs
from enum import Enum

from ganstudio.checkpoints.refusals import HostileStreamError
from ganstudio.core.foreign import ForeignName


class Standing(Enum):
    """How a name is treated; none of them ever looks the name up."""

    KNOWN = "known"
    INERT = "inert"
    HOSTILE = "hostile"
    UNKNOWN = "unknown"


STORAGES = {
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
    "UntypedStorage": "uint8",
    "TypedStorage": "uint8",
}

DTYPES = frozenset(
    {
        "float16",
        "float32",
        "float64",
        "bfloat16",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "bool",
        "complex64",
        "complex128",
        "half",
        "float",
        "double",
        "int",
        "long",
        "short",
        "float8_e4m3fn",
        "float8_e5m2",
    }
)

BUILTIN_DATA = frozenset(
    {
        "set",
        "frozenset",
        "complex",
        "slice",
        "range",
        "bytearray",
        "object",
        "list",
        "dict",
        "tuple",
        "int",
        "float",
        "str",
        "bool",
        "bytes",
    }
)

KNOWN = frozenset(
    {ForeignName("collections", name) for name in ("OrderedDict", "defaultdict", "Counter")}
    | {ForeignName("builtins", name) for name in BUILTIN_DATA}
    | {
        ForeignName("torch._utils", name)
        for name in (
            "_rebuild_tensor",
            "_rebuild_tensor_v2",
            "_rebuild_tensor_v3",
            "_rebuild_parameter",
            "_rebuild_parameter_with_state",
        )
    }
    | {ForeignName("torch", name) for name in (*STORAGES, *DTYPES, "Size", "device", "Tensor")}
    | {ForeignName("torch.cuda", name) for name in STORAGES}
    | {ForeignName("torch.storage", name) for name in ("_load_from_bytes", "TypedStorage", "UntypedStorage")}
    | {
        ForeignName("torch._tensor", "_rebuild_from_type_v2"),
        ForeignName("torch.nn.parameter", "Parameter"),
        ForeignName("torch_utils.persistence", "_reconstruct_persistent_obj"),
        ForeignName("dnnlib.util", "EasyDict"),
        ForeignName("dnnlib", "EasyDict"),
        ForeignName("argparse", "Namespace"),
        ForeignName("types", "SimpleNamespace"),
        ForeignName("numpy", "dtype"),
        ForeignName("numpy", "ndarray"),
        ForeignName("numpy.core.multiarray", "_reconstruct"),
        ForeignName("numpy.core.multiarray", "scalar"),
        ForeignName("numpy.core.numeric", "_frombuffer"),
        ForeignName("_codecs", "encode"),
        ForeignName("copyreg", "_reconstructor"),
        ForeignName("copyreg", "__newobj__"),
        ForeignName("dill._dill", "_load_type"),
        ForeignName("dill._dill", "_create_array"),
    }
)

RENAMED_MODULES = {
    "__builtin__": "builtins",
    "copy_reg": "copyreg",
    "dill.dill": "dill._dill",
    "numpy._core.multiarray": "numpy.core.multiarray",
    "numpy._core.numeric": "numpy.core.numeric",
}

RENAMED_BUILTINS = {"long": "int", "unicode": "str", "xrange": "range"}

INERT_PREFIXES = (
    "torch.nn.",
    "torch.optim.",
    "torch.distributions.",
    "timm.",
    "torchvision.",
    "pg_modules.",
    "models.",
    "model.",
    "training.",
    "networks.",
    "network.",
    "dnnlib.tflib.",
    "tfutil.",
    "collections.",
    "pathlib.",
    "datetime.",
    "decimal.",
    "fractions.",
    "uuid.",
    "numpy.random.",
    "omegaconf.",
    "munch.",
    "easydict.",
    "addict.",
    "__main__.",
    "stylegan2.",
    "op.",
    "basicsr.",
    "lightning.",
    "lightning_fabric.",
    "mmcv.",
    "mmengine.",
    "pytorch_lightning.",
    "yacs.",
)

INERT_NAMES = frozenset(
    {
        ForeignName("torch.serialization", "_get_layout"),
        ForeignName("torch._utils", "_rebuild_qtensor"),
        ForeignName("torch._utils", "_rebuild_sparse_tensor"),
        ForeignName("numpy", "float64"),
        ForeignName("numpy", "float32"),
        ForeignName("numpy", "int64"),
        ForeignName("numpy", "int32"),
        ForeignName("numpy", "bool_"),
        ForeignName("torch.torch_version", "TorchVersion"),
    }
)

HOSTILE_MODULES = frozenset(
    {
        "os",
        "posix",
        "nt",
        "ntpath",
        "posixpath",
        "subprocess",
        "builtins",
        "sys",
        "types",
        "marshal",
        "importlib",
        "pickle",
        "_pickle",
        "cloudpickle",
        "dill",
        "runpy",
        "code",
        "codeop",
        "ctypes",
        "_ctypes",
        "socket",
        "shutil",
        "pty",
        "commands",
        "popen2",
        "platform",
        "webbrowser",
        "operator",
        "_operator",
        "functools",
        "_functools",
        "itertools",
        "inspect",
        "gc",
        "imp",
        "pip",
        "ensurepip",
        "venv",
        "setuptools",
        "pkgutil",
        "zipimport",
        "timeit",
        "trace",
        "bdb",
        "pdb",
        "cProfile",
        "profile",
        "doctest",
        "unittest",
        "test",
        "asyncio",
        "multiprocessing",
        "_posixsubprocess",
        "signal",
        "threading",
        "_thread",
        "tempfile",
        "io",
        "_io",
        "codecs",
        "_codecs",
        "copyreg",
        "ssl",
        "urllib",
        "http",
        "ftplib",
        "smtplib",
        "telnetlib",
        "requests",
        "aiohttp",
        "httpx",
        "paramiko",
        "builtin",
        "ast",
        "compileall",
        "py_compile",
        "linecache",
        "logging",
        "lib2to3",
        "idlelib",
        "pydoc",
        "sqlite3",
        "numpy",
        "torch",
        "joblib",
        "IPython",
        "site",
        "sysconfig",
        "distutils",
        "resource",
        "fcntl",
        "mmap",
        "winreg",
        "_winapi",
        "msvcrt",
        "weakref",
        "string",
        "fileinput",
        "glob",
        "xmlrpc",
        "pandas",
        "tensorflow",
    }
)


def canonical(name: ForeignName) -> ForeignName:
    """The modern spelling of a name that older programs wrote differently."""
    module = RENAMED_MODULES.get(name.module, name.module)
    return ForeignName(module, RENAMED_BUILTINS.get(name.name, name.name) if module == "builtins" else name.name)


def standing(name: ForeignName) -> Standing:
    """Judge a canonical name."""
    if "." in name.name or not name.module or not name.name:
        return Standing.HOSTILE
    if name in KNOWN:
        return Standing.KNOWN
    if name in INERT_NAMES or f"{name.module}.".startswith(INERT_PREFIXES):
        return Standing.INERT
    if name.module.split(".", 1)[0] in HOSTILE_MODULES:
        return Standing.HOSTILE
    return Standing.UNKNOWN


def admitted(module: str, name: str) -> ForeignName:
    """Return the canonical name, or raise `HostileStreamError` where it can do harm.

    Unknown names are admitted: a class of somebody's own may lie in a part that nobody reads.
    """
    wanted = canonical(ForeignName(module, name))
    if standing(wanted) is Standing.HOSTILE:
        raise HostileStreamError(f"it asks to use “{printable(wanted)}”, which can run code or touch files")
    return wanted


def printable(name: ForeignName) -> str:
    """The name, cut to a readable length and without control characters."""
    text = codecs.unicode_escape_encode(str(name))[0].decode("ascii")
    return text if len(text) <= 120 else text[:117] + "..."
