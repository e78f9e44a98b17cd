import { determinantal } from '../../core/diversification/determinantal.js';
import { MarginalRelevance } from '../../core/diversification/mmr.js';
import { slidingSpectrum } from '../../core/diversification/sliding-spectrum.js';
import { type SoftDiversity, type SoftInput } from '../../core/diversification/soft-diversity.js';
import { seededRandom } from '../../core/random.js';

/** CPU of one page: 50 of 500 candidates with vectors of 64 dimensions. */
export interface KernelTime {
  kernel: string;
  strength: number;
  medianMs: number;
  limitMs: number;
}

const CANDIDATES = 500;
const POSITIONS = 50;
const DIMENSIONS = 64;
const WINDOW = 10;
const ROUNDS = 60;
const STRENGTHS = [0.2, 0.5];
const KERNELS: { kernel: string; limitMs: number; make: (input: SoftInput) => SoftDiversity }[] = [
  {
    kernel: 'MMR',
    limitMs: 0.3,
    make: ({ relevance, strength, similarity, before }) => new MarginalRelevance(relevance, strength, similarity, before),
  },
  { kernel: 'DPP', limitMs: 0.6, make: determinantal },
  { kernel: 'SSD', limitMs: 0.6, make: (input) => slidingSpectrum(input, WINDOW) },
];

/** Rows of length 1 that lean to one of twenty directions, as vectors of items do. */
function rows(random: () => number): Float32Array {
  const vectors = new Float32Array(CANDIDATES * DIMENSIONS);
  for (let row = 0; row < CANDIDATES; row++) {
    const lean = Math.floor(random() * 20);
    let length = 0;
    for (let d = 0; d < DIMENSIONS; d++) {
      const value = random() - 0.5 + (d % 20 === lean ? 1.5 : 0);
      vectors[row * DIMENSIONS + d] = value;
      length += value * value;
    }
    for (let d = 0; d < DIMENSIONS; d++) vectors[row * DIMENSIONS + d] /= Math.sqrt(length);
  }
  return vectors;
}

function cosineOf(vectors: Float32Array): SoftInput['similarity'] {
  return (a, b) => {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let d = 0, x = a * DIMENSIONS, y = b * DIMENSIONS; d < DIMENSIONS; d += 4, x += 4, y += 4) {
      s0 += vectors[x] * vectors[y];
      s1 += vectors[x + 1] * vectors[y + 1];
      s2 += vectors[x + 2] * vectors[y + 2];
      s3 += vectors[x + 3] * vectors[y + 3];
    }
    return s0 + s1 + s2 + s3;
  };
}

/** As the slate chooses, but for the caps. */
function choose(soft: SoftDiversity): void {
  const isPlaced = new Uint8Array(CANDIDATES);
  for (let position = 0; position < POSITIONS; position++) {
    let [pick, highest] = [-1, -Infinity];
    for (let i = 0; i < CANDIDATES && soft.bound(i) > highest; i++) {
      if (isPlaced[i]) continue;
      const value = soft.value(i, highest);
      if (value > highest) [pick, highest] = [i, value];
    }
    isPlaced[pick] = 1;
    soft.place(pick);
  }
}

/** CPU of every way of variety, the median of many pages. */
export function measureKernels(): KernelTime[] {
  const random = seededRandom(3);
  const relevance = Float64Array.from({ length: CANDIDATES }, random).sort().reverse();
  const similarity = cosineOf(rows(random));
  return KERNELS.flatMap(({ kernel, limitMs, make }) =>
    STRENGTHS.map((strength) => {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const before = process.cpuUsage();
        choose(make({ relevance, strength, similarity, before: [] }));
        const { user, system } = process.cpuUsage(before);
        times.push((user + system) / 1000);
      }
      return { kernel, strength, limitMs, medianMs: times.sort((a, b) => a - b)[ROUNDS / 2] };
    }),
  );
}
