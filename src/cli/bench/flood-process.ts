import { flood, type FloodPlan } from './flood.js';

// A process of its own: what it takes of a processor is not the service's. Plans come in and what was seen goes out, until the parent goes.
process.on('message', (plan: FloodPlan) => {
  void flood(plan).then((seconds) => process.send!(seconds));
});
process.on('disconnect', () => process.exit());
