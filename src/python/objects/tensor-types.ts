/** What are the types and devices of PyTorch called? By the numbers it has for them, which never change: new ones come last. */

export interface TensorElement {
  readonly name: string;
  /** That one takes in memory. */
  readonly bits: number;
}

const element = (bits: number, ...names: string[]): TensorElement[] => names.map((name) => ({ name, bits }));

/** https://github.com/pytorch/pytorch/blob/v2.8.0/c10/core/ScalarType.h (AT_FORALL_SCALAR_TYPES_WITH_COMPLEX_AND_QINTS) */
export const ELEMENTS: readonly TensorElement[] = [
  ...element(8, 'uint8', 'int8'),
  ...element(16, 'int16'),
  ...element(32, 'int32'),
  ...element(64, 'int64'),
  ...element(16, 'float16'),
  ...element(32, 'float32'),
  ...element(64, 'float64'),
  ...element(32, 'complex32'),
  ...element(64, 'complex64'),
  ...element(128, 'complex128'),
  ...element(8, 'bool', 'qint8', 'quint8'),
  ...element(32, 'qint32'),
  ...element(16, 'bfloat16'),
  ...element(4, 'quint4x2'),
  ...element(2, 'quint2x4'),
  ...element(8, 'bits1x8', 'bits2x4', 'bits4x2', 'bits8'),
  ...element(16, 'bits16'),
  ...element(8, 'float8_e5m2', 'float8_e4m3fn', 'float8_e5m2fnuz', 'float8_e4m3fnuz'),
  ...element(16, 'uint16'),
  ...element(32, 'uint32'),
  ...element(64, 'uint64'),
  ...element(8, 'uint1', 'uint2', 'uint3', 'uint4', 'uint5', 'uint6', 'uint7'),
  ...element(8, 'int1', 'int2', 'int3', 'int4', 'int5', 'int6', 'int7'),
  ...element(8, 'float8_e8m0fnu', 'float4_e2m1fn_x2'),
  ...element(32, 'bcomplex32'),
];

/** The last one's name is its maker's to choose. https://github.com/pytorch/pytorch/blob/v2.4.0/c10/core/DeviceType.cpp (DeviceTypeName) */
export const DEVICES: readonly string[] = [
  'cpu',
  'cuda',
  'mkldnn',
  'opengl',
  'opencl',
  'ideep',
  'hip',
  'fpga',
  'maia',
  'xla',
  'vulkan',
  'metal',
  'xpu',
  'mps',
  'meta',
  'hpu',
  've',
  'lazy',
  'ipu',
  'mtia',
];
