import { randomUUID } from 'node:crypto';
import { type Notices } from '../ports/notices.js';

/** How far this process may be behind what others served. */
const TELL_MS = 5_000;
/** Of a notice. */
const MOST_BYTES = 6_900;
/** What is more waits for the next time: at about four bytes an item these have seven thousand items. */
const MOST_NOTICES = 4;

export interface ServedElsewherePorts {
  notices: Notices;
  /** Another process served an item so many times. */
  onServed: (itemNo: number, times: number) => void;
  onError: (error: unknown, doing: string) => void;
  tellMs?: number;
}

/** Tells other processes how often this one served which item, since events tell them everything else that came of a page. */
export interface ServedElsewhere {
  note(placed: readonly { itemNo: number }[]): void;
  /** Tell what was noted; what cannot be told is kept for the next time. */
  tell(): Promise<void>;
  close(): void;
}

/** Item numbers in ascending order, each as its distance from the one before, in base 36; a count other than one behind a colon. */
function packed(counts: ReadonlyMap<number, number>): { text: string; rest: Map<number, number> } {
  const rest = new Map<number, number>();
  let [text, last] = ['', 0];
  for (const [itemNo, count] of [...counts].sort(([a], [b]) => a - b)) {
    const entry = `${(itemNo - last).toString(36)}${count === 1 ? '' : `:${count.toString(36)}`},`;
    if (text.length + entry.length > MOST_BYTES) rest.set(itemNo, count);
    else {
      text += entry;
      last = itemNo;
    }
  }
  return { text, rest };
}

function unpack(text: string, each: (itemNo: number, count: number) => void): void {
  let itemNo = 0;
  for (const entry of text.split(',')) {
    if (entry === '') continue;
    const [distance, count = '1'] = entry.split(':');
    itemNo += parseInt(distance, 36);
    each(itemNo, parseInt(count, 36));
  }
}

/** Counts of what is served go to and fro by notices every five seconds. A notice that is lost leaves a click rate a little too high, as a process that dies does. */
export function shareServed({ notices, onServed, onError, tellMs = TELL_MS }: ServedElsewherePorts): ServedElsewhere {
  const self = randomUUID();
  let counts = new Map<number, number>();
  const add = (itemNo: number, times: number): void => void counts.set(itemNo, (counts.get(itemNo) ?? 0) + times);

  notices.subscribe('served', (about) => {
    const [from, text] = about.split(' ');
    if (text !== undefined && from !== self) unpack(text, onServed);
  });
  const tell = async (): Promise<void> => {
    for (let n = 0; n < MOST_NOTICES && counts.size > 0; n++) {
      const telling = counts;
      const { text, rest } = packed(telling);
      counts = rest;
      try {
        await notices.publish('served', `${self} ${text}`);
      } catch (error) {
        for (const [itemNo, count] of telling) if (!rest.has(itemNo)) add(itemNo, count);
        throw error;
      }
    }
  };
  const timer = setInterval(() => void tell().catch((error: unknown) => onError(error, 'tell other processes what was served')), tellMs);
  timer.unref();
  return {
    note(placed) {
      for (const { itemNo } of placed) if (itemNo >= 0) add(itemNo, 1);
    },
    tell,
    close: () => clearInterval(timer),
  };
}
