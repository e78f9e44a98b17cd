// Finds communities in a thread of its own: the library works in one go, which would keep requests waiting.
import { parentPort } from 'node:worker_threads';
import { UndirectedGraph } from 'graphology';
import louvain from 'graphology-communities-louvain';

/** Plain modularity finds four circles among 7,300 people; at 2 it finds eight of some hundreds and the small ones. Few people it would tear apart. */
const resolutionOf = (users) => (users < 1_000 ? 1 : 2);

/** The generator of the core (mulberry32): the same seed finds the same circles. */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

parentPort.once('message', ({ users, sources, targets, weights, seed }) => {
  const graph = new UndirectedGraph();
  for (let no = 0; no < users; no++) graph.addNode(no);
  for (let i = 0; i < sources.length; i++) graph.addEdge(sources[i], targets[i], { weight: weights[i] });
  const communities = new Int32Array(users);
  if (sources.length === 0) {
    for (let no = 0; no < users; no++) communities[no] = no;
    parentPort.postMessage({ communities, modularity: 0 });
    return;
  }
  const found = louvain.detailed(graph, { rng: seeded(seed), getEdgeWeight: 'weight', resolution: resolutionOf(users) });
  for (let no = 0; no < users; no++) communities[no] = found.communities[no];
  parentPort.postMessage({ communities, modularity: found.modularity });
});
