const CORE = `
  Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization BitShift Cast CastLike Ceil Celu Clip Compress Concat Constant
  ConstantOfShape Conv Cos Cosh CumSum DepthToSpace DequantizeLinear Div Dropout Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather GatherElements
  GatherND Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GroupNormalization HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf
  IsNaN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization MatMul MatMulInteger Max MaxPool Mean MeanVarianceNormalization Min Mish
  Mod Mul Neg NonZero Not OneHot Or PRelu Pad Pow QLinearMatMul QuantizeLinear RNN Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax
  ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape ReverseSequence Round ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign Sin Sinh
  Size Slice Softmax Softplus Softsign Split Sqrt Squeeze Sub Sum Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Where Xor`;

const ML = `
  ArrayFeatureExtractor Binarizer FeatureVectorizer Imputer LinearClassifier LinearRegressor Normalizer Scaler TreeEnsembleClassifier TreeEnsembleRegressor`;

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/**
 * Operators that are taken, by domain: plain arithmetic on tensors, recurrent layers, trees. None runs a graph of its own (If, Loop, Scan, SequenceMap), draws
 * chance, works on text, or makes anything but tensors; what cannot be in a model cannot be wrong in the runtime.
 */
export const OPERATORS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['ai.onnx', words(CORE)],
  ['ai.onnx.ml', words(ML)],
]);

/** The name of a domain; the default one has two. */
export const domainOf = (domain: string): string => (domain === '' ? 'ai.onnx' : domain);
