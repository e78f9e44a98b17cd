import { type Fault, refuseFaults, shown } from '../../core/errors.js';
import { parseInstant } from '../../core/events/instant.js';
import { type HourHeads } from '../../core/exposures/chain-heads.js';

const MOST_HOURS = 100_000;
const MOST_FAULTS = 20;
const DIGEST = /^[0-9a-f]{64}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A published hour as a line of JSON. */
export const headsLine = ({ hour, at, ...rest }: HourHeads): string =>
  `${JSON.stringify({ hour: new Date(hour).toISOString(), at: new Date(at).toISOString(), ...rest })}\n`;

/** Hours that somebody kept. @throws AppError that names every line that is none, up to 20 */
export async function readHeads(lines: AsyncIterable<string>): Promise<HourHeads[]> {
  const hours: HourHeads[] = [];
  const faults: Fault[] = [];
  let number = 0;
  for await (const text of lines) {
    number++;
    if (text.trim() === '') continue;
    const hour = readHour(text);
    if (hour) hours.push(hour);
    else
      faults.push({
        path: `line ${number}`,
        code: 'INVALID_INPUT',
        message: `line ${number} is ${shown(text)}; it must be a line of /evidence/heads`,
      });
    if (hours.length > MOST_HOURS) faults.push({ path: 'lines', code: 'TOO_MANY', message: `there are more than ${MOST_HOURS} hours` });
    if (faults.length >= MOST_FAULTS || hours.length > MOST_HOURS) break;
  }
  refuseFaults(faults);
  return hours;
}

function readHour(text: string): HourHeads | null {
  const value = parsed(text);
  if (!isRecord(value)) return null;
  const [hour, at] = [value.hour, value.at].map((instant) => (typeof instant === 'string' ? parseInstant(instant) : NaN));
  const { previous, digest, heads } = value;
  if (!(hour >= 0 && at >= 0 && isDigest(previous) && isDigest(digest) && Array.isArray(heads) && heads.every(isHead))) return null;
  return { hour, at, previous, digest, heads };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isDigest = (value: unknown): value is string => typeof value === 'string' && DIGEST.test(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

const isHead = (value: unknown): value is HourHeads['heads'][number] =>
  isRecord(value) &&
  (value.kind === 'events' || value.kind === 'exposures') &&
  typeof value.day === 'string' &&
  DAY.test(value.day) &&
  isCount(value.writer) &&
  isCount(value.seq) &&
  isDigest(value.hash);
