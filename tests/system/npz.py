"""Reads NumPy's archives of arrays (.npz: a zip of .npy files) without NumPy."""

import array
import ast
import pathlib
import struct
import zipfile

# NumPy's names of types, and those of the array module.
TYPES = {"f8": "d", "f4": "f", "i8": "q", "u8": "Q", "i4": "i", "u4": "I", "i2": "h", "u2": "H", "i1": "b",
         "u1": "B", "b1": "B"}


def read_array(raw):
    """(shape, flat values) of the bytes of an .npy file."""
    if raw[:6] != b"\x93NUMPY":
        raise ValueError("this is no .npy file")
    wide = raw[6] >= 2
    size = struct.unpack_from("<I" if wide else "<H", raw, 8)[0]
    begin = (12 if wide else 10) + size
    head = ast.literal_eval(raw[begin - size:begin].decode("latin-1"))
    kind = head["descr"]
    if kind[0] == ">" or kind[1:] not in TYPES:
        raise ValueError(f"arrays like this are not read: {head}")
    values = array.array(TYPES[kind[1:]])
    values.frombytes(raw[begin:])
    shape = head["shape"]
    if head["fortran_order"] and len(shape) == 2:  # column after column
        turned = array.array(values.typecode, bytes(len(raw) - begin))
        for column in range(shape[1]):
            turned[column::shape[1]] = values[column * shape[0]:(column + 1) * shape[0]]
        values = turned
    return shape, values


def read_npz(path):
    """{name: (shape, flat values)}"""
    with zipfile.ZipFile(path) as archive:
        return {pathlib.PurePath(name).stem: read_array(archive.read(name)) for name in archive.namelist()}


def write_csv(path, target):
    """The arrays X and y as a table with a header whose last column is y; returns the number of rows."""
    arrays = read_npz(path)
    (rows, columns), values = arrays["X"]
    labels = arrays["y"][1]
    with open(target, "w", encoding="ascii") as out:
        out.write(",".join(f"c{i}" for i in range(columns)) + ",y\n")
        for row in range(rows):
            cells = values[row * columns:(row + 1) * columns]
            out.write(",".join(map(repr, cells)) + f",{int(labels[row])}\n")
    return rows
