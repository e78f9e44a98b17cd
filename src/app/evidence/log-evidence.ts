import { AppError } from '../../core/errors.js';
import { CanonicalBytes } from '../../core/exposures/canonical-bytes.js';
import { type ChainKind } from '../../core/exposures/chain.js';
import { type ChainHead, headsStart, type HeadsFault, hourFault, type HourHeads } from '../../core/exposures/chain-heads.js';
import { DAY_MS, HOUR_MS, utcDay } from '../../core/time.js';
import { type ChainHeads } from '../../ports/chain-heads.js';
import { type ExposureLog } from '../../ports/exposure-log.js';
import { type Ledger } from '../../ports/ledger.js';
import { type App, type RawInput } from '../app.js';
import { ParameterReader } from '../export-query.js';
import { headsLine, readHeads } from './head-lines.js';

export interface LogEvidencePorts {
  chainHeads: ChainHeads;
  ledger: Pick<Ledger, 'verify'>;
  exposureLog: Pick<ExposureLog, 'verify'>;
  /** After how many days entries go. */
  retentionDays?: number;
  clock: () => number;
}

/** A part of an answer: what was looked at, and the first thing wrong with it. */
type Verdict =
  | { log: ChainKind; day: string; heads: number; fault: { writer: number; seq: number; reason: string } | null }
  | { log: 'heads'; hour: string; fault: { reason: string } }
  | { done: true; days: number; hours: number; faults: number };

const KINDS: readonly ChainKind[] = ['exposures', 'events'];
const line = (verdict: Verdict): string => `${JSON.stringify(verdict)}\n`;

/** What lets an outsider hold the logs against what they once were. */
export function createLogEvidence(
  ports: LogEvidencePorts,
): Pick<App, 'evidenceHeads' | 'verifyLogs'> & { publishHeads: () => Promise<void> } {
  let underWay = false;
  return {
    async publishHeads() {
      const now = ports.clock();
      await ports.chainHeads.publish(Math.floor(now / HOUR_MS) * HOUR_MS - HOUR_MS, now);
    },
    evidenceHeads(parameters) {
      const range = readRange(parameters);
      return (async function* () {
        for await (const hours of ports.chainHeads.published(range)) for (const hour of hours) yield headsLine(hour);
      })();
    },
    async verifyLogs(parameters, lines) {
      const range = readRange(parameters);
      const kept = lines === null ? null : await readHeads(lines);
      return (async function* () {
        if (underWay) throw new AppError('CONFLICT', 'a verification is under way; ask again when it is done');
        underWay = true;
        try {
          yield* verify(range, kept, ports);
        } finally {
          underWay = false;
        }
      })();
    },
  };
}

function readRange(parameters: RawInput): { from: number; to: number } {
  const read = new ParameterReader(parameters, ['from', 'to']);
  const from = read.time('from', 0);
  const to = read.time('to', Date.UTC(9999, 0));
  if (from >= to) read.fault('from', 'from must be before to');
  read.refuseFaults();
  return { from, to };
}

/** First the heads, then every day of both logs with what was published of it, by this service or by whoever kept it. */
async function* verify(range: { from: number; to: number }, kept: HourHeads[] | null, ports: LogEvidencePorts): AsyncGenerator<string> {
  const { retentionDays = Infinity, clock } = ports;
  const headsOf = new Map<string, ChainHead[]>();
  const told: Verdict = { done: true, days: 0, hours: 0, faults: 0 };
  for await (const found of checkedHours(range, kept, ports.chainHeads)) {
    told.hours++;
    if (found.fault) {
      told.faults++;
      yield line({ log: 'heads', hour: new Date(found.fault.hour).toISOString(), fault: { reason: found.fault.reason } });
    }
    for (const head of found.hour.heads) {
      const key = `${head.kind} ${head.day}`;
      if (!headsOf.has(key)) headsOf.set(key, []);
      headsOf.get(key)!.push(head);
    }
  }
  for (const kind of KINDS) {
    const there = await ports.chainHeads.days(kind);
    // Days that retention has taken are gone with their chains; what was published of them speaks of nothing that is held.
    const firstKept = Number.isFinite(retentionDays) ? utcDay(clock() - retentionDays * DAY_MS) : '';
    const spoken = [...headsOf.keys()].filter((key) => key.startsWith(`${kind} `)).map((key) => key.slice(kind.length + 1));
    const days = new Set([...there, ...spoken.filter((day) => day >= firstKept)]);
    for (const day of [...days].sort().filter((day) => isWithin(day, range))) {
      const heads = there.includes(day) || day >= firstKept ? (headsOf.get(`${kind} ${day}`) ?? []) : [];
      const fault = await (kind === 'events' ? ports.ledger : ports.exposureLog).verify([day], heads);
      told.days++;
      if (fault) told.faults++;
      yield line({ log: kind, day, heads: heads.length, fault: fault && { writer: fault.writer, seq: fault.seq, reason: fault.reason } });
    }
  }
  yield line(told);
}

const isWithin = (day: string, { from, to }: { from: number; to: number }): boolean => {
  const start = Date.parse(day);
  return start + DAY_MS > from && start < to;
};

interface CheckedHour {
  hour: HourHeads;
  fault: HeadsFault | null;
}

/** Heads of chains of the range: what is published of a day lies in its hours and in those of the two days after. */
async function* checkedHours(
  range: { from: number; to: number },
  kept: HourHeads[] | null,
  chainHeads: ChainHeads,
): AsyncGenerator<CheckedHour> {
  const bytes = new CanonicalBytes();
  const from = Math.max(0, Math.floor(range.from / DAY_MS) * DAY_MS);
  const digestByHour = new Map(kept?.map(({ hour, digest }) => [hour, digest]));
  let before: string | null = from === 0 ? headsStart(bytes) : null;
  for await (const hours of chainHeads.published({ from, to: range.to + 3 * DAY_MS }))
    for (const hour of hours) {
      const was = digestByHour.get(hour.hour);
      digestByHour.delete(hour.hour);
      const changed =
        was !== undefined && was !== hour.digest ? { hour: hour.hour, reason: 'another digest was published of the hour' } : null;
      yield { hour, fault: hourFault(bytes, hour, before) ?? changed };
      before = hour.digest;
    }
  for (const hour of kept ?? []) {
    const fault = hourFault(bytes, hour, null);
    const gone =
      digestByHour.has(hour.hour) && hour.hour >= from ? { hour: hour.hour, reason: 'the hour is not published any more' } : null;
    yield { hour, fault: fault ?? gone };
  }
}
