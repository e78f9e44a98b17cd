import './src/adapters/onnx/no-telemetry.mjs';
import { SPECS } from './test/support/bindings.mjs';
import { filesWithCode } from './test/support/files-with-code.mjs';

const project = {
  testEnvironment: '<rootDir>/test/support/test-environment.mjs',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

export default {
  projects: Object.entries(SPECS).map(([binding, specs]) => ({
    ...project,
    ...specs,
    displayName: binding,
    globals: { IMAGO_BINDING: binding },
  })),
  testTimeout: 30_000,
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  coverageProvider: 'v8',
  collectCoverageFrom: process.argv.includes('--coverage') ? filesWithCode('src/core') : [],
  coverageThreshold: { global: { lines: 95 } },
  coverageReporters: ['text', 'html'],
};
