import { growFloat64 } from './columns.js';
import { decodeGeohash, type Place } from './geohash.js';

/** Where items are, decoded once. Takes memory only where an item is anywhere at all: 16 bytes an item. */
export class ItemPlaces {
  /** [items * 2] latitude and longitude, NaN for an item without a place. */
  private degrees = new Float64Array(0);

  put(no: number, geohash: string | null): void {
    const place = geohash === null ? null : decodeGeohash(geohash);
    if (!place && no * 2 >= this.degrees.length) return;
    if (no * 2 >= this.degrees.length) {
      const before = this.degrees.length;
      this.degrees = growFloat64(this.degrees, Math.max(2048, (no + 1) * 2, before * 2)).fill(NaN, before);
    }
    this.degrees[no * 2] = place?.latitude ?? NaN;
    this.degrees[no * 2 + 1] = place?.longitude ?? NaN;
  }

  of(no: number): Place | null {
    const latitude = this.degrees[no * 2];
    return Number.isFinite(latitude) ? { latitude, longitude: this.degrees[no * 2 + 1] } : null;
  }
}
