// Jest's transform: the same compiler that makes the function bundles, with inline source maps.
import { createHash } from 'node:crypto';
import { transformSync, version } from 'esbuild';

export default {
  process: (source, file) => ({
    code: transformSync(source, {
      loader: 'ts',
      format: 'esm',
      target: 'node24',
      sourcemap: 'inline',
      sourcefile: file,
    }).code,
  }),
  getCacheKey: (source, file, options) =>
    createHash('sha256')
      .update(version)
      .update(source)
      .update(file)
      .update(options.configString)
      .digest('hex'),
};
