import type { BuildOptions, Plugin } from 'esbuild'

/** One entry, and chunks for code that is loaded on demand: start-up reads few files and strips no types. */
export const options = {
  entryPoints: { groundcrew: 'src/bin.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  // CommonJS libraries in an ES module still call require.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  plugins: [dropUnusedMinioLibraries()],
} as const satisfies BuildOptions

/**
 * minio's signing is in one file with helpers of its whole client, whose libraries are not marked as free of side effects and would
 * be bundled unused: 310 of 320 KiB, 20 ms of each plan.
 */
function dropUnusedMinioLibraries(): Plugin {
  return {
    name: 'unused-of-minio',
    setup(build) {
      build.onResolve({ filter: /^(lodash|mime-types|ipaddr\.js|query-string)$/ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === FROM_THIS_PLUGIN || !from.importer.includes('/node_modules/minio/')) return undefined
        return { ...(await build.resolve(path, { ...from, pluginData: FROM_THIS_PLUGIN })), sideEffects: false }
      })
    },
  }
}

const FROM_THIS_PLUGIN = Symbol('resolved by this plugin')
