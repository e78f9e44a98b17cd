import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { shippedModels, startShippedModel } from '../../src/app/models/shipped-model.js';
import { FEATURE_NAMES } from '../../src/core/features/catalogue.js';
import { eventually } from '../support/eventually.js';
import { type ModelsApp, openModelsApp } from '../support/models-app.js';
import { testModel } from '../support/test-model.js';

describe('the model that the service comes with', () => {
  let shop: ModelsApp;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imago-shipped-'));
    shop = await openModelsApp();
    judge = () => shop.gate.run();
  }, 60_000);
  afterEach(async () => {
    await shop.stop();
    await rm(folder, { recursive: true });
  });

  const ship = async (version: string, bias = -1): Promise<void> => {
    const { manifest, file } = testModel({ version, featureNames: FEATURE_NAMES.slice(0, 20), bias });
    const place = join(folder, 'intent', version);
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'model.onnx'), file);
    await writeFile(join(place, 'manifest.json'), JSON.stringify(manifest));
  };
  let judge: () => Promise<void>;
  const start = () => startShippedModel({ ...shop.binding, app: shop.app, judge, log: shop.log }, pathToFileURL(`${folder}/`));
  const scorer = async () => (await shop.app.feed({ first: 10 })).ranking;
  const waiting = async (): Promise<void> => expect(await shop.binding.modelStore.waiting()).toHaveLength(1);

  it('lies beside the package', () => expect(shippedModels().pathname).toMatch(/[^/]\/models\/$/));

  it('goes through the gate, the latest version of it, and is champion then', async () => {
    await ship('1');
    await ship('2');
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    judge = () => gate.then(() => shop.gate.run());
    const shipped = start();
    await eventually(waiting);
    expect(await scorer()).toMatchObject({ scorer: 'RULES', degraded: ['MODEL_MISSING'] });
    open();
    await shipped.settled;
    expect(await scorer()).toMatchObject({ scorer: 'MODEL', modelVersion: '2', degraded: [] });
    const [model] = await shop.app.models();
    expect(model.versions.map(({ version, uploadedBy }) => [version, uploadedBy])).toEqual([['2', 'imago']]);
    expect(model.history).toMatchObject([{ role: 'CHAMPION', version: '2', actor: 'imago' }]);
    await shipped.stop();
  }, 60_000);

  it('is left alone where somebody brought a model or gave out a role', async () => {
    await ship('1');
    await shop.put(testModel({ version: 'own' }));
    await start().stop();
    expect((await shop.app.models())[0].versions.map(({ version }) => version)).toEqual(['own']);
    await shop.champion('own');
    await start().stop();
    expect((await shop.app.models())[0].history).toHaveLength(1);
  });

  it('is told when it cannot be had, and rules decide', async () => {
    await start().stop();
    expect(await shop.app.models()).toEqual([]);
    await ship('1');
    await writeFile(join(folder, 'intent', '1', 'manifest.json'), '{');
    await start().stop();
    expect(shop.log.lines.join()).toContain('could not be brought in');
    expect((await scorer()).scorer).toBe('RULES');
  });
});
