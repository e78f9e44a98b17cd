// Lets plain Node run the TypeScript sources: node --import ./test/support/ts-loader.mjs some.ts
import { register } from 'node:module';

register('./ts-hooks.mjs', import.meta.url);
