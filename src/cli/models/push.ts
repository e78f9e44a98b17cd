import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client } from '../client.js';
import { CommandError, type Output } from '../fault.js';

interface Check {
  name: string;
  passed: boolean;
  advisory: boolean;
  detail: string;
}
interface Version {
  status: string;
  checks: Check[];
}
interface Uploaded {
  name: string;
  version: string;
  sha256: string;
}

const QUERY = `query ($name: String!, $version: String!) {
  modelVersion(name: $name, version: $version) { status checks { name passed advisory detail } }
}`;
const POLL_MS = 300;
/** The gate takes one version after the other, a minute and a half each at most. */
const PATIENCE_MS = 15 * 60_000;
const NAME_WIDTH = 14;

/**
 * Send a model version and tell what the gate finds, check by check as it comes in.
 *
 * @param paths a folder with one .onnx file and its manifest, or the two files
 * @returns     the exit code: 0 where the version is READY, 1 where it is not
 */
export async function pushModel(client: Client, paths: readonly string[], output: Output): Promise<number> {
  const { manifestPath, modelPath } = await filesOf(paths);
  const [manifest, model] = await Promise.all([readFile(manifestPath, 'utf8'), readFile(modelPath)]);
  const form = new FormData();
  form.append('manifest', new Blob([manifest], { type: 'application/json' }), 'manifest.json');
  form.append('model', new Blob([new Uint8Array(model)], { type: 'application/octet-stream' }), 'model.onnx');
  const uploaded = await client.postForm<Uploaded>(`/models/${encodeURIComponent(nameIn(manifest, manifestPath))}/versions`, form);
  output.out(`${uploaded.name} ${uploaded.version}  sha256 ${uploaded.sha256}`);
  return follow(client, uploaded, output);
}

async function follow(client: Client, { name, version }: Uploaded, output: Output): Promise<number> {
  let told = new Set<string>();
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const { modelVersion } = await client.query<{ modelVersion: Version | null }>(QUERY, { name, version });
    if (modelVersion === null) throw new CommandError(`the service no longer has ${name} ${version}`);
    const { status, checks } = modelVersion;
    for (const check of checks) if (!told.has(check.name)) output.out(lineOf(check));
    told = new Set(checks.map((check) => check.name));
    if (status === 'VALIDATING') continue;
    output.out(`${name} ${version} is ${status}`);
    if (status !== 'REJECTED') return status === 'READY' ? 0 : 1;
    for (const { name: failed, detail } of checks.filter(({ passed, advisory }) => !passed && !advisory))
      output.note(`  ${failed}: ${detail}`);
    return 1;
  }
  throw new CommandError(`${name} ${version} was not judged within ${PATIENCE_MS / 60_000} minutes; the gate goes on without this command`);
}

const lineOf = ({ name, passed, advisory, detail }: Check): string =>
  `  ${passed ? 'ok    ' : advisory ? 'note  ' : 'FAILED'}  ${name.padEnd(NAME_WIDTH)} ${detail}`;

function nameIn(manifest: string, path: string): string {
  try {
    const { name } = JSON.parse(manifest) as { name?: unknown };
    if (typeof name === 'string' && name !== '') return name;
  } catch {
    throw new CommandError(`${path} is not valid JSON`);
  }
  throw new CommandError(`${path} has no name of a model`);
}

async function filesOf(paths: readonly string[]): Promise<{ manifestPath: string; modelPath: string }> {
  const listed = paths.length === 1 && (await isFolder(paths[0])) ? (await readdir(paths[0])).map((file) => join(paths[0], file)) : paths;
  const models = listed.filter((file) => extname(file) === '.onnx');
  const manifests = listed.filter((file) => extname(file) === '.json');
  const named = manifests.filter((file) => file.endsWith('manifest.json'));
  const [manifestPath] = named.length === 1 ? named : manifests;
  if (models.length === 1 && (manifests.length === 1 || named.length === 1)) return { manifestPath, modelPath: models[0] };
  const found = `${models.length} .onnx and ${manifests.length} .json files`;
  throw new CommandError(`${paths.join(' ')}: there are ${found}; it takes one model and one manifest, or a folder with both`);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    throw new CommandError(`there is no ${path}`);
  }
}
