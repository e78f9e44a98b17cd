/** Days or weeks in which something happened: bit n of the words is the one n before `newest`. Older ones than there are bits are forgotten. */
export interface Window {
  /** Number of the newest; 0 for nothing yet. */
  newest: number;
  words: Uint32Array;
}

export const emptyWindow = (bits: number): Window => ({ newest: 0, words: new Uint32Array(bits / 32) });

/** Move what is in the words `by` places towards the past. */
function shift(words: Uint32Array, by: number): void {
  const whole = by >>> 5;
  const rest = by & 31;
  for (let i = words.length - 1; i >= 0; i--) {
    const from = i - whole;
    const high = from < 0 ? 0 : words[from] << rest;
    words[i] = high | (rest === 0 || from < 1 ? 0 : words[from - 1] >>> (32 - rest));
  }
}

/** Note that something happened in a day or week. The outcome is the same in whatever order they come. */
export function addToWindow(window: Window, place: number): void {
  const { words } = window;
  if (place > window.newest) {
    if (place - window.newest >= words.length * 32) words.fill(0);
    else shift(words, place - window.newest);
    window.newest = place;
  }
  const age = window.newest - place;
  if (age < words.length * 32) words[age >>> 5] |= 1 << (age & 31);
}

/** How long ago each was, seen from `today`, the newest first; none is below 0. */
export function agesOf({ newest, words }: Window, today: number): number[] {
  const ages: number[] = [];
  const since = Math.max(0, today - newest);
  for (let i = 0; i < words.length * 32; i++) if (words[i >>> 5] & (1 << (i & 31))) ages.push(since + i);
  return ages;
}
