import { type Client } from './client.js';
import { type Output } from './fault.js';
import { formatTable } from './table.js';

interface Profile {
  userId: string;
  lifecycle: string;
  segments: string[];
  authenticity: number;
  cocoon: { index: number; confidence: number };
  tags: { key: string; dimension: string; label: string | null; value: number; confidence: number; updatedAt: string }[];
  updatedAt: string | null;
}

const QUERY = `query ($id: ID!) {
  userProfile(userId: $id) {
    userId lifecycle segments authenticity updatedAt
    cocoon { index confidence }
    tags { key dimension label value confidence updatedAt }
  }
}`;

/** Print the profiles of users, one after the other. */
export async function printUsers(client: Client, ids: string[], output: Output): Promise<void> {
  for (const [at, id] of ids.entries()) {
    const { userProfile } = await client.query<{ userProfile: Profile }>(QUERY, { id });
    if (at > 0) output.out('');
    output.out(formatProfile(userProfile));
  }
}

function formatProfile({ userId, lifecycle, segments, authenticity, cocoon, tags, updatedAt }: Profile): string {
  const head = [
    `${userId}: ${lifecycle.toLowerCase()}, ${updatedAt === null ? 'never seen' : `last changed ${minutesOf(updatedAt)}`}`,
    `authenticity ${authenticity.toFixed(2)}, cocoon index ${cocoon.index.toFixed(2)} (confidence ${cocoon.confidence.toFixed(2)})`,
    ...(segments.length > 0 ? [`segments: ${segments.join(', ')}`] : []),
  ];
  if (tags.length === 0) return [...head, 'no tags'].join('\n');
  const table = formatTable(tags, [
    { title: 'dimension', cell: ({ dimension }) => dimension.toLowerCase() },
    { title: 'tag', cell: ({ key }) => key },
    { title: 'value', cell: ({ value }) => formatValue(value), right: true },
    { title: 'confidence', cell: ({ confidence }) => confidence.toFixed(2), right: true },
    { title: 'updated', cell: ({ updatedAt: at }) => minutesOf(at) },
  ]);
  return [...head, '', table].join('\n');
}

const minutesOf = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
const formatValue = (value: number): string => (Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(3));
