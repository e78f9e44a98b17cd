const ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz';
const EARTH_KM = 6371.0088;

export interface Place {
  /** Degrees, north positive. */
  latitude: number;
  /** Degrees, east positive. */
  longitude: number;
}

/** The middle of a geohash cell, or null for text that is no geohash. */
export function decodeGeohash(geohash: string): Place | null {
  const ranges = { longitude: [-180, 180], latitude: [-90, 90] };
  let isLongitude = true;
  for (const letter of geohash.toLowerCase()) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    for (let bit = 16; bit >= 1; bit /= 2) {
      const range = isLongitude ? ranges.longitude : ranges.latitude;
      range[value & bit ? 0 : 1] = (range[0] + range[1]) / 2;
      isLongitude = !isLongitude;
    }
  }
  if (geohash === '') return null;
  return { latitude: (ranges.latitude[0] + ranges.latitude[1]) / 2, longitude: (ranges.longitude[0] + ranges.longitude[1]) / 2 };
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Kilometres between two places along the surface of a sphere (haversine), 0 or more. */
export function distanceKm(a: Place, b: Place): number {
  const north = Math.sin(radians(b.latitude - a.latitude) / 2);
  const east = Math.sin(radians(b.longitude - a.longitude) / 2);
  const chord = north * north + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * east * east;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}
