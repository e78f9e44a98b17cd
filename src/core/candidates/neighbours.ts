/** Neighbours of every item in rows one after the other; those of item `no` stand at `offsets[no]` to `offsets[no + 1]`, strongest first. */
export interface Neighbours {
  /** When the table was made, epoch ms. */
  builtAt: number;
  /** [items + 1] */
  offsets: Uint32Array;
  /** [offsets[items]] item numbers */
  items: Uint32Array;
  /** [offsets[items]] strength, 0..1 */
  weights: Float32Array;
}

export const noNeighbours = (): Neighbours => ({
  builtAt: 0,
  offsets: new Uint32Array(1),
  items: new Uint32Array(0),
  weights: new Float32Array(0),
});
