/** The address of a server of this test run, which is started when it is first asked for. */
export async function serverOfRun(name: 'postgres' | 'redis'): Promise<string> {
  const desk = process.env.IMAGO_TEST_DESK;
  if (!desk) throw new Error('jest did not run test/support/global-setup.mjs; start tests with npm test');
  const answer = await fetch(`${desk}/${name}`, { headers: { connection: 'close' } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
