export default {
  testEnvironment: 'node',
  // Most of the time is spent waiting for emulators: every core may have a worker.
  maxWorkers: '100%',
  // ms; nothing here is measured by it: it ends what hangs, on a loaded machine too.
  testTimeout: 30_000,
  // Modules of earlier files stay in a worker's memory: beyond this it starts anew.
  workerIdleMemoryLimit: '1GB',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/test/esbuild-transform.mjs' },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/cdk.out', '<rootDir>/.local'],
};
