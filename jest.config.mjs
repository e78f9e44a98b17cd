import { filesWithCode } from './test/support/files-with-code.mjs';

export default {
  testEnvironment: '<rootDir>/test/support/test-environment.mjs',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  testTimeout: 30_000,
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  coverageProvider: 'v8',
  collectCoverageFrom: process.argv.includes('--coverage') ? filesWithCode('src/core') : [],
  coverageThreshold: { global: { lines: 95 } },
  coverageReporters: ['text', 'html'],
};
