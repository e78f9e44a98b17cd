import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { manifestOf } from '../support/model-files.js';

/** A file to upload, and the version that it is uploaded as. */
export interface HostileUpload {
  what: string;
  path: string;
  version: string;
}

interface Judged {
  status: string;
  checks: { name: string; passed: boolean; advisory: boolean }[];
}

const { url, uploads } = workerData as { url: string; uploads: HostileUpload[] };

async function judged(version: string): Promise<Judged> {
  const query = `{ modelVersion(version: "${version}") { status checks { name passed advisory } } }`;
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) }); // prettier-ignore
  return ((await answer.json()) as { data: { modelVersion: Judged } }).data.modelVersion;
}

/** On a thread of its own, so that who times feeds does not wait for what is sent here. */
for (const { what, path, version } of uploads) {
  const form = new FormData();
  form.append('manifest', new Blob([JSON.stringify(manifestOf(version))]), 'manifest.json');
  form.append('model', new Blob([await readFile(path)]), 'model.onnx');
  const { status } = await fetch(`${url}/models/intent/versions`, { method: 'POST', body: form });
  if (status !== 201) throw new Error(`${what}: ${status}`);
}
const verdicts: string[] = [];
for (const { what, version } of uploads) {
  let verdict = await judged(version);
  for (; verdict.status === 'VALIDATING'; verdict = await judged(version)) await sleep(500);
  const by = verdict.checks.filter(({ passed, advisory }) => !passed && !advisory).map(({ name }) => name);
  verdicts.push(`${what}: ${verdict.status} ${by.join(' ')}`);
}
parentPort!.postMessage(verdicts);
